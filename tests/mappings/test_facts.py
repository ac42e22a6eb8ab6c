"""What expressions see of a person."""

# ruff: noqa: E501 - one case, one line

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

import pytest

from mappings.facts import NOBODY, TYPES, VARIABLES, FactSource, empty, manager_basis, primary_of
from mappings.people import Assignment, Leave, Person, Unit
from tests.fakes.org import ANN, BOSS, EVE, TODAY, FakeChart, company, someone


def test_paths_and_chains():
    """The unit path runs from the root down, the managers from the nearest up."""
    facts = FactSource(company()).facts(EVE)

    assert ("root", "sales", "sales-north") == facts["person"]["unitPath"]
    assert ("E2", "E1") == facts["person"]["managers"]
    assert ("Ann Smit", "sales") == (facts["manager"]["displayName"], facts["manager"]["unitPath"][-1])


def test_loops_end():
    """A unit that is its own grandparent and two people who manage each other are no endless loop."""
    ring = (Unit("a", parent="b"), Unit("b", parent="a"))
    one, two = someone(10, "a", "E11"), someone(11, "b", "E10")
    facts = FactSource(FakeChart((one, two), ring)).facts(one)

    assert ("b", "a") == facts["person"]["unitPath"]
    assert ("E11",) == facts["person"]["managers"]
    assert (
        ()
        == FactSource(FakeChart((someone(12, manager="E12"),))).facts(someone(12, manager="E12"))["person"]["managers"]
    )


def test_primary_job():
    """The job HR flags is the main one, then the largest, the oldest, the first; ended jobs do not count."""
    small, large = Assignment("a", "x", fte=0.2), Assignment("b", "y", fte=0.8)
    old = Assignment("c", "z", fte=0.8, valid_from=date(2020, 1, 1))
    new = Assignment("d", "z", fte=0.8, valid_from=date(2024, 1, 1))
    flagged, ended = (
        Assignment("e", "w", fte=0.1, primary=True),
        Assignment("f", "v", primary=True, valid_to=date(2020, 1, 1)),
    )

    assert large == primary_of(someone(5, assignments=(small, large)), TODAY)
    assert old == primary_of(someone(5, assignments=(new, old)), TODAY)
    assert flagged == primary_of(someone(5, assignments=(large, flagged, ended)), TODAY)
    assert primary_of(someone(5, assignments=(ended,)), TODAY) is None


def test_all_jobs():
    """Somebody with two jobs has the units of both; the path is that of the main one."""
    jobs = (Assignment("a", "sales", primary=True), Assignment("b", "root"))
    person = FactSource(company()).facts(someone(5, assignments=jobs))["person"]

    assert (("sales", "root"), ("root", "sales")) == (person["units"], person["unitPath"])


def test_nobody_is_not_active():
    """The manager of somebody without one has no facts, and is not active."""
    facts = FactSource(company()).facts(BOSS)

    assert ("", False, "") == tuple(facts["manager"][name] for name in ("id", "active", "displayName"))
    assert NOBODY.status == ""


def test_facts_of_nobody():
    """The facts of nobody in particular are empty, and made once."""
    source = FactSource(company())

    assert source.nobody() is source.nobody()
    assert ("", False) == (source.nobody()["person"]["id"], source.nobody()["person"]["active"])


def test_made_as_declared():
    """Every declared fact is made, and nothing that is not declared."""
    facts = FactSource(company()).facts(ANN)

    for name, type_name in VARIABLES.items():
        made = facts[name] if not type_name.startswith("list:") else facts[name][0]
        declared = TYPES[type_name.removeprefix("list:")]
        assert set(made) == set(declared), name
        for fact, text in declared.items():
            assert isinstance(
                made[fact], {"string": str, "bool": bool, "double": float, "int": int, "strings": tuple}.get(text, dict)
            )
    assert set(empty("Person")) == set(TYPES["Person"])


def test_every_hr_fact_has_a_place():
    """A field added to a person in HR must be decided upon here: it is a fact, or named as none."""
    told = {"id", "uuid", "source", "key", "given_name", "name_prefix", "family_name", "partner_prefix",
            "partner_name", "name_order", "preferred_name", "email", "username", "kind", "status", "hired_on", "leaves_on", "birth_date", "other_number",
            "source_groups",
            "assignments", "leaves"}  # fmt: skip

    assert told == {field.name for field in fields(Person)}


def _others():
    """Yield somebody with one job and one leave, each time with another value in one place."""
    job, leave = Assignment("a", "sales", manager="E1"), Leave("sick", date(2027, 1, 1))
    who = replace(ANN, assignments=(job,), leaves=(leave,), hired_on=date(2020, 1, 1), leaves_on=date(2030, 1, 1))
    another = {str: "other", float: 0.5, bool: True, date: date(2026, 6, 30), type(None): date(2027, 6, 30)}
    for part in fields(Person):
        value = getattr(who, part.name)
        if not isinstance(value, tuple | int):
            yield who, part.name, replace(who, **{part.name: another[type(value)]})
    for part in fields(Assignment):
        changed = replace(job, **{part.name: another[type(getattr(job, part.name))]})
        yield who, f"job.{part.name}", replace(who, assignments=(changed,))
    yield who, "second job", replace(who, assignments=(job, Assignment("b", "root", kind="board", primary=True)))
    yield who, "no job", replace(who, assignments=())
    yield who, "leave", replace(who, leaves=(Leave("sick", TODAY),))


@pytest.mark.parametrize(("before", "what", "after"), [pytest.param(*each, id=each[1]) for each in _others()])
def test_basis_of_a_manager(before, what, after):
    """Whatever changes the facts about a manager changes their basis; so people below are looked at again."""
    was, now = (
        FactSource(FakeChart((BOSS, one), company().units.values())).manager(one.key) for one in (before, after)
    )

    if was != now:
        assert manager_basis(before, TODAY) != manager_basis(after, TODAY)
    if what in {"job.title", "job.cost_centre", "job.fte", "job.location", "job.country"}:
        assert manager_basis(before, TODAY) == manager_basis(after, TODAY)
