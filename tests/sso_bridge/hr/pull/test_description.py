"""Paths, values, and what is sent to be allowed in."""

from __future__ import annotations

import pytest

from provisioners.errors import FeedRefused, NeedsAdmin
from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.pull.fields import Absent, found, text
from sso_bridge.hr.pull.reader import PullReader
from sso_bridge.hr.pull.systems.named import describe
from sso_bridge.outgoing import open_session
from sso_bridge.secrets import SecretMissing
from tests.fakes.clock import FakeClock
from tests.fakes.hr_systems import SOURCES


@pytest.mark.parametrize(
    ("path", "value"),
    [("a/b", 1), ("c/0/d", "x"), ("c/0", {"d": "x"}), ("e/f/g", None), ("h/0/i", None), ("", ...)],
)
def test_found(path, value):
    """What stands there; an empty place on the way is empty, an empty list too."""
    answer = {"a": {"b": 1}, "c": [{"d": "x"}], "e": None, "h": []}

    assert (answer if value is ... else value) == found(answer, path)


@pytest.mark.parametrize("path", ["x", "a/x", "c/1/d", "c/x", "c/-1/d", "a/b/x"])
def test_absent(path):
    """A name that is not there is told apart from an empty place."""
    with pytest.raises(Absent):
        found({"a": {"b": 1}, "c": [{"d": "x"}]}, path)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (True, "true"), (7, "7"), (" Ada ", "Ada"), ("/Date(1577836800000)/", "2020-01-01"),
        ("/Date(253402214400000+0000)/", "9999-12-31"), ("/Date(-86400000)/", "1969-12-31"),
    ],
)  # fmt: skip
def test_text(value, cell):
    """Values as the HR files write them; days of OData 2 too."""
    assert cell == text(value, "a")


@pytest.mark.parametrize("value", [[], {}, ["x"], "/Date(999999999999999)/"])
def test_no_text(value):
    """What is no single value, or no day, is refused."""
    with pytest.raises(FeedRefused):
        text(value, "a")


def source(kind: str, **changed: object):
    """Return a checked source."""
    stated = {**SOURCES[kind][0], **changed}
    return parse({"hr_sources": {"people": stated}}).configuration.hr_sources["people"]


def test_refresh_token():
    """Workday's clients for integrations have a refresh token; the client names itself by its header."""
    auth = {"style": "oauth", "token_url": "https://wd.example.org/token", "client_id": "c", "client_secret": "env:S",
            "refresh_token": "env:R"}  # fmt: skip

    access = describe(source("workday", auth=auth), lambda reference: reference[-1]).access

    assert {"grant_type": "refresh_token", "refresh_token": "R"} == access.said
    assert access.basic.value == "Basic YzpT"


@pytest.mark.parametrize("kind", SOURCES)
def test_no_secret_in_words(kind):
    """AD-06: a description that lands in a log or a trace tells no secret."""
    described = repr(describe(source(kind), lambda _: "hunter2hunter2"))

    assert "hunter2" not in described
    assert "aHVudGVyMm" not in described
    assert "Basic" not in described


def test_secret_missing():
    """A reference that leads nowhere is told to the administrator, by its name."""
    known = parse({"hr_sources": {"people": dict(SOURCES["personio"][0])}}).configuration

    def secret(reference: str) -> str:
        raise SecretMissing(f"{reference} is not set or empty")

    reader = PullReader(lambda: known, secret, open_session, FakeClock(), lambda _: None)

    with pytest.raises(NeedsAdmin, match=r"^env:S is not set or empty$"), reader.read("people"):
        pass
