"""How firmly attributes are held, and what the last steps of a leaver policy do, when a plan is made."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mappings.leavers import LeaverPolicy, LeaverStep
from mappings.manner import Manner
from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.derive.anonymous import NAME
from tests.fakes.org import ANN
from tests.fakes.planning import CHAT, TEAMS, Look, kinds

GONE = replace(ANN, leaves_on=date(2026, 10, 31))
HELD = {"userName": "E2@Example.org", "displayName": "Ann Smit", "title": "Seller"}


def account(state="active", days=0, **values):
    """Return Ann's account, suspended so many days ago, with other values."""
    held = HELD | values
    since = datetime(2026, 11, 2, tzinfo=UTC) - timedelta(days=days)
    return AccountShadow(
        "chat", 2, "r2", state, "managed", ANN.uuid, of_account(state, held), held, since if days else None
    )


def updated(known, person=ANN, **manner):
    """Return the changes of Ann's account."""
    look = Look(accounts=[known])
    look.rules.manners = Manner(**manner)
    return look.at(person).changes


def test_reason():
    """PR-03: an update names each attribute it writes with its strength, and says of which the platform may differ."""
    manner = {"strengths": {"title": "normal", "displayName": "weak", "userName": "strong"}}

    (change,) = updated(account(title="Old", displayName=""), **manner)

    assert "works here: displayName (weak), title (normal)" == change.reason
    assert {"title": "normal", "displayName": "weak"} == change.eased


@pytest.mark.parametrize(
    ("known", "manner", "after"),
    [
        ("Boss", {"strengths": {"title": "strong"}}, ["Seller"]),
        ("Boss", {"strengths": {"title": "weak"}}, []),
        ("", {"strengths": {"title": "weak"}}, ["Seller"]),
        ("Boss", {"withouts": {"title": "keep"}}, ["Seller"]),
    ],
)
def test_value(known, manner, after):
    """A weak value is written only where there is none; a kept one follows the rule as long as that has a value."""
    assert after == [change.after["title"] for change in updated(account(title=known), **manner)]


@pytest.mark.parametrize(
    ("manner", "after"),
    [
        ({}, [""]),
        ({"withouts": {"title": "keep"}}, []),
        ({"strengths": {"title": "weak"}}, []),
        ({"withouts": {"title": "refuse"}}, []),
    ],
)
def test_value_that_disappears(manner, after):
    """An empty value empties the attribute, keeps it, or stops everything for this person."""
    untitled = replace(ANN, assignments=(replace(ANN.assignments[0], title=" "),))

    assert after == [change.after["title"] for change in updated(account(), untitled, **manner)]


@pytest.mark.parametrize("strength", ["weak", "strong"])
def test_manager(strength):
    """A weak manager stays whoever it is."""
    changes = updated(account(manager="u-9"), strengths={"manager": strength})

    assert ([] if strength == "weak" else ["account_update"]) == [change.kind for change in changes]


def look_at_leaver(*steps, known, groups="remove", **more):
    """Return a look with this policy."""
    look = Look(accounts=[known], groups=more.get("groups_known", ()), descriptor=TEAMS if more else CHAT)
    look.rules.leaver = lambda _: LeaverPolicy(steps, groups)
    return look


def test_anonymised_once():
    """PR-05: after the retention everything of the person goes, once; the plan holds nothing of before."""
    steps = LeaverStep(0, "suspend"), LeaverStep(30, "anonymise")

    (change,) = look_at_leaver(*steps, known=account("suspended", 30)).at(GONE).changes

    assert ("account_anonymise", {}, (), {}) == (change.kind, change.before, change.unique, change.eased)
    assert (NAME, "") == (change.after["displayName"], change.after["title"])
    assert [] == kinds(look_at_leaver(*steps, known=account("suspended", 29)).at(GONE))
    assert [] == kinds(look_at_leaver(*steps, known=account("suspended", 99, **change.after)).at(GONE))


@pytest.mark.parametrize(
    ("groups", "found"), [("remove", ["account_suspend", "member_remove"]), ("keep", ["account_suspend"])]
)
def test_groups_of_a_leaver(groups, found):
    """A leaver loses the groups with the account, unless the policy keeps them."""
    team = GroupShadow("chat", "units/sales", "g1", "sales", "managed", frozenset({2}))
    look = look_at_leaver(LeaverStep(0, "suspend"), known=account(), groups=groups, groups_known=[team])

    assert found == kinds(look.at(GONE))
