"""Rows of a re-organisation laid over what HR states."""

from __future__ import annotations

import io
from datetime import date

import pytest

from mappings.people import Assignment, Unit
from provisioners.sync.collect.laid import laid
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.compose.supposed import Supposed
from tests.fakes.org import ANN, BOSS, EVE, TODAY, UNITS, someone
from tests.fakes.planning import Told


class Staff:
    """Three people, three units."""

    def __init__(self, *people, units=UNITS):
        self.people, self._units = people or (BOSS, ANN, EVE), units

    def everyone(self):
        for one in self.people:
            told = Told(one)
            told.part_of = 0
            yield told

    def units(self):
        return iter(self._units)

    def version(self):
        return 7


def rows(text: str):
    """Return what a file states."""
    return laid([Upload("reorg.csv", io.BytesIO(text.encode()))], Source("supposed"))


def people(text: str, *staff, on=TODAY):
    """Return everybody with these rows laid over."""
    return {one.key: one.person() for one in Supposed(Staff(*staff), rows(text), on).everyone()}


def test_only_what_is_stated() -> None:
    """A row changes what it states; an empty cell, and everything else, stays."""
    found = people("employee_number,unit,manager,title\nE2,sales-north,E3,\n")

    (job,) = found["E2"].assignments
    assert ("sales-north", "E3", "Seller", "NL") == (job.unit, job.manager, job.title, job.country)
    assert (EVE, BOSS) == (found["E3"], found["E1"])
    assert "Smit" == found["E2"].family_name


def test_which_job() -> None:
    """A named job is changed, a new one is added; without a name it is the main job of that day."""
    old, new = (
        Assignment("a", "root", valid_to=date(2026, 12, 31)),
        Assignment("b", "sales", valid_from=date(2027, 1, 1)),
    )
    two = someone(assignments=(old, new))
    moved = people("employee_number,unit\nE2,ict\n", two, on=date(2027, 1, 1))["E2"].assignments
    named = people("employee_number,assignment_id,unit\nE2,a,ict\nE2,c,hr\n", two)["E2"].assignments

    assert ["root", "ict"] == [one.unit for one in moved]
    assert [("a", "ict"), ("b", "sales"), ("c", "hr")] == [(one.id, one.unit) for one in named]


def test_joiners_leavers_and_leaves() -> None:
    """Who is unknown is somebody new, with an id of their own; leavers and leaves count that day."""
    text = "employee_number,given_name,unit,leaves_on\nE9,New,sales,\nE2,,,2026-11-30\n"
    found = people(text)

    assert (4, "New", "sales") == (found["E9"].id, found["E9"].given_name, found["E9"].assignments[0].unit)
    assert date(2026, 11, 30) == found["E2"].leaves_on
    away = people("employee_number,kind,valid_from\nE3,parental,2026-11-01\n")["E3"]
    assert ["parental"] == [one.kind for one in away.leaves]


def test_units() -> None:
    """A unit is changed as it stands that day, or made; the others stay."""
    staff = Supposed(Staff(), rows("unit,name,parent,head\nsales,,,E3\nict,IT,root,E2\n"), TODAY)
    found = {unit.key: unit for unit in staff.units()}

    assert Unit("sales", "Sales", "root", head="E3", deputy="E1") == found["sales"]
    assert Unit("ict", "IT", "root", head="E2") == found["ict"]
    assert UNITS[2] == found["sales-north"]
    assert 7 == staff.version()


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("employee_number,fte\nE2,lots\n", "fte"),
        ("employee_number,unit\n,ict\n", "employee_number"),
        ("unit,parent\n,root\n", "unit"),
        ("employee_number,kind,valid_from\nE2,sick,\n", "valid_from"),
        ("employee_number,unit\nE2,ict,more\nE3,ict\n", ""),
    ],
)
def test_wrong_rows(text: str, column: str) -> None:
    """A wrong row is told with its place and left out."""
    found = rows(text)

    assert [(2, column)] == [(one.line, one.column) for one in found.problems]
    assert "E2" not in found.people


def test_of_another_day() -> None:
    """A unit that is not there that day is as the rows say; a row that states nothing changes nothing."""
    later = (Unit("ict", "IT", valid_from=date(2027, 1, 1)),)
    staff = Supposed(Staff(units=later), rows("unit,head\nict,E2\n"), TODAY)

    assert [Unit("ict", head="E2")] == list(staff.units())
    assert ANN == people("employee_number,unit\nE2,\n")["E2"]
    assert "intern" == people("employee_number,kind\nE2,intern\n")["E2"].assignments[0].kind
