"""People and their sessions over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sso_bridge.login.asked import Subject
from sso_bridge.login.ports import Session
from sso_bridge.store.sign_in.sessions import Sessions
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with Ada and Bob."""
    return AdminBridge(store, clock, keys)


def test_sessions_end_everywhere(bridge: AdminBridge) -> None:
    """SE-05, AD-11: an operator ends all sessions of one person at once, of nobody else, and it is audited."""
    now = bridge.clock()
    kept = Sessions(bridge.store, timedelta(hours=8))
    for number, person in ((1, ADA), (2, ADA), (3, BOB)):
        kept.open(
            bytes([number]) * 32,
            Session(0, f"s{number}", person.id, Subject("staff", person.key), now, ("pwd",), "", now, now,
                    now + timedelta(hours=9)),
        )  # fmt: skip
    address = f"/admin/v1/people/{ADA.uuid}/sessions"

    assert ["s1", "s2"] == [one["name"] for one in bridge.call("GET", address, "operator").json["items"]]
    assert {"ended": 2} == bridge.call("DELETE", address, "operator").json
    assert [None, None] == [kept.by_cookie(bytes([n]) * 32, now) for n in (1, 2)]
    assert kept.by_cookie(b"\x03" * 32, now)
    assert "sessions.ended" == bridge.call("GET", "/admin/v1/audit?limit=1").json["items"][0]["what"]


@pytest.mark.parametrize(
    ("words", "found"), [("ada", ["E1"]), ("E2", ["E2"]), ("LOVE ada", ["E1"]), ("%", []), ("", ["E1", "E2"])]
)
def test_search(bridge: AdminBridge, words: str, found: list[str]) -> None:
    """People are found by words in number, name, login or mail; a wildcard is only a character."""
    told = bridge.call("GET", "/admin/v1/people", "viewer", query_string={"q": words}).json

    assert found == [one["number"] for one in told["items"]]


def test_explain(bridge: AdminBridge) -> None:
    """What a platform gets is told with the rule it comes from; an unknown platform is the caller's mistake."""
    address = f"/admin/v1/people/{ADA.uuid}/explain"

    told = bridge.call("GET", f"{address}?platform=chat", "viewer").json["platforms"]
    assert [("chat", True, "E1")] == [(one["platform"], one["in_scope"], one["attributes"]["userName"]) for one in told]
    assert 422 == bridge.call("GET", f"{address}?platform=nowhere", "viewer").status_code
