"""Every fact of the register leads back to a row that HR sent."""

from __future__ import annotations

import io

import pytest

from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.hr.intake import Intake
from sso_bridge.store.staff.origins import Origins
from sso_bridge.store.staff.people import People

PEOPLE = "employee_number,assignment_id,given_name,unit,valid_from\n"
LEAVES = "employee_number,kind,valid_from\n"


@pytest.fixture
def send(store, clock, audit):
    """Take files, given as `name=text`; return the record."""

    def take(*, complete=False, **files):
        uploads = [Upload(f"{name}.csv", io.BytesIO(text.encode())) for name, text in files.items()]
        return Intake(store, clock, audit).take(uploads, Source("payroll"), complete=complete, actor="cli:ann")

    return take


@pytest.fixture
def rows(store, clock):
    """Return (file, line, job) of each row behind somebody."""

    def of(key, part="people"):
        found = getattr(Origins(store).person(People(store, clock).by_key("payroll", key).id), part)
        return [(one.file, one.line, one.job) for one in found]

    return of


def test_rows_of_a_person(send, rows, store, clock) -> None:
    """PR-15: each job leads to its own line, and the import says from where, when and by whom."""
    record = send(people=f"{PEOPLE}E1,a,Ann,sales,2020-01-01\nE2,c,Bob,ict,\nE1,b,Ann,ict,2024-05-01\n")

    assert [("people.csv", 2, "a"), ("people.csv", 4, "b")] == rows("E1")
    (one,) = Origins(store).person(People(store, clock).by_key("payroll", "E2").id).people
    assert ("payroll", record.uuid, clock(), "cli:ann") == (one.source, one.imported, one.taken_at, one.by)


def test_unchanged_rows_keep_theirs(send, rows) -> None:
    """Who is stated again with nothing new leads to the row that said it first; who changed, to the new one."""
    send(people=f"{PEOPLE}E1,a,Ann,sales,\nE2,c,Bob,ict,\n")
    send(people=f"{PEOPLE}E9,x,New,ict,\nE1,a,Ann,sales,\nE2,c,Bob,sales,\n")

    assert ([("people.csv", 2, "a")], [("people.csv", 4, "c")]) == (rows("E1"), rows("E2"))


def test_leaves_have_rows_of_their_own(send, rows) -> None:
    """A leave leads to its own file, whichever of the two came first, and is forgotten with the leave."""
    send(people=f"{PEOPLE}E1,a,Ann,sales,\n")
    send(leaves=f"{LEAVES}E1,parental,2026-11-01\n")
    assert ([("people.csv", 2, "a")], [("leaves.csv", 2, "")]) == (rows("E1"), rows("E1", "leaves"))

    send(people=f"{PEOPLE}E2,c,Bob,ict,\nE1,a,Anna,sales,\n")
    assert ([("people.csv", 3, "a")], [("leaves.csv", 2, "")]) == (rows("E1"), rows("E1", "leaves"))

    send(complete=True, leaves=f"{LEAVES}E2,sick,2026-11-01\n")
    assert [] == rows("E1", "leaves")


def test_rows_of_units(send, store) -> None:
    """A unit leads to the line of each of its dated rows; one that nobody stated has none."""
    send(units="unit,name,valid_from\nict,ICT,2020-01-01\nict,IT,2027-01-01\n")

    assert [("units.csv", 2, "2020-01-01"), ("units.csv", 3, "2027-01-01")] == [
        (one.file, one.line, one.begins) for one in Origins(store).unit("ict")
    ]
    assert () == Origins(store).unit("nowhere")


def test_facts_without_a_row(store, clock, send, rows) -> None:
    """Who is unknown leads nowhere."""
    assert () == Origins(store).person(404).people
