"""Which date it is for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mappings.days import Days, Zones, day_of, day_then, elsewhere, ends_of, home_day, mark_of
from mappings.employment import absence_reason, active_on, next_change, on_leave
from mappings.facts import FactSource, primary_of
from mappings.people import Assignment, Leave
from tests.fakes.org import FakeChart, someone

JUNE_30, JULY_1 = date(2026, 6, 30), date(2026, 7, 1)
PLACES = {
    "New York": "America/New_York", "Willemstad": "America/Curacao", "Singapore": "Asia/Singapore",
    "Kathmandu": "Asia/Kathmandu", "Kiritimati": "Pacific/Kiritimati", "Pago Pago": "Pacific/Pago_Pago",
}  # fmt: skip
ZONES = Zones("Europe/Amsterdam", "location", tuple(PLACES.items()))


def at(text, zones=ZONES):
    """Return the dates of a moment that is written in UTC."""
    return zones.at(datetime.fromisoformat(f"{text}+00:00"))


def working(*places, **facts):
    """Return somebody with one job after the other: `Singapore..2026-06-30`, `New York 2026-07-01..`."""
    jobs = []
    for number, each in enumerate(places):
        where, _, end = each.partition("..")
        where, start = (where[:-11], where[-10:]) if where[-1].isdigit() else (where, "")
        begins, ends = (date.fromisoformat(text) if text else None for text in (start, end))
        jobs.append(Assignment(f"j{number}", location=where, valid_from=begins, valid_to=ends))
    return someone(9, assignments=tuple(jobs), **facts)


@pytest.mark.parametrize(
    ("place", "last_second", "first_second"),
    [
        ("Utrecht", "2026-06-30T21:59:59", "2026-06-30T22:00:00"),
        ("New York", "2026-07-01T03:59:59", "2026-07-01T04:00:00"),
        ("Willemstad", "2026-07-01T03:59:59", "2026-07-01T04:00:00"),
        ("Singapore", "2026-06-30T15:59:59", "2026-06-30T16:00:00"),
        ("Kathmandu", "2026-06-30T18:14:59", "2026-06-30T18:15:00"),
        ("Kiritimati", "2026-06-30T09:59:59", "2026-06-30T10:00:00"),
        ("Pago Pago", "2026-07-01T10:59:59", "2026-07-01T11:00:00"),
    ],
)
def test_midnight(place, last_second, first_second):
    """A date ends at midnight where the person works, wherever that is; a place nobody named is at home."""
    leaver, joiner = working(place, leaves_on=JUNE_30), working(place, hired_on=JULY_1)

    assert (True, False) == (active_on(leaver, at(last_second)), active_on(joiner, at(last_second)))
    assert (False, True) == (active_on(leaver, at(first_second)), active_on(joiner, at(first_second)))


@pytest.mark.parametrize(
    ("day", "before", "after"),
    [
        ("2026-03-08", "2026-03-09T03:59:59", "2026-03-09T04:00:00"),
        ("2026-11-01", "2026-11-02T04:59:59", "2026-11-02T05:00:00"),
    ],
    ids=["23-hours", "25-hours"],
)
def test_summer_time(day, before, after):
    """Days on which the clocks of New York change, and those of Amsterdam do not, end at their own midnight."""
    leaver = working("New York", leaves_on=date.fromisoformat(day))

    assert (True, False) == (active_on(leaver, at(before)), active_on(leaver, at(after)))


def test_everywhere():
    """A plain date, as of `--on DATE`, is that date in each person's zone."""
    leaver = working("New York", leaves_on=JUNE_30)

    assert (True, False) == (active_on(leaver, JUNE_30), active_on(leaver, JULY_1))
    assert (JUNE_30, JUNE_30, (JUNE_30, JUNE_30), "", "2026-06-30") == (
        day_of(JUNE_30, leaver), home_day(JUNE_30), ends_of(JUNE_30), elsewhere(JUNE_30), mark_of(JUNE_30)
    )  # fmt: skip
    assert JULY_1 == day_then(JUNE_30, leaver, datetime(2026, 7, 1, 2, 0, tzinfo=UTC))


@pytest.mark.parametrize("by", ["location", "country", "legal_entity"])
def test_by(by):
    """The zone follows from the location, the country or the legal entity of the job, as the configuration says."""
    zones = Zones("Europe/Amsterdam", by, (("US", "America/New_York"),))
    job = replace(Assignment("a"), **{by: "US"})
    days = at("2026-07-01T01:00:00", zones)

    assert (JUNE_30, JULY_1) == (days.of(someone(2, assignments=(job,))), days.of(someone(2, location="Delft")))
    assert JULY_1 == days.of(someone(3, assignments=()))


