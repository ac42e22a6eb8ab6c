"""Who owns a group: head, deputy, those further up; never nobody while somebody fits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mappings.desired import GroupKey
from mappings.errors import MappingError
from mappings.people import Leave
from tests.fakes.group_rules import rules_of
from tests.fakes.org import ANN, BOSS, EVE, UNITS, FakeChart, company, someone

AWAY = Leave("parental", date(2026, 10, 1), date(2026, 12, 31))
SALES, NORTH = GroupKey("g", "sales"), GroupKey("g", "sales-north")
RULE = {"each": "unit", "owners": "unit.head", "deputies": "unit.deputy"}


def owners(key=SALES, chart=None, fits=lambda _person: True, **rule):
    """Return who owns the group."""
    return rules_of(**{**RULE, **rule}).group("chat", key, chart or company(), fits).owners


def test_head():
    """The head owns the group of the unit, the deputy does not."""
    assert ("E2",) == owners()


@pytest.mark.parametrize("change", [{"leaves": (AWAY,)}, {"status": "leave"}, {"status": "left"}])
def test_deputy_takes_over(change):
    """While the head is on leave, or gone, the deputy owns the group."""
    assert ("E1",) == owners(chart=FakeChart((BOSS, replace(ANN, **change), EVE), UNITS))


def test_further_up():
    """A unit without head and deputy is owned by those of the unit around it."""
    assert ("E2",) == owners(NORTH)
    assert ("E1",) == owners(NORTH, FakeChart((BOSS, replace(ANN, status="left"), EVE), UNITS))


def test_nobody_further_up():
    """`otherwise: nobody` asks nobody further up."""
    assert () == owners(NORTH, otherwise="nobody")
    assert ("E1",) == owners(otherwise="nobody", chart=FakeChart((BOSS, replace(ANN, leaves=(AWAY,))), UNITS))


def test_without_an_account():
    """Who has no account on the platform cannot own a group there; the next one does."""
    assert ("E1",) == owners(fits=lambda person: person != "E2")
    assert () == owners(fits=lambda _person: False)


def test_better_away_than_nobody():
    """When all who fit are on leave, they own the group all the same, the nearest first."""
    people = [replace(one, leaves=(AWAY,)) for one in (BOSS, ANN, EVE)]

    assert ("E2", "E1") == owners(chart=FakeChart(people, UNITS))


def test_last_of_all():
    """The list of `otherwise` comes when nobody else fits; who does not work here is left out."""
    chart = FakeChart((replace(BOSS, status="left"), replace(ANN, status="left"), EVE), UNITS)

    assert ("E3",) == owners(chart=chart, otherwise=["E404", "E1", "E3"])


def test_line_without_its_manager():
    """The group of a reporting line goes to the manager above when the manager is away."""
    rule = {"each": "manager", "owners": "manager.id", "deputies": []}
    away = FakeChart((BOSS, replace(ANN, leaves=(AWAY,)), EVE), UNITS)

    assert (("E2",), ("E1",)) == (owners(GroupKey("g", "E2"), **rule), owners(GroupKey("g", "E2"), away, **rule))


def test_single_group():
    """A group that stands for nothing has owners and deputies by name; nobody is further up."""
    chart = company(someone(4, status="left"))

    assert ("E1",) == owners(
        GroupKey("g"), chart, each="", members="true", owners=["E4"], deputies="unit('sales').deputy"
    )


def test_heads_in_a_loop():
    """Units that are above each other are asked once each, and all ends."""
    ring = (replace(UNITS[0], parent="sales", head=""), replace(UNITS[1], head="", deputy=""))

    assert () == owners(chart=FakeChart((BOSS,), ring))


@pytest.mark.parametrize(
    ("rule", "path", "told"),
    [
        ({"otherwise": "somebody"}, "groups.g.otherwise", "list of texts"),
        ({"deputies": "person.id"}, "groups.g.deputies", "cannot use person.id"),
        ({"deputies": [1]}, "groups.g.deputies", "list of texts"),
    ],
)
def test_refused(rule, path, told):
    """Owners are named by the group's own facts, or by HR key."""
    with pytest.raises(MappingError) as caught:
        rules_of(**{**RULE, **rule})

    assert (path, True) == (caught.value.problems[0].path, told in caught.value.problems[0].message)


@pytest.mark.parametrize(
    ("group", "found"),
    [
        ({"members": "true", "owners": ["E2"]}, {"g"}),
        ({"each": "unit", "owners": "unit.head"}, {"g/sales", "g/lab"}),
        ({"each": "manager", "owners": "manager.id"}, {"g/E2"}),
        ({"each": "title", "owners": ["E2"]}, set()),
        ({"members": "true"}, set()),
    ],
    ids=["single", "unit", "manager", "value", "nobody asked"],
)
def test_near(group, found):
    """Which groups somebody may own can be told from the units led, without looking at anybody else."""
    assert found == set(map(str, rules_of(**group).near("chat", "E2", ["sales", "lab"])))


@pytest.mark.parametrize(
    ("rule", "leads", "elsewhere"),
    [
        (RULE, True, False),
        (RULE | {"otherwise": ["E2"]}, False, True),
        (RULE | {"owners": ["E2"]}, False, True),
        (RULE | {"owners": ["E1"]}, True, False),
        (RULE | {"owners": "unit('sales').head"}, False, True),
        (RULE | {"owners": "unit(unit.parent).head"}, True, True),
        (RULE | {"owners": "unit(unit.parent).head"}, False, False),
        (RULE | {"owners": "'E2'"}, False, True),
        ({"each": "manager", "owners": "manager.id"}, True, False),
        ({"each": "title", "owners": "group.of"}, False, True),
        ({"each": "title"}, True, False),
        ({"members": "person.active", "owners": ["E2"]}, True, False),
    ],
)
def test_told_by_the_org_chart(rule, leads, elsewhere):
    """Owners by the units they lead, or the people below them, are told; by a list or a call of unit() they are not."""
    assert elsewhere is rules_of(**rule).owns_elsewhere("chat", "E2", leads=leads)


def test_nested_or_not():
    """A rule says whether its groups hold each other."""
    assert not rules_of(**RULE).nests("chat", SALES)
    assert rules_of(**RULE, nested=True).nests("chat", SALES)
