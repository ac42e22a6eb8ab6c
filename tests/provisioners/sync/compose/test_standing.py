"""What is remembered of somebody's dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from mappings.days import Zones
from mappings.people import Assignment, Leave, Person
from provisioners.sync.compose.standing import Standings, pack, standing_of, unpack
from tests.fakes.planning import Kept, Told

DAY, TOMORROW = date(2026, 11, 2), date(2026, 11, 3)


def stated_as(digest=b"12345678"):
    """Return somebody with two jobs after one another and a leave to come."""
    jobs = (
        Assignment("a", manager="E8", valid_to=date(2026, 11, 9)),
        Assignment("b", manager="E9", valid_from=date(2026, 11, 10)),
    )
    return Told(Person(7, "u-7", "hr", "E7", assignments=jobs, leaves=(Leave("sick", date(2026, 11, 20)),)), digest)


def on(day, stated, kept):
    standings = Standings(day, kept)
    found = standings.of(stated)
    standings.close()
    return found


def test_there_and_back():
    """What is packed comes back, also a manager whose number is no ASCII."""
    row = standing_of(stated_as().person(), b"12345678", DAY)._replace(manager="É1")

    assert {7: row} == unpack(pack({7: row}))


@pytest.mark.parametrize("days", range(-5, 30, 3))
def test_as_if_nothing_were_remembered(days):
    """Whatever day was looked at before, the answer of a day is the one made from the facts."""
    kept, stated = Kept(), stated_as()
    on(DAY, stated, kept)
    day = DAY + timedelta(days=days)

    assert standing_of(stated.person(), stated.digest, day) == on(day, stated, kept)


@pytest.mark.parametrize("hour", range(0, 48, 5))
def test_at_a_moment_too(hour):
    """Whatever was remembered before, at a moment the answer is the one of the date where the person works."""
    kept, zones = Kept(), Zones("Europe/Amsterdam", "location", (("Apia", "Pacific/Apia"), ("Alofi", "Pacific/Niue")))
    jobs = (Assignment("a", location="Apia", valid_to=DAY), Assignment("b", location="Alofi", valid_from=TOMORROW))
    stated = Told(Person(7, "u-7", "hr", "E7", assignments=jobs), b"12345678")
    on(DAY, stated, kept)
    days = zones.at(datetime(2026, 11, 2, tzinfo=UTC) + timedelta(hours=hour))

    assert standing_of(stated.person(), stated.digest, days) == on(days, stated, kept)


def test_facts_are_not_read_again():
    """Between two turns nobody's facts are read; on the day of a turn they are, and when they changed."""
    kept, stated = Kept(), stated_as()

    for day in (2, 2, 9):
        on(date(2026, 11, day), stated, kept)
    assert 1 == stated.read

    assert "E9" == on(date(2026, 11, 10), stated, kept).manager
    assert 2 == stated.read

    zones = Zones("Europe/Amsterdam", "location", (("Apia", "Pacific/Apia"),))
    on(zones.at(datetime(2026, 11, 15, 12, 0, tzinfo=UTC)), stated, kept)
    assert 2 == stated.read

    other = stated_as(b"87654321")
    on(date(2026, 11, 10), other, kept)
    assert 1 == other.read
