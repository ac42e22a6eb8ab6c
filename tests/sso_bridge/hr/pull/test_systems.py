"""Each HR system by the shapes its maker documents: everybody, or nobody."""

from __future__ import annotations

import json

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from provisioners.errors import FeedRefused
from tests.fakes.hr_systems import MANAGER, PEOPLE, SHAPES, HrSystem

PAGED = sorted(SHAPES.keys() - {"workday"})


def lists(answer: object) -> list[list]:
    """Return the lists of rows in an answer."""
    inner = answer.values() if isinstance(answer, dict) else ()
    return [one for one in inner if isinstance(one, list)] + [deep for one in inner for deep in lists(one)][:1]


def without(answer, before, keep):
    """Return the answer with only some of its rows."""
    body = json.loads(answer[2])
    rows = max(lists(body), key=len)
    rows[:] = keep(rows)
    return 200, {}, json.dumps(body)


def unlinked(answer, before):
    """Return the answer without what names the next page."""
    body = json.loads(answer[2])
    for one in (body, body.get("d", {}), body.get("meta", {})):
        for name in ("@odata.nextLink", "__next", "next"):
            one.pop(name, None)
    return 200, {}, json.dumps(body)


def recounted(answer, before):
    """Return the answer with another number of rows in all."""
    text = answer[2].replace('"38"', '"33"').replace(": 38", ": 33")
    return 200, {}, text


def broken(answer, before):
    """Break the connection."""
    raise requests.ConnectionError("reset")


FAULTS = {
    "500": lambda answer, before: (500, {}, "{}"),
    "401": lambda answer, before: (401, {}, "{}"),
    "403": lambda answer, before: (403, {}, "{}"),
    "429": lambda answer, before: (429, {"Retry-After": "7"}, "{}"),
    "503": lambda answer, before: (503, {}, "busy"),
    "login": lambda answer, before: (302, {"Location": "https://login.example.org/"}, ""),
    "page": lambda answer, before: (200, {"Content-Type": "text/html"}, "<html>Sign in</html>"),
    "error": lambda answer, before: (200, {}, '{"success": false, "error": {}}'),
    "cut": lambda answer, before: (200, {}, answer[2][: len(answer[2]) // 2]),
    "nothing": lambda answer, before: (200, {}, ""),
    "empty": lambda answer, before: without(answer, before, lambda rows: []),
    "fewer": lambda answer, before: without(answer, before, lambda rows: rows[:-2]),
    "first lost": lambda answer, before: without(answer, before, lambda rows: rows[1:]),
    "doubled": lambda answer, before: without(answer, before, lambda rows: [*rows, *rows]),
    "repeated": lambda answer, before: (200, {}, before),
    "unlinked": unlinked,
    "recounted": recounted,
    "broken": broken,
}


@pytest.mark.parametrize("kind", SHAPES)
def test_everybody(read, kind):
    """All pages come, in the words of the HR files, with managers and units."""
    reading, rows = read(HrSystem(kind))

    assert [one["number"] for one in PEOPLE] == [row["employee_number"] for row in rows]
    assert {"given_name": "Given38", "family_name": "Family38", "unit": "IT", "manager": MANAGER}.items() <= rows[
        -1
    ].items()
    assert "manager" not in rows[0]
    assert reading.complete
    assert ["people", "units"] == [upload.name for upload in reading.uploads]
    assert all(row.get("hired_on", "2020-01-01").startswith("2020-01-01") for row in rows)
    assert {row.get("status", "active") for row in rows} == {"active"} if kind == "bamboohr" else True


@pytest.mark.parametrize("kind", PAGED)
@pytest.mark.parametrize("fault", ["500", "page", "cut", "login", "fewer", "first lost", "repeated"])
def test_page_seven(read, kind, fault):
    """PR-04: the seventh page goes wrong: nothing is read."""
    system = HrSystem(kind)
    system.faults[7] = FAULTS[fault]

    with pytest.raises(FeedRefused):
        read(system)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(SHAPES)), call=st.integers(1, 19), fault=st.sampled_from(sorted(FAULTS)))
