"""Rows that wait, rows that are part of somebody, and what the register makes of them."""

from __future__ import annotations

import io
from datetime import date

import pytest

from mappings.employment import active_on
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.records import collect
from provisioners.sync.collect.safety import judge
from provisioners.sync.collect.source import Source
from provisioners.sync.compose.chart import Chart
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.register import Register
from sso_bridge.store.staff.statements import Statements
from sso_bridge.store.tables.correlation import person_statement
from tests.fakes.clock import FakeClock

HEADER = "employee_number,given_name,family_name,email,unit,leaves_on\n"
TODAY = date(2026, 11, 2)


class House:
    """`send(source, rows)` is an import, `who(number)` the person that a number names."""

    def __init__(self, store, clock):
        self.store, self.clock = store, clock
        self.people, self.register = People(store, clock), Register(store, clock)
        self.statements = Statements(clock, lambda: TODAY)

    def send(self, source, *rows, complete=True):
        feed = collect([Upload("people.csv", io.BytesIO((HEADER + "\n".join(rows)).encode()))], Source(source))
        keys = None if complete else feed.people.numbers
        with self.store.writing() as connection:
            self.statements.lay_open(connection, source, keys)
            verdict = judge(feed, Source(source), present=self.register.present(source), complete=complete)
            counts = self.register.take(feed, verdict, source=source, strikes=2, complete=complete)
            self.statements.close(connection, source, keys)
        return counts

    def who(self, number):
        return self.people.by_any_key(number)

    def row(self, source, number):
        return self.people.by_key(source, number)

    def does(self, act, *ids, **more):
        with self.store.writing() as connection:
            return getattr(self.statements, act)(connection, *ids, **more)


@pytest.fixture
def house(store):
    """Ann at payroll, and the same Ann in the contractors' system."""
    made = House(store, FakeClock())
    made.send("payroll", "E1,Ann,Boer,ann@example.org,sales,", "E2,Bob,Bos,bob@example.org,sales,")
    made.send("contractors", "C7,Anna,Boer,anna@else.org,tech,", "C8,Cas,Smit,cas@else.org,tech,")
    return made


def test_join(house):
    """A joined row is part of the person: one id, one number of two that both name her, the jobs of both."""
    ann, row = house.who("E1"), house.who("C7")
    house.does("join", row.id, ann.id)
    joined = house.who("C7")

    assert (ann.id, ann.uuid, "E1", "payroll") == (joined.id, joined.uuid, joined.key, joined.source)
    assert ["sales", "tech"] == [job.unit for job in joined.assignments]
    assert "ann@example.org" == joined.email
    assert ("joined", row.id, row.uuid) == (
        house.row("contractors", "C7").status,
        row.id,
        house.people.by_id(row.id).uuid,
    )
    assert not active_on(house.row("contractors", "C7"), TODAY)


def test_chart(house):
    """In the org chart of a sync both numbers name the person, no twins, and the row itself works nowhere."""
    ann, row = house.who("E1"), house.who("C7")
    house.does("join", row.id, ann.id)
    chart = Chart(TODAY, house.people.everyone(), house.people.units())

    assert ann.id == chart.person("E1").id == chart.person("C7").id
    assert "joined" == chart.by_id(row.id).status


def test_one_number_at_both(house):
    """Two rows with one number that are one person are no twins."""
    house.send("visitors", "E1,Ann,Boer,ann@example.org,,")
    assert house.who("E1") is None
    house.does("join", house.row("visitors", "E1").id, house.row("payroll", "E1").id)

    assert house.row("payroll", "E1").id == house.who("E1").id
    assert [house.who("E1").id] == [one.id for one in house.people.stated_with_key("E1")]
    assert house.who("E1").id == Chart(TODAY, house.people.everyone(), ()).person("E1").id


def test_split(house):
    """Undone, each has their own number, name and permanent id again, byte for byte."""
    before = [house.who("E1"), house.who("C7")]
    house.does("join", before[1].id, before[0].id)
    house.does("split", before[1].id, (), waits=False)

    assert before == [house.who("E1"), house.who("C7")]
    with house.store.reading() as connection:
        assert [] == connection.execute(person_statement.select()).all()


def test_parts_come_along(house):
    """Whoever is part of somebody who is joined to a third comes along, and goes back with them."""
    ann, row, cas = house.who("E1"), house.who("C7"), house.who("C8")
    house.does("join", cas.id, row.id)

    assert (cas.id,) == house.does("join", row.id, ann.id)
    assert ["sales", "tech", "tech"] == [job.unit for job in house.who("C8").assignments]
    house.does("split", row.id, (cas.id,), waits=False)
    assert (row.id, row.id, ann) == (house.who("C8").id, house.who("C7").id, house.who("E1"))


def test_hold(house):
    """A row that waits is nobody: it works nowhere until it is released."""
    row = house.who("C7")
    house.does("hold", [row.id])

    assert ("waiting", False) == (house.who("C7").status, active_on(house.who("C7"), TODAY))
    assert {row.id} == house.does("waiting", [row.id, house.who("E1").id])
    house.does("release", [row.id])
    assert row == house.who("C7")


def test_imports_go_on(house):
    """What a source says later is compared with what it said before, and news reaches the person."""
    ann, row = house.who("E1"), house.who("C7")
    house.does("join", row.id, ann.id)
    same = house.send("contractors", "C7,Anna,Boer,anna@else.org,tech,", "C8,Cas,Smit,cas@else.org,tech,")
    version = house.people.version()

    assert (2, 0) == (same["people_unchanged"], same["people_changed"])
    moved = house.send("contractors", "C7,Anna,Boer,anna@else.org,board,", complete=False)
    assert 1 == moved["people_changed"]
    assert ["board", "sales"] == [job.unit for job in house.who("E1").assignments]
    assert house.people.version() > version


@pytest.mark.parametrize("first", ["payroll", "contractors"])
def test_one_source_forgets(house, first):
    """Gone from one source after two strikes, the person stays by the other; gone from both, she is gone."""
    ann, row = house.who("E1"), house.who("C7")
    house.does("join", row.id, ann.id)
    rows = {"payroll": "E2,Bob,Bos,bob@example.org,sales,", "contractors": "C8,Cas,Smit,cas@else.org,tech,"}
    for _ in range(2):
        house.send(first, rows[first])

    assert ("active", ann.id) == (house.who("E1").status, house.who("E1").id)
    assert ["tech" if first == "payroll" else "sales"] == [job.unit for job in house.who("E1").assignments]
    (second,) = rows.keys() - {first}
    for _ in range(2):
        house.send(second, rows[second])
    assert "gone" == house.who("C7").status
    house.send("contractors", "C7,Anna,Boer,anna@else.org,tech,", rows["contractors"])
    assert ("active", ann.id) == (house.who("C7").status, house.who("C7").id)


def test_what_a_part_may_sign_in_as(house):
    """The number of a joined row is a doubt at the first sign-in: administrators decide (ID-01)."""
    ann, row = house.who("E1"), house.who("C7")
    house.does("join", row.id, ann.id)

    assert {row.id, ann.id} == {one.id for one in house.people.stated_with_key("C7")}
    assert [ann.id] == [one.id for one in house.people.stated_with_key("E1")]
    assert () == house.people.stated_with_mail("anna@else.org")
