"""A plan for the few whom a change concerns: all that a plan for everybody would do because of it, or Beyond."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.groups.closing import Closing
from mappings.people import Assignment, Unit
from provisioners.ports import GroupShadow
from provisioners.sync.plan.focus import ALL_AFTER_CHANGES, EVERYBODY, Beyond, Focus
from tests.fakes.org import someone
from tests.fakes.planning import TEAMS, Look, kinds
from tests.provisioners.sync.plan.test_near import LAST_WEEK, account

SALES, TECH = Unit("sales", "Sales", head="E2"), Unit("tech", "Tech", parent="sales", head="E3")
BOSS, ANN, TIM, EVE = (someone(each, "sales", "E1" if each > 1 else "") for each in (1, 2, 3, 4))
NESTS = replace(TEAMS, nests=True)


def group(key, *members, owners=(2,), **more):
    name = {"sales": "Sales", "tech": "Tech"}.get(key, key)
    made = GroupShadow("chat", f"units/{key}", f"g{key}", name, "managed", frozenset(members), frozenset(owners))
    return replace(made, **more)


def look(*groups, descriptor=TEAMS, units=(SALES, TECH)):
    everybody = [account(each) for each in (BOSS, ANN, TIM, EVE)]
    return Look(accounts=everybody, groups=groups, units=units, descriptor=descriptor)


def few(look, *people, ids, seen=None, line=()):
    """Return the plan for these ids; all of them are seen without `seen`."""
    focus = Focus(frozenset(ids), frozenset(ids if seen is None else seen), frozenset(line), follows=True)
    return look.at(*people, near=True, focus=focus)


def beyond(look, *people, ids=(2,), **more):
    with pytest.raises(Beyond) as why:
        few(look, *people, ids=ids, **more)
    return str(why.value)


def test_told_in_scope():
    """The scope of a plan tells whom it is about, and whether it follows changes."""
    assert {} == EVERYBODY.scope
    assert {"person": "7"} == Focus.on(7).scope
    assert {"after": "changes", "people": "2"} == Focus(frozenset({1, 2}), follows=True).scope
    assert {"after": "changes"} == ALL_AFTER_CHANGES.scope
    assert EVERYBODY is Focus.on(0)


def test_who_takes_over():
    """The head of a unit leaves, and who heads it now owns its group: both are in the plan."""
    known = look(group("sales", 1, 2, 3, 4), units=(replace(SALES, head="E3"), TECH))

    plan = few(known, BOSS, replace(ANN, leaves_on=LAST_WEEK), TIM, EVE, ids=(2, 3))

    assert {"owner_add", "owner_remove", "account_suspend"} <= set(kinds(plan))


def test_somebody_else_takes_over():
    """Who owns a group instead is not in the plan: everybody is looked at."""
    known = look(group("sales", 1, 2, 3, 4, owners=(4,)))

    assert "own the group units/sales" in beyond(known, BOSS, ANN, TIM, EVE)


def test_not_seen():
    """Of a change that others cannot see nobody asks who leads what."""
    known = look(group("sales", 1, 2, 3, 4, owners=(4,)))

    plan = few(known, BOSS, replace(ANN, given_name="Anne"), TIM, EVE, ids=(2,), seen=())

    assert "owner_remove" not in kinds(plan)
    assert "account_update" in kinds(plan)


def test_below():
    """Who works below somebody is asked for the own groups, not for units."""
    known = look(group("sales", 1, 2, 3, 4, owners=(4,)))

    assert "owner_remove" not in kinds(few(known, BOSS, ANN, TIM, EVE, ids=(2,), seen=(), line=(2,)))


def test_named_in_a_list():
    """Rules that name owners by lists do not tell which groups somebody may own."""
    known = look(group("sales", 1, 2, 3, 4))
    known.rules.elsewhere = {"E2"}

    assert "named in a way" in beyond(known, BOSS, ANN, TIM, EVE)


MOVED = replace(TIM, assignments=(Assignment("a3", "tech"),))


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        ((), "has to be made"),
        ((group("tech", state="archived"),), "has to be made"),
        ((group("tech", 4, owners=(3,), name="Old"),), "has another name"),
        ((group("tech", owners=(3,), name="Tech (units/tech)"),), "has another name"),
    ],
    ids=["none", "archived", "name", "name while it was empty"],
)
def test_more_than_members(groups, why):
    """A group that has to be made, woken or renamed is no matter of a few people."""
    known = look(group("sales", 1, 2, 3, 4), *groups)

    assert why in beyond(known, BOSS, ANN, MOVED, EVE, ids=(3,))


def test_name_with_its_key():
    """A group that bears its key in its name, because another one has the name, keeps it."""
    known = look(group("sales", 1, 2, 3, 4), group("tech", 4, owners=(3,), name="Tech (units/tech)"))

    assert "member_add" in kinds(few(known, BOSS, ANN, MOVED, EVE, ids=(3,)))


def test_description():
    """A group that is described in another way by now is no matter of a few people."""
    described = replace(TEAMS, describes=True)
    known = look(group("sales", 1, 2, 3, 4, description="old"), descriptor=described)

    assert "has another description" in beyond(known, BOSS, ANN, TIM, EVE, ids=(3,))


def test_over():
    """A group behind which nothing stands any more is ended by a plan for everybody; kept, it is only left."""
    known = look(group("sales", 1, 2, 3, 4), group("gone", 3, owners=(3,)))
    known.rules.gone = {"gone"}

    assert "member_remove" in kinds(few(known, BOSS, ANN, TIM, EVE, ids=(3,)))
    known.rules.ends = Closing("archive")
    assert "units/gone on chat is over" in beyond(known, BOSS, ANN, TIM, EVE, ids=(3,))


def test_over_where_groups_nest():
    """Where groups hold groups, one that is over may be inside another one."""
    known = look(group("sales", 1, 2, 3, 4), group("gone", 3), descriptor=NESTS)
    known.rules.gone = {"gone"}

    assert "is over" in beyond(known, BOSS, ANN, TIM, EVE, ids=(3,))


def test_inside_another():
    """A nested group that comes to life may have to be put inside another one."""
    known = look(group("sales", 1, 2, 3, 4), group("tech", owners=(3,)), descriptor=NESTS)
    known.rules.nested = True

    assert "inside another one" in beyond(known, BOSS, ANN, MOVED, EVE, ids=(3,))


def test_closed_and_unknown():
    """A group that was never made and is over asks for nothing."""
    known = look(group("sales", 1, 2, 3, 4))
    known.rules.gone = {"lab"}
    lost = replace(TIM, assignments=(Assignment("a3", "lab"),))

    plan = few(known, BOSS, ANN, lost, EVE, ids=(3,))

    assert "group_create" not in kinds(plan)
