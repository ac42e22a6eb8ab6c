"""Which columns of HR each fact is made of: the table is compared with what really happens when a column changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mappings.facts import TYPES, VARIABLES, FactSource
from mappings.people import Assignment, Leave, Unit
from mappings.stated import ANY_UNIT, STATED, columns_of
from tests.fakes.org import TODAY, FakeChart, someone

JOB = Assignment("a1", "sales", "Seller", "E1", "employee", "Utrecht", "NL", "C1", "BV", 0.8, primary=True)
ANN = someone(
    2,
    assignments=(JOB,),
    name_prefix="de",
    partner_prefix="van",
    partner_name="Bos",
    name_order="own-partner",
    username="ann",
)
BOSS = someone(1, "root", "E5", given_name="Bo", family_name="Baas", username="bo")
TOP = someone(5, "root", "", given_name="Top", family_name="Baas")
UNITS = (Unit("root", "Company"), Unit("top", "Top"), Unit("sales", "Sales", "root", "department", "E2", "E1"))

PERSON = {
    "given_name": "Bea", "name_prefix": "van", "family_name": "Jong", "partner_prefix": "de", "partner_name": "Wit",
    "name_order": "partner",
    "preferred_name": "Annie", "email": "other@example.org", "username": "other", "kind": "supplier",
    "status": "leave", "hired_on": date(2027, 1, 1), "leaves_on": date(2026, 1, 1),
}  # fmt: skip
JOBS = {
    "id": ("assignment_id", "a9"), "unit": ("unit", "root"), "title": ("title", "Boss"), "manager": ("manager", "E5"),
    "kind": ("kind", "intern"), "location": ("location", "Delft"), "country": ("country", "BE"),
    "cost_centre": ("cost_centre", "C9"), "legal_entity": ("legal_entity", "NV"), "fte": ("fte", 0.1),
    "primary": ("primary", False), "valid_from": ("valid_from", date(2020, 1, 1)),
    "valid_to": ("valid_to", date(2030, 1, 1)),
}  # fmt: skip


def declared(variable, type_name):
    """Return the dotted names of all single facts."""
    for name, text in TYPES[type_name].items():
        yield from declared(f"{variable}.{name}", text) if text in TYPES else [f"{variable}.{name}"]


def flat(facts, before=""):
    """Return dotted name -> value."""
    made = {}
    for name, value in facts.items():
        made |= flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return made


def moved(person=ANN, others=(BOSS, TOP), units=UNITS):
    """Return which facts differ from those of Ann as she was."""
    was, now = (
        flat(FactSource(FakeChart((one, *more), tree, TODAY)).facts(one))
        for one, more, tree in ((ANN, (BOSS, TOP), UNITS), (person, others, units))
    )
    return {name for name, value in now.items() if name != "assignments" and was[name] != value}


def behind(fact):
    """Return the columns, each without whose row it is."""
    return {column.partition(".")[2] for column in STATED[fact]}


def test_every_fact():
    """Each fact that is declared has a line in the table, and no other has."""
    names = {fact for name, text in VARIABLES.items() for fact in declared(name, text.removeprefix("list:"))}

    assert names | {ANY_UNIT} == STATED.keys()


@pytest.mark.parametrize("column", PERSON)
def test_person_column(column):
    """Whatever changes when HR changes a column of the person names that column."""
    for fact in moved(replace(ANN, **{column: PERSON[column]})):
        assert f"person.{column}" in STATED[fact] or column in {"hired_on", "leaves_on"}, fact


@pytest.mark.parametrize("field", JOBS)
def test_job_column(field):
    """The same for the columns of the main job; who moves to another unit or manager gets their facts."""
    column, value = JOBS[field]
    changed = moved(replace(ANN, assignments=(replace(JOB, **{field: value}),)))

    assert changed
    assert [] == [fact for fact in changed if column not in behind(fact)]


def test_manager_and_units():
    """What the manager and the unit contribute is told as theirs."""
    for fact in moved(others=(replace(BOSS, family_name="Chef"), TOP)):
        assert "manager.family_name" in STATED[fact]
    for fact in moved(units=(*UNITS[:2], replace(UNITS[2], name="Verkoop"))):
        assert "unit.name" in STATED[fact]
    for fact in moved(units=(*UNITS[:2], replace(UNITS[2], parent="top"))):
        assert {"unit.parent", "units.parent"} & set(STATED[fact])


def test_leave():
    """An absence is told by its dates."""
    away = replace(ANN, leaves=(Leave("parental", TODAY),))

    assert {"person.onLeave"} == moved(away)
    assert "leaves.valid_from" in STATED["person.onLeave"]


def test_columns_of():
    """A whole message stands for everything in it; names that are no facts stand for nothing."""
    assert {"person.given_name"} == columns_of(["person.initials"])
    assert {"primary.location", "primary.country"} == columns_of(["primary.location"])
    assert "assignments.title" in columns_of(["assignments"])
    assert "unit.head" in columns_of([ANY_UNIT])
    assert frozenset() == columns_of(["person.uuid", "Unit"])
