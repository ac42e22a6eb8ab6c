"""How firmly a mapping holds an attribute: by hand over there, by HR here, and what the next sync makes of it.

The platforms are the one that lives in a dict and a real SCIM server.
"""

from __future__ import annotations

import pytest

from mappings.manner import Manner
from provisioners.platforms.memory.connector import Memory
from tests.journeys.test_drift import Night
from tests.provisioners.platforms.opened import opened


@pytest.fixture(params=["memory", pytest.param("scim", marks=pytest.mark.peer("scim2-server"))])
def night(request, store, clock):
    """Both kinds of platforms, everybody in step."""
    if request.param == "memory":
        return Night(store, clock, Memory("chat"), "memory")
    server = request.getfixturevalue("scim_server")
    return Night(store, clock, opened("scim", token=server.token, url=server.url), "scim")


def held(night, strength, without="clear"):
    """Hold the title like this from now on, with everybody in step."""
    night.syncs.rules.manners = Manner({"title": strength}, {"title": without})


def stated(night, title):
    """Let HR state this title for E5, and sync; return the kinds of changes."""
    night.syncs.row("E5", title=title, manager="E1")
    night.syncs.send()
    plan, _ = night.syncs.sync()
    return [change.kind for change in plan.changes]


def title(night):
    return night.remote("E5").attributes.get("title", "")


@pytest.mark.parametrize(("strength", "after"), [("strong", "Seller"), ("normal", "Boss"), ("weak", "Boss")])
def test_changed_over_there(night, strength, after):
    """A strong value is written back once it is read; a normal and a weak one stay as somebody made them."""
    held(night, strength)
    night.by_hand("E5", title="Boss")
    night.round()

    night.syncs.sync()

    assert after == title(night)
    night.round()
    assert () == night.syncs.look()[1].changes


@pytest.mark.parametrize(("strength", "after"), [("strong", "Buyer"), ("normal", "Buyer"), ("weak", "Boss")])
def test_changed_by_hr(night, strength, after):
    """What HR changes is written over what somebody made there, but for a weak value."""
    held(night, strength)
    night.by_hand("E5", title="Boss")

    stated(night, "Buyer")

    assert after == title(night)
    night.round()
    assert () == night.syncs.look()[1].changes


@pytest.mark.parametrize(("strength", "after"), [("strong", "Seller"), ("normal", ""), ("weak", "Seller")])
def test_emptied_over_there(night, strength, after):
    """A value that somebody took away comes back when it is strong, and when it is weak: there is none now."""
    held(night, strength)
    night.by_hand("E5", title="")
    night.round()

    night.syncs.sync()

    assert after == title(night)
    night.round()
    assert () == night.syncs.look()[1].changes


def test_another_attribute_changes(night):
    """When something else is written, a normal value that somebody made there is not written over."""
    held(night, "normal")
    night.by_hand("E5", title="Boss")
    night.syncs.rules.extra = {"displayName": "Someone Else"}

    plan, _ = night.syncs.sync()

    assert "Boss" == title(night)
    assert "Someone Else" == night.remote("E5").attributes["displayName"]
    assert {"displayName (strong)"} == {change.reason.partition(": ")[2] for change in plan.changes}
    assert () == night.syncs.look()[1].changes


def test_weak_meets_a_value_nobody_knew(night):
    """A weak value is not written over one that somebody made since we last read the account."""
    night.syncs.rules.manners = Manner({"title": "weak"})
    stated(night, "")
    night.by_hand("E5", title="")
    night.round()
    night.by_hand("E5", title="Boss")

    stated(night, "Buyer")

    assert "Boss" == title(night)
    night.round()
    assert () == night.syncs.look()[1].changes


def test_weak_is_filled(night):
    """A weak value is written when HR states one at last and the account has none."""
    night.by_hand("E5", title="")
    held(night, "weak")
    night.round()

    assert ["account_update"] == stated(night, "Buyer")

    assert "Buyer" == title(night)
    assert () == night.syncs.look()[1].changes


@pytest.mark.parametrize(
    ("strength", "without", "kinds", "after"),
    [
        ("strong", "clear", ["account_update"], ""),
        ("normal", "clear", ["account_update"], ""),
        ("strong", "keep", [], "Seller"),
        ("normal", "keep", [], "Seller"),
        ("weak", "keep", [], "Seller"),
        ("strong", "refuse", [], "Seller"),
    ],
)
def test_hr_says_nothing_any_more(night, strength, without, kinds, after):
    """A value that disappears empties the attribute, or keeps it, or stops everything for this person."""
    held(night, strength, without)

    assert kinds == stated(night, "")
    assert after == title(night)
    assert () == night.syncs.look()[1].changes


def test_refused_is_told(night):
    """With `refuse` nothing at all changes for somebody without a value, and the plan says so."""
    held(night, "strong", "refuse")
    night.syncs.row("E5", title="", manager="E2")
    night.syncs.send()

    plan, _ = night.syncs.sync()

    assert () == plan.changes
    assert ["no value for title"] == [finding.detail for finding in plan.findings if finding.what == "no_value"]


def test_manager_changed_over_there(night):
    """Another manager that somebody put there is a difference like any other."""
    night.by_hand("E5", manager=night.remote("E2").remote_id)
    night.round()

    plan, _ = night.syncs.sync()

    assert ["account_update"] == [change.kind for change in plan.changes]
    assert night.remote("E1").remote_id == night.remote("E5").attributes["manager"]
    night.round()
    assert () == night.syncs.look()[1].changes
