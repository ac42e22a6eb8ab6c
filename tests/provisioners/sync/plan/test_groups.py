"""Wanted groups against known ones: one case, one plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mappings.errors import EvaluationError
from mappings.people import Assignment, Unit
from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.plan.change import BATCH
from tests.fakes.org import ANN, BOSS, TODAY, someone
from tests.fakes.planning import TEAMS, Look, kinds

SALES = Unit("sales", "Sales", head="E2")


def account(person):
    """Return what the platform has of somebody without a title or manager."""
    values = {"userName": person.email, "displayName": f"{person.given_name} {person.family_name}"}
    return AccountShadow("chat", person.id, f"r{person.id}", "active", "managed", person.uuid,
                         of_account("active", values), values)  # fmt: skip


def seller(number):
    return someone(number, "sales", "")


PEOPLE = [seller(2), seller(3), seller(4)]


def look(group=None, *, people=PEOPLE, units=(SALES,), **more):
    """A platform on which everybody's account is in step, and perhaps one group is known."""
    accounts, groups = [account(each) for each in people], [group] if group else []
    return Look(accounts=accounts, groups=groups, units=units, descriptor=TEAMS, **more)


def known(*members, name="Sales", owners=(2,), management="managed", key="units/sales"):
    return GroupShadow("chat", key, "g1", name, management, frozenset(members), frozenset(owners))


def test_new_group():
    """A group is made, filled, and given to the head of the unit, in this order."""
    made, filled, owned = look().at(*PEOPLE).changes

    assert ("group_create", {"name": "Sales"}, "rule units/sales") == (made.kind, made.after, made.reason)
    assert ("member_add", (2, 3, 4)) == (filled.kind, filled.members)
    assert ("owner_add", (2,)) == (owned.kind, owned.members)


def test_in_step():
    """A group that is as wanted is no work."""
    assert not look(known(2, 3, 4)).at(*PEOPLE).changes


def test_renamed():
    """A group follows the name that the rule gives it, and keeps who is in it."""
    (change,) = look(known(2, 3, 4, name="Verkoop")).at(*PEOPLE).changes

    assert ("group_rename", {"name": "Verkoop"}, {"name": "Sales"}) == (change.kind, change.before, change.after)


def test_members_and_owners_change():
    """Who no longer meets the rule is removed before others are added; the new owner comes before the old one goes."""
    plan = look(known(2, 9, owners=(3,))).at(*PEOPLE)

    assert [("member_remove", (9,)), ("member_add", (3, 4)), ("owner_add", (2,)), ("owner_remove", (3,))] == [
        (each.kind, each.members) for each in plan.changes
    ]


def test_no_rule_any_more():
    """PR-01: a group behind which nothing stands loses members and owners, not its life; the name stays."""
    here = look(known(2, 3, key="units/old", name="Old"), people=PEOPLE[:1])
    here.rules.gone.add("old")
    left, released = here.at(replace(PEOPLE[0], assignments=())).changes

    assert ("member_remove", "units/old", (2, 3)) == (left.kind, left.group, left.members)
    assert ("owner_remove", "units/old", (2,)) == (released.kind, released.group, released.members)


@pytest.mark.parametrize("management", ["unmanaged", "protected"])
def test_not_ours(management):
    """A group that we neither made nor adopted is left alone, and that is told (PR-06)."""
    plan = look(known(management=management)).at(*PEOPLE)

    assert not plan.changes
    assert [f"units/sales: the group is {management}"] == [each.detail for each in plan.findings]


@pytest.mark.parametrize(("entry", "group"), [("UNITS/sales", None), ("G1", known())])
def test_protected(entry, group):
    """A group on the protected list, by key or by the platform's id, is left alone (PR-06)."""
    plan = look(group, protected=[entry]).at(*PEOPLE)

    assert not plan.changes
    assert ["units/sales: on the protected list"] == [each.detail for each in plan.findings]


def test_no_value():
    """A group whose rule has no value stays as it is, and that is told (PR-02)."""

    def group(platform, key, chart, fits):
        raise EvaluationError("unit.name: no such value")

    here = look(known(9))
    here.rules.group = group

    plan = here.at(*PEOPLE)

    assert not plan.changes
    assert ["units/sales: a rule has no value: unit.name: no such value"] == [each.detail for each in plan.findings]


@pytest.mark.parametrize(("head", "told"), [("E99", True), ("E1", True), ("", False)])
def test_head_without_account(head, told):
    """When the head is nobody, or has no account here, the owners stay; somebody is told if the rule named one."""
    people = [*PEOPLE, replace(BOSS, leaves_on=date(2026, 1, 1))]
    here = look(known(2, 3, 4, owners=(3,)), people=PEOPLE, units=[replace(SALES, head=head)])

    plan = here.at(*sorted(people, key=lambda each: each.id))

    assert not plan.changes
    assert told is bool(plan.findings)


def test_platform_without_owners():
    """A platform that knows no owners is told of none."""
    here = Look(accounts=[account(each) for each in PEOPLE], units=[SALES], descriptor=replace(TEAMS, owners=False))

    assert ["group_create", "member_add"] == kinds(here.at(*PEOPLE))


def test_member_in_doubt():
    """Somebody of whom nothing can be said stays in every group (PR-02)."""
    here = look(known(2, 3, 4))
    here.rules.broken.add("E3")

    assert not here.at(*PEOPLE).changes


def test_one_person():
    """A look at one person moves only this one, and makes and renames no group."""
    plan = look(known(9, name="Verkoop")).at(*PEOPLE, only=3)

    assert [("member_add", (3,))] == [(each.kind, each.members) for each in plan.changes]


def test_large_group():
    """A change names a limited number of members; a large group takes several."""
    people = [
        replace(ANN, id=at, key=f"E{at}", uuid=f"u{at}", email=f"E{at}@x.nl", assignments=(Assignment("a", "sales"),))
        for at in range(1, BATCH + 3)
    ]
    here = Look(accounts=[account(each) for each in people], groups=[known()], units=[SALES], descriptor=TEAMS)

    plan = here.at(*people, on=TODAY)

    assert [BATCH, 2] == [len(each.members) for each in plan.changes if each.kind == "member_add"]
    assert {"member_add": BATCH + 2} == plan.counts()["chat"]