def test_told():
    """Equal days are those on which it is the same date for everybody; where it is another one is told."""
    evening, later, morning = at("2026-07-01T01:00:00"), at("2026-07-01T03:00:00"), at("2026-07-01T12:00:00")

    assert evening == later != morning
    assert "America/Curacao 2026-06-30, America/New_York 2026-06-30, Pacific/Pago_Pago 2026-06-30" == evening.elsewhere
    assert (JUNE_30, JULY_1) == ends_of(evening)
    assert JULY_1 == home_day(evening)
    assert mark_of(evening) == mark_of(later) != mark_of(morning)
    assert ("Europe/Amsterdam", "America/New_York") == ZONES.names[:2]


@pytest.mark.parametrize(
    ("person", "moments"),
    [
        (
            working("Amsterdam..2026-06-30", "New York 2026-07-01.."),
            {"2026-06-30T21:59:59": "Amsterdam", "2026-07-01T03:59:59": "Amsterdam", "2026-07-01T04:00:00": "New York"},
        ),
        (
            working("New York..2026-06-30", "Amsterdam 2026-07-01.."),
            {"2026-06-30T21:59:59": "New York", "2026-07-01T03:59:59": "New York", "2026-07-01T04:00:00": "Amsterdam"},
        ),
        (
            working("Singapore..2026-06-30", "New York 2026-07-01.."),
            {"2026-06-30T16:00:00": "Singapore", "2026-06-30T22:00:00": "Singapore", "2026-07-01T04:00:00": "New York"},
        ),
        (
            working("Kiritimati..2026-06-30", "Pago Pago 2026-07-01.."),
            {"2026-06-30T10:00:00": "Kiritimati", "2026-07-01T10:59:59": "Kiritimati",
             "2026-07-01T11:00:00": "Pago Pago"},
        ),
        (
            working("New York..2026-06-30", "Singapore 2026-08-01.."),
            {"2026-07-01T03:59:59": "New York", "2026-07-01T04:00:00": "", "2026-07-31T15:59:59": "",
             "2026-07-31T16:00:00": "Singapore"},
        ),
        (
            working("Singapore..2025-06-30", "New York..2026-06-30"),
            {"2026-07-01T03:59:59": "New York", "2026-07-01T04:00:00": ""},
        ),
    ],
    ids=["west", "east", "far-west", "over-the-date-line", "again-elsewhere", "left"],
)  # fmt: skip
def test_moved(person, moments):
    """Who moves to another office has one job after the other: never none in between, and never back and forth."""
    jobs = {moment: primary_of(person, at(moment)) for moment in moments}

    assert moments == {moment: job.location if job else "" for moment, job in jobs.items()}


def test_then():
    """Another moment is dated where the person works too, so that days are counted as people there count them."""
    days, moment = at("2026-07-15T12:00:00"), datetime(2026, 6, 30, 12, 0, tzinfo=UTC)

    assert (JULY_1, JUNE_30) == (
        day_then(days, working("Kiritimati"), moment),
        day_then(days, working("Delft"), moment),
    )
    assert JUNE_30 == day_then(days, someone(4, assignments=()), moment)


def test_own_day_of_everybody():
    """Leaves, reasons, turns and facts go by the person's own date; a manager's by the manager's."""
    days = at("2026-07-01T01:00:00")
    boss = someone(1, "root", "", location="New York", leaves_on=JUNE_30)
    away = replace(working("New York"), leaves=(Leave("sick", JULY_1),))
    left = someone(3, "sales", "E1", location="Delft", leaves_on=JUNE_30)
    chart = FakeChart((boss, left), on=JULY_1)
    chart.days = days

    facts = FactSource(chart).facts(left)

    assert (False, JULY_1) == (on_leave(away, days), next_change(away, days))
    assert ("", "last day was 2026-06-30") == (absence_reason(boss, days), absence_reason(left, days))
    assert (False, True) == (facts["person"]["active"], facts["manager"]["active"])


def test_a_moment_at_home_only():
    """Without zones there is one date for all, and days are compared and kept by it."""
    days = Days(JULY_1)

    assert {days: 1} == {Days(JULY_1): 1}
    assert (JULY_1, (JULY_1, JULY_1), "2026-07-01") == (days.of(working("New York")), ends_of(days), mark_of(days))
