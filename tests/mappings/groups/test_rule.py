"""Group rules: who is in, what it is called, who owns it."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.desired import GroupKey
from mappings.errors import EvaluationError, MappingError
from mappings.groups.rule import REMEMBERED
from mappings.people import Assignment, Unit
from mappings.rules import GroupFacts, compile_rules
from tests.fakes.group_rules import groups, rules_of
from tests.fakes.org import ANN, BOSS, EVE, UNITS, company, someone


def test_each_unit():
    """A unit group has everybody below it; `depth` keeps to the upper levels."""
    deep = rules_of(each="unit", members="unit.key in person.unitPath")
    flat = rules_of(each="unit", depth=1, members="unit.key in person.unitPath")
    own = rules_of(each="unit", members="unit.key == primary.unit")

    assert ["g/root", "g/sales", "g/sales-north"] == groups(deep, EVE)
    assert ["g/root"] == groups(flat, EVE)
    assert ["g/sales-north"] == groups(own, EVE)


def test_second_job():
    """Somebody with two jobs is considered for the units of both; the expression decides."""
    person = someone(5, assignments=(Assignment("a", "sales", primary=True), Assignment("b", "other")))
    chart = company(units=(*UNITS, Unit("other", "Other")))

    assert ["g/root", "g/sales", "g/other"] == groups(rules_of(each="unit", members="true"), person, chart)
    assert ["g/other"] == groups(
        rules_of(each="unit", members="assignments.exists(a, a.unit == unit.key) && unit.key != primary.unit"),
        person,
        chart,
    )


def test_each_manager():
    """A reporting line has everybody below the manager, not the manager; direct reports only when the rule says so."""
    line = rules_of(each="manager", members="manager.id in person.managers")
    direct = rules_of(each="manager", members="manager.id == primary.manager")

    assert (["g/E2", "g/E1"], ["g/E1"], []) == (groups(line, EVE), groups(line, ANN), groups(line, BOSS))
    assert ["g/E2"] == groups(direct, EVE)


def test_deep_facts_are_not_remembered_wrongly():
    """A rule that reads more of the unit than its key follows the org chart of the day."""
    rules = rules_of(each="unit", members="unit.head == person.id")
    headed = tuple(replace(unit, head="E3") if unit.key == "sales" else unit for unit in UNITS)

    assert [] == groups(rules, EVE)
    assert ["g/sales"] == groups(rules, EVE, company(units=headed))


def test_names_and_owners():
    """The name follows the org chart, the owners are head and deputy as far as they work here."""
    rules = rules_of(each="unit", members="true", owners="[unit.head, unit.deputy, unit.head]")

    assert GroupFacts("Sales", ("E2", "E1")) == rules.group("chat", GroupKey("g", "sales"), company())
    gone = company(replace(ANN, status="left"))
    assert ("E1",) == rules.group("chat", GroupKey("g", "sales"), gone).owners


def test_named_by_rule():
    """`name` is an expression about the group's own unit; owners may be listed by HR key."""
    rules = rules_of(each="unit", members="true", name="'Team ' + unit.name", owners=["E1", "E404"])

    assert GroupFacts("Team Sales", ("E1",)) == rules.group("chat", GroupKey("g", "sales"), company())
    assert GroupFacts("g", ("E2",)) == rules_of(members="true", owners="unit('sales').head").group(
        "chat", GroupKey("g"), company()
    )
    assert "Ann Smit" == rules_of(each="manager", members="true").group("chat", GroupKey("g", "E2"), company()).name


def test_what_is_not_there():
    """A group without its rule or its unit has no name: an error, never an empty group."""
    rules = rules_of(each="unit", members="true")

    for key in (GroupKey("other"), GroupKey("g", "nowhere")):
        with pytest.raises(EvaluationError):
            rules.group("chat", key, company())


def test_no_owner_without_a_rule():
    """PR-01: nobody owns a group unless a rule names owners."""
    assert () == rules_of(each="unit", members="true").group("chat", GroupKey("g", "sales"), company()).owners


@pytest.mark.parametrize("name", ["admins", "Domain Admins", "Administrators", "staff"])
def test_privileged_names(name):
    """PR-01: a unit that HR calls `Domain Admins` makes no group of that name, and no claim that could be taken for it."""
    chart = company(units=(*UNITS, Unit("admins", name, "root")))
    rules = rules_of(each="unit", members="true")
    person = someone(5, "admins")

    assert f"{name} (g/admins)" == rules.group("chat", GroupKey("g", "admins"), chart).name
    assert ["g/root", "g/admins"] == groups(rules, person, chart)


@pytest.mark.parametrize(
    "name", ["'ad' + 'mins'", r"'\u0061dmins'", "'ADMINS'.lowerAscii()", "'xadmins'.substring(1, 9)", "table('t', 'a')"]
)
def test_privileged_names_in_disguise(name):
    """PR-01, AD-08: a name that gives rights is written out, so that a second person is asked; no rule computes one."""
    document = {
        "platforms": {"chat": {"mapping": "m"}}, "mappings": {"m": {}}, "tables": {"t": {"a": "admins"}},
        "groups": {"g": {"on": ["chat"], "members": ["E1"], "name": name}},
    }  # fmt: skip

    assert "admins (g)" == compile_rules(document).group("chat", GroupKey("g"), company()).name
    assert "admins" == rules_of(members=["E1"], name="'admins'").group("chat", GroupKey("g"), company()).name


def test_hr_data_gives_no_rights():
    """PR-01: the title `Administrator` is a title; no attribute, claim or group comes of it."""
    rules = rules_of(members="person.kind == 'employee'")
    plain, titled = (rules.outcome("chat", one, company()) for one in (ANN, replace(ANN, given_name="Administrator")))

    assert (plain.attributes, plain.claims, plain.groups) == (titled.attributes, titled.claims, titled.groups)


@pytest.mark.parametrize(
    ("group", "path", "told"),
    [
        ({"each": "unit", "members": ["E1"]}, "groups.g.members", "must be an expression"),
        ({"members": ["E1", 7]}, "groups.g.members", "must be a list of texts"),
        ({"members": "true", "owners": [1]}, "groups.g.owners", "must be a list of texts"),
        ({"members": "true", "owners": "person.id"}, "groups.g.owners", "cannot use person.id"),
        ({"members": "true", "name": "unit.name"}, "groups.g.name", "cannot use unit.name"),
    ],
)
def test_refused(group, path, told):
    """A group rule that can mean nothing is refused at save, with the place."""
    with pytest.raises(MappingError) as caught:
        rules_of(**group)

    assert (path, True) == (caught.value.problems[0].path, told in caught.value.problems[0].message)


def test_answers_of_a_large_company():
    """What is remembered for a group rule is let go before it fills the memory; the answers stay right."""
    rules = rules_of(each="unit", members="unit.key == primary.unit || primary.title == 'all'")
    units = [Unit(f"u{at}") for at in range(REMEMBERED + 2)]
    chart = company(units=units)

    for at in (*range(REMEMBERED + 2), 0):
        assert [f"g/u{at}"] == groups(rules, someone(9, f"u{at}"), chart)
