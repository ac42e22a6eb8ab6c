"""A plan for one person that reads only who is around her: the same as the one made from everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mappings.people import Assignment, Unit
from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.compose.near import NearChart
from provisioners.sync.plan.guards import Limit
from tests.fakes.org import TODAY, someone
from tests.fakes.planning import TEAMS, Around, Look, kinds
from tests.fakes.planning import KnownAccounts as Known

LAST_WEEK = date(2026, 10, 26)
SALES, TECH = Unit("sales", "Sales", head="E2"), Unit("tech", "Tech", head="E3")
BOSS, ANN, TIM, EVE = (someone(each, "sales", "E1" if each > 1 else "") for each in (1, 2, 3, 4))


def account(person, **more):
    values = {"userName": person.email, "displayName": f"{person.given_name} {person.family_name}"}
    return AccountShadow("chat", person.id, f"r{person.id}", "active", "managed", person.uuid,
                         of_account("active", values), values, **more)  # fmt: skip


def look(*people, groups=(), **more):
    """A platform on which these people have accounts without a manager."""
    return Look(
        accounts=[account(each) for each in people], groups=groups, units=(SALES, TECH), descriptor=TEAMS, **more
    )


def sales(*members, owners=(2,)):
    return GroupShadow("chat", "units/sales", "g1", "Sales", "managed", frozenset(members), frozenset(owners))


def same(look, *people, only):
    """Return the plan, which is the same either way."""
    whole, near = (look.at(*people, only=only, near=each) for each in (False, True))
    assert list(whole.changes) == list(near.changes)
    assert whole.digest == near.digest
    return near


def test_change_and_manager():
    """What changes of her, and a manager who has an account."""
    plan = same(look(BOSS, ANN), BOSS, replace(ANN, given_name="Anne"), only=2)

    assert "account_update" in kinds(plan)
    assert str(BOSS.uuid) in [change.after.get("manager") for change in plan.changes]


def test_manager_left():
    """A manager who does not work here any more is none."""
    plan = same(look(BOSS, ANN), replace(BOSS, leaves_on=LAST_WEEK), ANN, only=2)

    assert not [change for change in plan.changes if change.after.get("manager")]


def test_manager_in_doubt():
    """Of a manager for whom a rule has no value the account that is there counts."""
    there, none = look(BOSS, ANN), look(ANN)
    there.rules.broken = none.rules.broken = {"E1"}

    with_manager, without = same(there, BOSS, ANN, only=2), same(none, BOSS, ANN, only=2)

    assert [change for change in with_manager.changes if change.after.get("manager")]
    assert not [change for change in without.changes if change.after.get("manager")]


def test_manager_not_ours():
    """A manager whose account is not ours is not referred to."""
    known = look(ANN)
    known.shadows.rows.append(replace(account(BOSS), management="unmanaged"))

    plan = same(known, BOSS, ANN, only=2)

    assert not [change for change in plan.changes if change.after.get("manager")]


@pytest.mark.parametrize("groups", [[], [sales(1, 3)], [sales(1, 2, 3)]], ids=["none", "without her", "with her"])
def test_groups_around(groups):
    """Her groups are those she is in, those she ought to be in, and those she leads."""
    same(look(BOSS, ANN, TIM, groups=groups), BOSS, ANN, TIM, only=2)


def test_moved():
    """Who moves to another unit leaves one group, joins the other, and leads it."""
    moved = replace(TIM, assignments=(Assignment("a3", "tech"),))
    known = [sales(1, 2, 3), GroupShadow("chat", "units/tech", "g2", "Tech", "managed", frozenset({4}), frozenset({4}))]

    plan = same(look(BOSS, ANN, TIM, EVE, groups=known), BOSS, ANN, moved, EVE, only=3)

    assert {"member_add", "member_remove", "owner_add"} <= set(kinds(plan))


def test_many_accounts():
    """A guard that holds is asked again with all accounts counted."""
    known = look(BOSS, ANN, limits={"suspend": Limit(count=0)})
    known.shadows.rows += [replace(account(EVE), person_id=each, remote_id=f"r{each}") for each in range(100, 1200)]

    plan = known.at(BOSS, replace(ANN, leaves_on=LAST_WEEK), only=2, near=True)

    assert [("suspend", 1102)] == [(each.guard, each.base) for each in plan.held]


def test_few_accounts():
    """With fewer than that they are all counted at once."""
    known = look(BOSS, ANN, limits={"suspend": Limit(count=0)})

    plan = known.at(BOSS, replace(ANN, leaves_on=LAST_WEEK), only=2, near=True)

    assert [("suspend", 2)] == [(each.guard, each.base) for each in plan.held]


def test_looked_up_once():
    """Somebody else is read once, and a stranger is nobody."""

    around = Around([BOSS, ANN], [SALES], Known())
    chart = NearChart(TODAY, frozenset({2}), around)

    assert ANN == chart.by_id(2)
    assert (BOSS, BOSS) == (chart.by_id(1), chart.by_id(1))
    assert "" == chart.uuid_of(99)
    assert BOSS == chart.by_uuid(BOSS.uuid)
    assert SALES == chart.unit("sales")
    assert [1, 99] == around.read


def test_led_and_below():
    """Whom a unit is led by, and what is inside it, is asked for once; so does the chart of everybody say."""
    lab = Unit("lab", "Lab", parent="sales", head="E2")
    around = Around([BOSS, ANN], [SALES, lab], Known())
    near, whole = NearChart(TODAY, frozenset({2}), around), around.day(TODAY)

    assert ["lab", "sales"] == list(near.led_by("E2")) == list(near.led_by("E2")) == sorted(whole.led_by("E2"))
    assert {"lab"} == set(near.below(["sales"])) == set(whole.below(["sales"]))


def test_head_and_manager():
    """Somebody who matters twice, as manager and as head of the unit, is asked about once."""
    known = Look(accounts=[account(BOSS), account(ANN)], units=(replace(SALES, head="E1"),), descriptor=TEAMS)

    plan = same(known, BOSS, ANN, only=2)

    assert "member_add" in kinds(plan)
    assert 4 == known.rules.asked  # two people, twice
