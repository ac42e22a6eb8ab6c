"""People put into a group, or kept out, by name and for a time."""

from __future__ import annotations

from datetime import date

import pytest

from mappings.errors import MappingError
from mappings.explain import explain
from tests.fakes.group_rules import groups, rules_of
from tests.fakes.org import ANN, BOSS, EVE, TODAY, company

UNTIL = "2026-11-02"
"""Today, the last day."""


def one(person, **more):
    """Return an exception as it is written."""
    return {"person": person, "reason": "works council", "until": UNTIL, **more}


def test_included_until_the_day():
    """Somebody included is in to the end of the last day, and not one day longer."""
    rules = rules_of(members="false", include=[one("E2")])

    assert (["g"], []) == (groups(rules, ANN), groups(rules, ANN, company(on=date(2026, 11, 3))))
    assert [] == groups(rules, BOSS)


def test_excluded_until_the_day():
    """Somebody excluded is out, whatever the rule says, until the day has passed."""
    rules = rules_of(members="true", exclude=[one("E2", since="2026-11-01")])

    assert ([], ["g"]) == (groups(rules, ANN), groups(rules, ANN, company(on=date(2026, 11, 3))))
    assert ["g"] == groups(rules, ANN, company(on=date(2026, 10, 31)))


def test_static_list():
    """A list of people takes exceptions too, and out counts more than in."""
    rules = rules_of(members=["E1"], include=[one("E2"), one("E3")], exclude=[one("E3"), one("E1")])

    assert ([], ["g"], []) == (groups(rules, BOSS), groups(rules, ANN), groups(rules, EVE))


def test_one_of_many_groups():
    """An exception is about one unit's group; without `of` an exclusion is about all groups of the rule."""
    into = rules_of(each="unit", reach="own", include=[one("E2", of="sales-north"), one("E2", of="gone")])
    out = rules_of(each="unit", exclude=[one("E3", of="sales")])
    everywhere = rules_of(each="unit", exclude=[one("E3")])

    assert ["g/sales", "g/sales-north"] == groups(into, ANN)
    assert ["g/root", "g/sales-north"] == groups(out, EVE)
    assert [] == groups(everywhere, EVE)


def test_groups_in_groups():
    """Where groups hold groups, who is put into one is in those around it, and who is kept out is in none inside."""
    into = rules_of(each="unit", nested=True, include=[one("E1", of="sales-north")])
    out = rules_of(each="unit", nested=True, exclude=[one("E3", of="sales")])

    assert ["g/root", "g/sales-north", "g/sales"] == groups(into, BOSS)
    assert ["g/root"] == groups(out, EVE)


def test_told():
    """The explanation names the reason and the day of an exception."""
    rules = rules_of(each="unit", nested=True, include=[one("E1", of="sales-north")], exclude=[one("E2")])

    because = {one.name: one.expression for one in explain(rules, "chat", BOSS, company()).because}
    (why_not,) = [one.reason for one in explain(rules, "chat", ANN, company()).why_not if one.what == "group"]

    assert "included until 2026-11-02: works council" == because["g/sales-north"] == because["g/sales"]
    assert "groups.g.exclude: excluded until 2026-11-02: works council" == why_not


@pytest.mark.parametrize(
    ("group", "expression", "facts"),
    [
        ({"members": ["E2"]}, "listed by HR key", None),
        ({"members": "primary.country == 'NL'"}, "primary.country == 'NL'", {"primary.country": "NL"}),
        ({"each": "title"}, "each: fact", {"assignments.title": ("Seller",)}),
        ({"each": "unit", "reach": "own"}, "each: unit, reach: own", {"person.units": ("sales",)}),
    ],
)
def test_why(group, expression, facts):
    """Each membership tells the rule and the facts it was read from."""
    told = [one for one in explain(rules_of(**group), "chat", ANN, company()).because if one.what == "group"]

    assert [(expression, facts)] == [(one.expression, one.facts) for one in told]


@pytest.mark.parametrize(
    ("group", "reason"),
    [
        ({"members": ["E404"]}, "groups.g.members is false"),
        ({"members": "primary.country == 'BE'"}, "groups.g.members is false: primary.country = 'NL'"),
        ({"each": "cost_centre"}, "groups.g.members is false: assignments.costCentre = ()"),
    ],
)
def test_why_not(group, reason):
    """A rule that gives no group tells what it has read."""
    (told,) = [one for one in explain(rules_of(**group), "chat", ANN, company()).why_not if one.what == "group"]

    assert reason == told.reason


def test_marks():
    """Whoever is named in an exception is looked at again on the day it begins or ends, and nobody else."""
    rules = rules_of(members="true", exclude=[one("E2")], include=[one("E3", until="2027-01-01")])
    today, tomorrow = rules.marks("chat", TODAY), rules.marks("chat", date(2026, 11, 3))

    assert {"E2", "E3"} == today.keys()
    assert (True, False) == (today["E2"] != tomorrow["E2"], today["E3"] != tomorrow["E3"])


@pytest.mark.parametrize(
    ("group", "path", "told"),
    [
        ({"include": "E1"}, "groups.g.include", "must be a list"),
        ({"include": ["E1"]}, "groups.g.include[0]", "must be a mapping"),
        ({"include": [{"person": "E1", "until": UNTIL}]}, "groups.g.include[0].reason", "say something"),
        ({"exclude": [one(1)]}, "groups.g.exclude[0].person", "must be a text"),
        ({"include": [one("E1", until=None)]}, "groups.g.include[0].until", "must be a day"),
        ({"include": [one("E1", until="soon")]}, "groups.g.include[0].until", "must be a day"),
        ({"include": [one("E1", since="2027-01-01")]}, "groups.g.include[0].until", "is before since"),
        ({"include": [one("E1", of="sales")]}, "groups.g.include[0].of", "belongs to rules with each"),
        ({"include": [one("E1")], "each": "unit"}, "groups.g.include[0].of", "is missing"),
        ({"include": [one("E1", forever=True)]}, "groups.g.include[0].forever", "unknown key"),
    ],
)
def test_refused(group, path, told):
    """An exception names a person, a reason and a last day."""
    with pytest.raises(MappingError) as caught:
        rules_of(**({"members": "true"} if "each" not in group else {}), **group)

    assert (path, True) == (caught.value.problems[0].path, told in caught.value.problems[0].message)
