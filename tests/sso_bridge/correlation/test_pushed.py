"""People that are pushed one by one (SCIM), who are known by another HR source already."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date

import pytest

from mappings.people import Assignment, Person
from sso_bridge.store.staff.pushed import Pushed
from sso_bridge.store.staff.scim_groups import ScimGroups
from tests.fakes.two_systems import ANN, TwoSystems

TODAY = date(2026, 11, 2)


def row(key, other="", unit="tech", **more):
    """Return what a system pushes."""
    said = {"given_name": "Ann", "family_name": "Boer", "birth_date": date(1984, 5, 30), **more}
    return Person(0, "", "system", key, other_number=other, assignments=(Assignment("1", unit),), **said)


@pytest.fixture
def house(store, clock):
    """Ann at payroll, and a system that pushes."""
    made = TwoSystems(store, clock)
    made.send("payroll", f"E1,{ANN},,sales,")
    made.pushed = Pushed(store, clock)

    @contextmanager
    def act():
        with store.writing(), made.intake.comparing.pushed(made.rules, "scim"):
            yield made.pushed

    made.act = act
    return made


def units(house):
    return {job.unit for job in house.who("E1").assignments if job.valid_to is None}


def test_certain(house):
    """Who is certainly Ann is Ann; what is pushed later reaches her, and her own facts stay."""
    with house.act() as pushed:
        pushed.put(row("S1", "E1"), TODAY)
    assert (house.who("E1"), {"sales", "tech"}) == (house.who("S1"), units(house))
    with house.act() as pushed:
        pushed.put(row("S1", "E1", "board"), TODAY)
        group = ScimGroups(house.store).add("system", {"displayName": "admins"}, house.clock())
        pushed.regroup([(house.row("system", "S1").id, (group.uuid,))])

    assert {"sales", "board"} == units(house)
    assert ("admins",) == house.who("E1").source_groups
    assert "joined" == house.row("system", "S1").status


def test_doubtful(house):
    """Who may be Ann waits, also when the system says it again."""
    for title in ("a", "b"):
        with house.act() as pushed:
            pushed.put(row("S1", username=title), TODAY)

    assert "waiting" == house.who("S1").status
    assert 1 == len(house.pairs("open"))


def test_deleted(house):
    """Deleted there, she stays by payroll; pushed again, it is the same row of hers."""
    with house.act() as pushed:
        id_ = pushed.put(row("S1", "E1"), TODAY)
    with house.act() as pushed:
        pushed.gone(id_, TODAY)
    assert ("active", {"sales"}) == (house.who("E1").status, units(house))
    with house.act() as pushed:
        assert id_ == pushed.put(row("S1", "E1"), TODAY)
    assert {"sales", "tech"} == units(house)
