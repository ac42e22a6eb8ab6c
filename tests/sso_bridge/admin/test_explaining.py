"""Explanations over the API."""

from __future__ import annotations

import pytest

from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.fakes.sign_in_bridge import ADA, BOB

BASE = "/admin/v1/configuration"
PEOPLE = f"/admin/v1/people/{BOB.uuid}"
FEWER = DOCUMENT | {"mappings": {"chat": DOCUMENT["mappings"]["chat"] | {"for": "person.employeeNumber == 'E1'"}}}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with revision 1 in force."""
    return AdminBridge(store, clock, keys)


def test_under_a_draft(bridge: AdminBridge) -> None:
    """AD-02: a draft is looked at by who may look at drafts; for everybody else it is as if there were none."""
    made = bridge.call("POST", f"{BASE}/plan", "mapper", json={"configuration": FEWER}, seen=BASE).json["draft"]

    told = bridge.call("GET", f"{PEOPLE}/explain?draft={made}", "mapper").json
    assert [False] == [one["in_scope"] for one in told["platforms"]]
    assert [True] == [one["in_scope"] for one in bridge.call("GET", f"{PEOPLE}/explain", "viewer").json["platforms"]]
    assert 403 == bridge.call("GET", f"{PEOPLE}/explain?draft={made}", "viewer").status_code
    assert 404 == bridge.call("GET", f"{PEOPLE}/explain?draft=99", "mapper").status_code


def test_why_not(bridge: AdminBridge) -> None:
    """The reason is told with the condition in its parts; a question that cannot be asked is a mistake."""
    made = bridge.call("POST", f"{BASE}/plan", "mapper", json={"configuration": FEWER}, seen=BASE).json["draft"]
    asked = f"{PEOPLE}/why-not?platform=chat&what=account"

    told = bridge.call("GET", f"{asked}&draft={made}", "mapper").json
    assert (False, "mappings.chat.for") == (told["has"], told["reasons"][0]["rule"])
    assert ["E2", "E1"] == [one["value"] for one in told["reasons"][0]["condition"]["parts"]]
    assert bridge.call("GET", asked, "viewer").json["has"]
    assert 422 == bridge.call("GET", f"{PEOPLE}/why-not?platform=chat&what=mood").status_code
    assert 422 == bridge.call("GET", f"{PEOPLE}/why-not?platform=nowhere&what=account").status_code
    assert 404 == bridge.call("GET", asked.replace(BOB.uuid, ADA.uuid[:-1] + "f")).status_code
