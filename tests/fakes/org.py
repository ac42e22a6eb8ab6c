"""A little company in memory: a tree of units and some people, on one day."""

from __future__ import annotations

from datetime import date

from mappings.people import Assignment, Person, Unit

TODAY = date(2026, 11, 2)
UUID = "11111111-1111-4111-8111-{:012d}"


class FakeChart:
    """An org chart of given people and units."""

    def __init__(self, people=(), units=(), on=TODAY):
        self.on = self.days = on
        self.people = {one.key: one for one in people}
        self.units = {one.key: one for one in units}

    def person(self, key):
        return self.people.get(key)

    def unit(self, key):
        return self.units.get(key)


def someone(number=2, unit="sales", manager="E1", **facts):
    """Return a person with one job."""
    job = {name: facts.pop(name) for name in ("title", "country", "location", "cost_centre") if name in facts}
    jobs = facts.pop("assignments", (Assignment(f"a{number}", unit, manager=manager, **job),))
    facts = {"given_name": "Ann", "family_name": "Smit", "email": f"E{number}@Example.org"} | facts
    return Person(number, UUID.format(number), "hr", f"E{number}", assignments=jobs, **facts)


BOSS = someone(1, "root", "", given_name="Bo", family_name="Baas")
ANN = someone(2, "sales", "E1", title="Seller", country="NL")
EVE = someone(3, "sales-north", "E2", given_name="Eve", family_name="Noord", country="BE")
BUYER = Person(
    1,
    "00000000-0000-4000-8000-000000000001",
    "hr",
    "E1",
    given_name="Jürgen",
    name_prefix="van 't",
    family_name="Hoff",
    email="jurgen@corp.test",
    username="jhoff",
    assignments=(Assignment("a1", title="Inkoper", primary=True),),
)
"""Somebody whose name no platform should spoil."""
BUYER_MAPPING = {
    "for": "person.active",
    "attributes": {"userName": "person.username", "displayName": "person.displayName", "title": "primary.title"},
    "release": ["email", "name", "preferred_username", "title", "groups"],
}
UNITS = (
    Unit("root", "Company", head="E1"),
    Unit("sales", "Sales", "root", head="E2", deputy="E1"),
    Unit("sales-north", "Sales North", "sales", head="E9"),
)


def company(*more, units=UNITS, on=TODAY):
    """Return the chart of three people and three units, and more people."""
    return FakeChart((BOSS, ANN, EVE, *more), units, on)
