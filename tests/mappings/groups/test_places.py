"""For what a rule makes groups: units, managers, and values of facts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.desired import GroupKey
from mappings.errors import MappingError
from mappings.groups.places import SHORT
from mappings.groups.rule import REMEMBERED
from mappings.people import Assignment, Unit
from mappings.rules import GroupClosed, compile_rules
from tests.fakes.group_rules import groups, rules_of
from tests.fakes.org import ANN, BOSS, EVE, UNITS, company, someone


def test_own_units():
    """With `reach: own` somebody is in the group of the own unit only; `depth` keeps to the upper levels."""
    assert ["g/sales-north"] == groups(rules_of(each="unit", reach="own"), EVE)
    assert [] == groups(rules_of(each="unit", reach="own", depth=2), EVE)
    assert ["g/sales"] == groups(rules_of(each="unit", reach="own", depth=2), ANN)
    assert [] == groups(rules_of(each="unit", reach="own"), someone(5, "nowhere"))


def test_subtree():
    """Without more words a unit's group holds everybody below the unit, through any of their jobs."""
    second = replace(EVE, assignments=(*EVE.assignments, Assignment("b", "other")))
    chart = company(units=(*UNITS, Unit("other", "Other")))

    assert ["g/root", "g/sales", "g/sales-north", "g/other"] == groups(rules_of(each="unit"), second, chart)
    assert ["g/root", "g/sales"] == groups(rules_of(each="unit", reach="subtree", depth=2), EVE)


def test_main_job_only():
    """The usual expressions about the main job are known without being evaluated, and say the same."""
    jobs = (Assignment("a", "sales", primary=True), Assignment("b", "root"))
    person = someone(5, assignments=jobs)

    assert ["g/root", "g/sales"] == groups(rules_of(each="unit", members=" unit.key  in person.unitPath"), person)
    assert ["g/sales"] == groups(rules_of(each="unit", members="unit.key == primary.unit"), person)
    assert ["g/sales-north"] == groups(rules_of(each="unit", reach="own", members="unit.key in person.unitPath"), EVE)
    assert ["g/sales", "g/root"] == groups(rules_of(each="unit", reach="own", members=" true "), person)


@pytest.mark.parametrize(("reach", "expected"), [("line", ["g/E2", "g/E1"]), ("direct", ["g/E2"])])
def test_managers(reach, expected):
    """A reporting line has everybody below the manager, or the direct reports."""
    assert expected == groups(rules_of(each="manager", reach=reach), EVE)
    assert [] == groups(rules_of(each="manager", reach=reach), BOSS)


def test_when():
    """`when` says which units have a group; those of the others are in the groups around them."""
    rules = rules_of(each="unit", when="unit.name.startsWith('Sales')")

    assert ["g/sales", "g/sales-north"] == groups(rules, EVE)
    with pytest.raises(GroupClosed, match="leaves out root"):
        rules.group("chat", GroupKey("g", "root"), company())


@pytest.mark.parametrize("name", sorted(SHORT))
def test_short_names(name):
    """Each short name stands for a fact of all jobs, or of the person."""
    same = {"country": "NL", "legal_entity": "BV"}
    jobs = (
        Assignment("a", location=" Den  Haag ", cost_centre="100", title="Seller", **same),
        Assignment("b", location="Utrecht", cost_centre="200", title="Buyer", **same),
    )
    person = someone(5, assignments=jobs)
    expected = {
        "location": ["Den Haag", "Utrecht"], "country": ["NL"], "cost_centre": ["100", "200"], "legal_entity": ["BV"],
        "title": ["Seller", "Buyer"], "kind": ["employee"],
    }  # fmt: skip

    assert [f"g/{one}" for one in expected[name]] == groups(rules_of(each=name), person)


def test_any_fact():
    """Any fact that is a text makes groups, of the main job alone when it is so named; nothing stated, no group."""
    jobs = (Assignment("a", cost_centre="100", primary=True), Assignment("b", cost_centre="200"))

    assert ["g/100"] == groups(rules_of(each="primary.costCentre"), someone(5, assignments=jobs))
    assert ["g/E2", "g/E1"] == groups(rules_of(each="person.managers"), EVE)
    assert [] == groups(rules_of(each="primary.costCentre"), ANN)


def test_narrowed():
    """`members` narrows the groups of a fact, and may ask for the value the group is made for."""
    rules = rules_of(each="country", members="group.of == 'NL' || person.givenName == 'Eve'")

    assert (["g/NL"], ["g/BE"]) == (groups(rules, ANN), groups(rules, EVE))
    assert [] == groups(rules, someone(5, country="BE"))


def test_names_of_values():
    """A group of a value is called by the value, or as the rule says; what HR writes never makes a privileged name."""
    rules, named = rules_of(each="title"), rules_of(each="title", name="'All ' + group.of", description="group.rule")

    assert "Seller" == rules.group("chat", GroupKey("g", "Seller"), company()).name
    assert "Admin (g/Admin)" == rules.group("chat", GroupKey("g", "Admin"), company()).name
    told = named.group("chat", GroupKey("g", "Seller"), company())
    assert ("All Seller", "g", True) == (told.name, told.description, told.passing)


def test_many_combinations():
    """What is kept of combinations of facts is let go before it fills the memory."""
    rules, chart = rules_of(each="title"), company()

    for at in (*range(REMEMBERED + 2), 0):
        assert [f"g/t{at}"] == groups(rules, someone(9, title=f"t{at}"), chart)


@pytest.mark.parametrize(
    ("group", "path", "told"),
    [
        ({"each": "nothing"}, "groups.g.each", "is no fact that is a text"),
        ({"each": 7}, "groups.g.each", "is no fact that is a text"),
        ({"each": "person.active"}, "groups.g.each", "is no fact that is a text"),
        ({"each": "group.of"}, "groups.g.each", "is no fact that is a text"),
        ({"each": "person.email"}, "groups.g.each", "is different for each person"),
        ({"each": "unit", "reach": "line"}, "groups.g.reach", "must be subtree or own"),
        ({"members": "true", "reach": "own"}, "groups.g.reach", "must be left out"),
        ({"each": "manager", "depth": 2}, "groups.g.depth", "together with each: unit"),
        ({"each": "unit", "depth": 0}, "groups.g.depth", "together with each: unit"),
        ({}, "groups.g.members", "is missing"),
        ({"members": "group.of == 'x'"}, "groups.g.members", "cannot use group"),
        ({"each": "title", "when": "unit.key == 'x'"}, "groups.g.when", "cannot use unit.key"),
        ({"each": "unit", "members": "1 +"}, "groups.g.members", "Syntax error"),
    ],
)
def test_refused(group, path, told):
    """What can mean nothing is refused at save, with the place."""
    with pytest.raises(MappingError) as caught:
        rules_of(**group)

    assert (path, True) == (caught.value.problems[0].path, told in caught.value.problems[0].message)


@pytest.mark.parametrize("place", ["for", "attributes"])
def test_no_group_in_a_mapping(place):
    """A mapping is about people: it has no group to ask."""
    body = {"for": "group.of == 'x'"} if place == "for" else {"attributes": {"x": "group.of"}}
    with pytest.raises(MappingError, match="cannot use group"):
        compile_rules({"platforms": {}, "mappings": {"m": body}})
