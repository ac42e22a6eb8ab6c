"""The org chart of a day, and what is odd about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mappings.people import Assignment, Leave, Person, Unit
from provisioners.sync.compose.chart import Chart
from provisioners.sync.compose.oddities import looped, oddities
from tests.fakes.planning import Told

DAY = date(2026, 11, 2)
TWICE = tuple(Assignment(job, primary=True) for job in "ab")


def someone(number, manager="", unit="sales", **more):
    job = Assignment("j", unit=unit, manager=manager)
    return Person(number, f"u-{number}", "payroll", f"E{number}", assignments=(job,), **more)


def chart(*people, units=(), on=DAY):
    return Chart(on, map(Told, people), units)


def told(*people, units=()):
    return oddities(DAY, map(Told, people), units)


def found(*people, units=()):
    return {(each.what, each.who) for each in told(*people, units=units)}


def test_dated_unit():
    """A unit is the one that holds on the day."""
    rows = [Unit("a", "Old", valid_to=date(2026, 11, 1)), Unit("a", "New", valid_from=date(2026, 11, 2))]

    assert "New" == chart(units=rows).unit("a").name
    assert "Old" == chart(units=rows, on=date(2026, 11, 1)).unit("a").name


def test_same_number_at_two_sources():
    """A number that two HR sources use names nobody: rules do not guess (ID-02)."""
    made = chart(someone(1), replace(someone(2), key="E1", source="other"))

    assert made.person("E1") is None
    assert 2 == len(list(made.everyone()))


@pytest.mark.parametrize(
    "change",
    [
        lambda: chart(someone(1), replace(someone(2, "E1"), leaves_on=date(2026, 11, 1))),
        lambda: chart(someone(1, kind="x"), someone(2, "E1")),
        lambda: chart(someone(1, "E3"), someone(2, "E1"), someone(3)),
        lambda: chart(someone(1), someone(2, "E1"), units=[Unit("sales", "Sales")]),
        lambda: chart(someone(1), replace(someone(2, "E1"), leaves=(Leave("sick", DAY),))),
    ],
)
def test_surroundings_change(change):
    """Own facts, dates that came, the manager's facts, who is above, the tree: each gives another fingerprint."""
    before = chart(someone(1), someone(2, "E1"))

    assert before.surroundings(2) != change().surroundings(2)


def test_surroundings_stay():
    """A colleague's change, and the mere passing of days, change nothing."""
    before = chart(someone(1), someone(2, "E1"), someone(3, "E1"))
    after = chart(someone(1), someone(2, "E1"), someone(3, "E1", kind="x"), on=date(2026, 12, 2))

    assert before.surroundings(2) == after.surroundings(2)


def test_what_nobody_sees_of_a_manager():
    """No rule sees a manager's title or hours: when they change, nobody below is looked at again."""
    boss = someone(1)
    promoted = replace(boss, assignments=(replace(boss.assignments[0], title="Head", fte=0.5),))

    before, after = chart(boss, someone(2, "E1")), chart(promoted, someone(2, "E1"))

    assert before.surroundings(1) != after.surroundings(1)
    assert before.surroundings(2) == after.surroundings(2)


def test_date_that_came():
    """The day somebody's leave begins, the fingerprint is another one without any new file."""
    person = replace(someone(1), leaves=(Leave("parental", date(2026, 11, 9), date(2026, 11, 20)),))
    prints = [chart(person, on=date(2026, 11, day)).surroundings(1) for day in (2, 8, 9, 20, 21, 30)]

    assert prints[0] == prints[1]
    assert prints[2] == prints[3]
    assert prints[4] == prints[5]
    assert 3 == len(set(prints))


def test_manager_loop():
    """A loop of managers is listed and ends; it is never fatal."""
    people = [someone(1, "E2"), someone(2, "E3"), someone(3, "E1"), someone(4, "E1"), someone(5, "E5")]
    made = chart(*people)

    assert 5 == len({made.surroundings(each.id) for each in people})
    assert {("manager_loop", f"E{each}") for each in (1, 2, 3, 5)} <= found(*people)


def test_units():
    """Loops, orphans and units without a head that works here are listed."""
    units = [Unit("a", parent="b"), Unit("b", parent="a", head="E9"), Unit("c", parent="gone", head="E1")]

    odd = found(someone(1), units=units)

    assert {("unit_loop", "a"), ("unit_loop", "b"), ("unit_orphan", "c")} <= odd
    assert {("unit_without_head", "a"), ("head_not_here", "b")} <= odd


def test_two_heads():
    """Two rows of a unit that name different heads are listed; the one that began last counts, in any order."""
    rows = [Unit("a", head="E1"), Unit("a", head="E2", valid_from=date(2026, 1, 1)), Unit("a", valid_from=DAY)]
    said = "its rows of this day name E1, E2; the row that began last counts"

    for units in (rows, rows[::-1]):
        odd = told(someone(1), someone(2), units=units)
        assert DAY == chart(units=units).unit("a").valid_from
        assert said in [each.detail for each in odd if (each.what, each.who) == ("two_heads", "a")]
    assert "two_heads" not in {
        what for what, _ in found(someone(1), units=[Unit("a", head="E1"), Unit("a", head="E1")])
    }