def test_any_single_fault(read, kind, call, fault):
    """PR-04: whatever goes wrong once, wherever: exactly everybody is read, or nothing at all."""
    system = HrSystem(kind)
    system.faults[call] = FAULTS[fault]

    try:
        _, rows = read(system)
    except FeedRefused:
        return

    assert [one["number"] for one in PEOPLE] == [row["employee_number"] for row in rows]


@pytest.mark.parametrize("kind", ["odata", "personio", "successfactors", "entra_people"])
def test_expired_token(read, kind):
    """A token that ends in the middle is renewed once, and the page is asked for again."""
    system = HrSystem(kind)
    system.faults[4] = FAULTS["401"]

    _, rows = read(system)

    assert len(PEOPLE) == len(rows)
    assert 2 == system.tokens


def test_token_refused_twice(read):
    """A new token that is refused as well ends the pull."""
    system = HrSystem("odata")
    system.faults |= {4: FAULTS["401"], 5: FAULTS["401"]}

    with pytest.raises(FeedRefused, match=r"^hr\.example\.org answers 401$"):
        read(system)


def test_waits(read, waits):
    """429 is waited for as long as the system says, 503 without a word by doubling."""
    system = HrSystem("afas")
    system.faults |= {2: FAULTS["429"], 4: FAULTS["503"], 5: FAULTS["503"]}

    _, rows = read(system)

    assert len(PEOPLE) == len(rows)
    assert [7.0, 1.0, 2.0] == waits


def test_patience_ends(read, waits):
    """A wait that is too long, and a system that stays busy, end the pull; it is read again at the next turn."""
    long, busy = HrSystem("afas"), HrSystem("afas")
    long.faults[2] = lambda answer, before: (429, {"Retry-After": "86400"}, "")
    busy.faults = dict.fromkeys(range(2, 9), FAULTS["503"])

    for system in (long, busy):
        with pytest.raises(FeedRefused, match=r"answers (429|503)"):
            read(system)

    assert [1.0, 2.0, 4.0, 8.0] == waits


def test_link_elsewhere(read):
    """AD-14: a page cannot send us, and our token, to another host."""
    system = HrSystem("odata")
    link = '"@odata.nextLink": "https://elsewhere.example.org/people"'
    system.faults[1] = lambda answer, before: (
        200,
        {},
        answer[2].replace('"@odata.nextLink": "people?$skiptoken=5"', link),
    )

    with pytest.raises(FeedRefused, match="at another address"):
        read(system)

    assert 1 == len(system.calls)


@pytest.mark.parametrize("link", ["[]", "{}", "7", "true"])
def test_odd_link(read, link):
    """A next page that is named by something else than a text ends the pull."""
    system = HrSystem("cursor")
    system.faults[1] = lambda answer, before: (200, {}, answer[2].replace('"c5"', link))

    with pytest.raises(FeedRefused, match="not named by a text"):
        read(system)


def test_lost_field(read):
    """PR-04: a field that no row has any more (a lost right) empties nothing: the pull fails and names it."""
    with pytest.raises(FeedRefused, match=r"^no row has cost_centre$"):
        read(HrSystem("odata"), columns={**HrSystem("odata").source["columns"], "cost_centre": "cost_centre"})


def test_lost_key(read):
    """PR-04: nor does everybody lose the manager because what managers are named by is gone."""
    with pytest.raises(FeedRefused, match=r"^no row has key$"):
        read(HrSystem("odata"), manager_key="key")


def test_left_out(read):
    """A column that we know of a system and the company does not use is left out."""
    _, rows = read(HrSystem("personio"), columns={"hired_on": ""})

    assert not any("hired_on" in row for row in rows)


def test_path_too_short(read):
    """A path that ends at an object is told, not guessed at."""
    with pytest.raises(FeedRefused, match=r"^name is not a single value$"):
        read(HrSystem("odata"), columns={"employee_number": "id", "given_name": "name"})


def test_nobody(read):
    """PR-04: a system that gives nobody, twice, is no empty company."""
    system = HrSystem("workday")
    system.people = []

    with pytest.raises(FeedRefused, match="gave nobody"):
        read(system)


def test_mark(read):
    """What has not changed has the same mark."""
    system = HrSystem("personio")
    first, again = read(system)[0].mark, read(system)[0].mark
    system.people[3] = {**system.people[3], "unit": "Legal"}

    assert first == again != read(system)[0].mark
