"""What every HR system can do to us, system by system: everybody is read, or nothing; nothing makes a leaver."""

from __future__ import annotations

import json

import pytest

from provisioners.errors import FeedRefused
from tests.fakes.hr_systems import PEOPLE, SHAPES, HrSystem

KINDS = sorted(SHAPES)
WITH_TOKENS = frozenset({"odata", "personio", "successfactors", "entra_people"})
"""Those whose tokens we ask for ourselves; what the others were given cannot be renewed."""
SIGN_IN = "<!doctype html><html><title>Sign in</title><form></form></html>"


def longer(answer, before):
    """Announce more than comes."""
    return 200, {"Content-Length": str(len(answer[2].encode()) + 1000)}, answer[2]


def cut(answer, before):
    """End in the middle of the text."""
    return 200, {}, answer[2][: len(answer[2]) // 2]


def cut_after_a_row(answer, before):
    """End where a row ends."""
    return 200, {}, answer[2][: answer[2].index("}", len(answer[2]) // 2) + 1]


def sign_in(answer, before):
    """Ask a person to sign in."""
    return 200, {"Content-Type": "text/html"}, SIGN_IN


def empty_list(answer, before):
    """Tell of nobody."""
    return 200, {}, json.dumps({"Report_Entry": []})


BAD_REPORTS = {
    "cut": cut,
    "cut after a row": cut_after_a_row,
    "wrong length": longer,
    "sign-in page": sign_in,
    "sign-in page as JSON": lambda answer, before: (200, {}, json.dumps(SIGN_IN)),
    "nothing": lambda answer, before: (200, {}, ""),
    "empty object": lambda answer, before: (200, {}, "{}"),
    "empty list": empty_list,
    "null": lambda answer, before: (200, {}, '{"Report_Entry": null}'),
    "one row that is no list": lambda answer, before: (200, {}, '{"Report_Entry": {"Employee_ID": "E001"}}'),
    "fault with 200": lambda answer, before: (200, {}, '{"error": "validation error", "errorCode": "A1"}'),
    "no content": lambda answer, before: (204, {}, ""),
    "part": lambda answer, before: (206, {"Content-Range": "bytes 0-99/9999"}, answer[2]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_waits(read, waits, kind):
    """Asked to come back later (429, 503), each is waited for as long as it says, and everybody is read."""
    system = HrSystem(kind)
    system.faults[1] = lambda answer, before: (429, {"Retry-After": "7"}, "{}")
    system.faults[2] = lambda answer, before: (503, {"Retry-After": "3"}, "busy")

    _, rows = read(system)

    assert (len(PEOPLE), [7.0, 3.0]) == (len(rows), waits)


@pytest.mark.parametrize("kind", KINDS)
def test_refused_in_the_middle(read, kind):
    """Refused on the second call: a token is renewed once and the call made again, a fixed key ends the reading."""
    system = HrSystem(kind)
    system.faults[2] = lambda answer, before: (401, {}, "{}")

    if kind in WITH_TOKENS:
        assert len(PEOPLE) == len(read(system)[1])
        assert 2 == system.tokens
        return
    with pytest.raises(FeedRefused, match="answers 401"):
        read(system)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", ["cut", "cut after a row", "wrong length", "sign-in page", "no content", "part"])
def test_a_damaged_answer(read, kind, fault):
    """PR-04: a page that is cut, shorter than announced, a part, or for people: nothing is read."""
    system = HrSystem(kind)
    system.faults = dict.fromkeys(range(2, 12), BAD_REPORTS[fault])

    with pytest.raises(FeedRefused):
        read(system)


@pytest.mark.parametrize("reading", [1, 2])
@pytest.mark.parametrize("fault", sorted(BAD_REPORTS))
def test_a_report_in_one_answer(read, fault, reading):
    """PR-04: Workday's report comes in one answer: damaged or empty, the first or the second time, it is nobody's."""
    system = HrSystem("workday")
    system.faults = dict.fromkeys(range(reading, 12), BAD_REPORTS[fault])

    with pytest.raises(FeedRefused):
        read(system)


def test_length_is_believed(read):
    """A whole report under a wrong length once is asked for again, not taken for less."""
    system = HrSystem("workday")
    system.faults[1] = longer

    assert len(PEOPLE) == len(read(system)[1])