@pytest.mark.parametrize(
    ("what", "people", "units", "detail"),
    [
        ("twin", [someone(1), replace(someone(2), key="E1", source="other")], [], "two HR sources have a person with"),
        ("manager_loop", [someone(1, "E2"), someone(2, "E1")], [], "is the own manager, directly or through others"),
        ("manager_not_here", [someone(1, "E9")], [], "the manager does not work here on this day"),
        ("mail_shared", [someone(1, email="a@x.nl"), someone(2, email="A@x.nl")], [], "same mail address as E1"),
        ("two_primary_jobs", [replace(someone(1), assignments=TWICE)], [], "more than one job is marked primary"),
        ("unit_loop", [], [Unit("a", parent="b"), Unit("b", parent="a")], "is its own ancestor"),
        ("unit_orphan", [], [Unit("a", parent="gone")], "its parent does not exist on this day"),
        ("unit_without_head", [], [Unit("a")], "nobody is stated as head"),
        ("head_not_here", [], [Unit("a", head="E9")], "its head does not work here on this day"),
        ("two_heads", [], [Unit("a", head="E1"), Unit("a", head="E2")], "its rows of this day name E1, E2"),
    ],
)
def test_each_oddity(what, people, units, detail):
    """Whatever is odd is listed with a sentence, and the chart is made all the same: everybody has surroundings."""
    made = chart(*people, units=units)

    odd = told(*people, units=units)
    assert [detail in each.detail for each in odd if each.what == what][:1] == [True]
    assert len(people) == len([made.surroundings(each.id) for each in people])


def test_people():
    """Missing managers, shared addresses and two primary jobs are listed."""
    people = [someone(1, "E9", email="a@x.nl"), someone(2, email="A@x.nl"), replace(someone(3), assignments=TWICE)]

    assert {("manager_not_here", "E1"), ("mail_shared", "E2"), ("two_primary_jobs", "E3")} <= found(*people)


def test_looped():
    """Only those on the loop are in it, not those who lead to it."""
    assert ["b", "c"] == looped({"a": "b", "b": "c", "c": "b", "d": "a"})


def test_twins():
    """A number that two sources use is told to HR."""
    assert ("twin", "E1") in found(someone(1), replace(someone(2), key="E1", source="other"))


def test_who_is_gone():
    """Of somebody who does not work here nothing is odd."""
    assert not found(someone(1, "E9", status="gone"))


def test_look_ups():
    """People are found by HR's number, by our id and by our public id; a stranger is nobody."""
    made = chart(someone(2), someone(7))

    assert {7} == {made.person("E7").id, made.by_id(7).id, made.by_uuid("u-7").id}
    assert {None} == {made.person("E8"), made.by_id(8), made.by_uuid("u-8"), made.by_uuid("")}
    assert ("u-7", "") == (made.uuid_of(7), made.uuid_of(8))
    assert (2, [2, 7]) == (len(made), list(made.ids()))


def test_people_are_made_once():
    """Facts are read when somebody asks, and kept, but never of more people than the memory should hold."""
    told = [Told(someone(each)) for each in (1, 2, 3)]
    made = Chart(DAY, told, (), made=2)
    before = [each.read for each in told]

    for each in (1, 1, 2, 3, 1):
        made.by_id(each)

    assert [2, 1, 1] == [each.read - once for each, once in zip(told, before, strict=True)]


def test_part_of_somebody():
    """The number of a row that is part of another person names that person; one that another has too names nobody."""
    one, part, other = someone(1), replace(someone(2), source="other"), replace(someone(3), key="E9")
    twin = replace(someone(4), key="E9", source="other")
    rows = [Told(one), Told(part, part_of=1), Told(other), Told(twin, part_of=1), Told(someone(5), part_of=99)]

    made = Chart(DAY, rows, ())

    assert one == made.person("E2")
    assert (None, None) == (made.person("E9"), made.person("E5"))


def test_loop_that_grew():
    """Who is above somebody through a loop is seen, whoever of the loop is asked about first."""
    below = someone(4, "E3")
    small, large = ([someone(1, "E2"), someone(2, "E1")], [someone(1, "E2"), someone(2, "E3")])
    charts = [chart(*loop, someone(3, "E1"), below) for loop in (small, large)]
    for each in charts:
        each.surroundings(1)

    first, second = (each.surroundings(4) for each in charts)

    assert first != second


def test_units_inside():
    """Units inside others are found on all levels; a loop of units ends."""
    units = [Unit("a"), Unit("b", parent="a"), Unit("c", parent="b"), Unit("d", parent="e"), Unit("e", parent="d")]

    assert {"b", "c"} == set(chart(units=units).below(["a"]))
    assert {"d", "e"} == set(chart(units=units).below(["d"]))
    assert not chart(units=units).below([])
