"""Waves and groups over the API."""

from __future__ import annotations

import copy

import pytest

from provisioners.ports import AccountShadow, GroupShadow
from sso_bridge.store.sync.shadows import StoredShadows
from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.fakes.sign_in_bridge import ADA

WAVES = {"open": "pilot", "steps": [{"name": "pilot", "people": [ADA.key]}, {"name": "all", "percent": 100}]}


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a platform that is opened in waves, one account and three groups."""
    made = AdminBridge(store, clock, keys, configured=False)
    document = copy.deepcopy(DOCUMENT)
    document["platforms"]["chat"]["waves"] = WAVES
    document["platforms"]["wiki"] = {"mapping": "chat"}
    desk = made.parts.configuration
    desk.apply(desk.propose(document, by="cli").draft.id, by="cli")
    shadows = StoredShadows(store, clock)
    shadows.keep_account(AccountShadow("chat", ADA.id, "r1"))
    for number, owners in enumerate(([ADA.id], [], []), start=1):
        shadows.keep_group(GroupShadow("chat", f"units/{number}", f"g{number}", f"G{number}", owners=frozenset(owners)))
    return made


def test_waves(bridge: AdminBridge) -> None:
    """Each wave tells whether it is open, how many people it has, and how many of them have an account."""
    told = bridge.call("GET", "/admin/v1/platforms/chat/waves", "viewer").get_json()

    assert [("pilot", True, 1, 1), ("all", False, 1, 0), ("", False, 0, 0)] == [
        tuple(one.values()) for one in told["items"]
    ]


@pytest.mark.parametrize("platform", ["wiki", "nothing", "No Name"])
def test_no_waves(bridge: AdminBridge, platform: str) -> None:
    """A platform without waves, or that is not there, is not found."""
    assert 404 == bridge.call("GET", f"/admin/v1/platforms/{platform}/waves").status_code


def test_groups(bridge: AdminBridge) -> None:
    """Groups come in pages, with the counts of each platform: communities without an owner can be counted."""
    page = bridge.call("GET", "/admin/v1/groups?limit=2", "viewer").get_json()
    rest = bridge.call("GET", f"/admin/v1/groups?after={page['next']}", "viewer").get_json()

    assert {"chat": {"groups": 3, "without_owner": 2}} == page["platforms"]
    assert (["units/1", "units/2"], ["units/3"]) == tuple(
        [one["key"] for one in each["items"]] for each in (page, rest)
    )
    assert rest["next"] is None


def test_without_an_owner(bridge: AdminBridge) -> None:
    """Only those that nobody owns, on one platform."""
    told = bridge.call("GET", "/admin/v1/groups?platform=chat&without_owner=true").get_json()

    assert ["units/2", "units/3"] == [one["key"] for one in told["items"]]
    assert [] == bridge.call("GET", "/admin/v1/groups?platform=wiki").get_json()["items"]
