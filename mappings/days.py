"""Which date it is for whom. At any moment it is another date in Singapore than in New York for half of the people.

A day is a plain `date`, which is that date everywhere (`--on DATE`), or the `Days` of one moment. HR's dates begin and
end at midnight where the person works: where the main job is that is held there at that moment.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from mappings.jobs import main_of
from mappings.people import Assignment, Person

if TYPE_CHECKING:
    from collections.abc import Mapping

By = Literal["location", "country", "legal_entity"]


@dataclass(frozen=True, slots=True)
class Zones:
    """Where which time holds: `home` unless what HR says of the job (`by`) is one of the `places` with their zones."""

    home: str = "UTC"
    by: By = "location"
    places: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the zones, each once, that of home first."""
        return tuple(dict.fromkeys((self.home, *(zone for _, zone in self.places))))

    def at(self, moment: datetime) -> Days:
        """Return the dates of this moment."""
        dates = {name: moment.astimezone(ZoneInfo(name)).date() for name in self.names}
        on = dates[self.home]
        return Days(on, self, tuple((name, day) for name, day in sorted(dates.items()) if day != on))


@dataclass(frozen=True, slots=True)
class Days:
    """The dates of one moment: `on` at home, and the zones in which it is another date (`others`)."""

    on: date
    zones: Zones = field(default_factory=Zones)
    others: tuple[tuple[str, date], ...] = ()
    _there: Mapping[str, date] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Note at which places it is another date than at home."""
        dates = dict(self.others)
        there = {place: dates[zone] for place, zone in self.zones.places if zone in dates}
        object.__setattr__(self, "_there", there)

    @property
    def earliest(self) -> date:
        """Return the date where the day has come last."""
        return min((self.on, *(day for _, day in self.others)))

    @property
    def latest(self) -> date:
        """Return the date where the day has come first."""
        return max((self.on, *(day for _, day in self.others)))

    @property
    def elsewhere(self) -> str:
        """Return where it is another date, and which, as a plan tells it; empty when it is the same everywhere."""
        return ", ".join(f"{zone} {day}" for zone, day in self.others)

    def of(self, person: Person) -> date:
        """Return the date where this person works."""
        job = self._main(person) if self._there else None
        return self.on if job is None else self._at(job)

    def then(self, person: Person, moment: datetime) -> date:
        """Return which date another moment is, or was, where this person works."""
        job = self._main(person)
        zone = dict(self.zones.places).get(self._place(job)) if job else None
        return moment.astimezone(ZoneInfo(zone or self.zones.home)).date()

    def _main(self, person: Person) -> Assignment | None:
        """Return the main job among those held now, where they are; else the next to come, else the last."""
        jobs = person.assignments
        if len(jobs) < 2:  # noqa: PLR2004 - there is nothing to choose between
            return jobs[0] if jobs else None
        if held := main_of(job for job in jobs if job.holds_on(self._at(job))):
            return held
        coming = [job for job in jobs if job.valid_from is not None and job.valid_from > self._at(job)]
        if coming:
            return min(coming, key=lambda job: (job.valid_from or date.min, job.id))
        return max(jobs, key=lambda job: (job.valid_to or date.max, job.id))

    def _at(self, job: Assignment) -> date:
        return self._there.get(self._place(job), self.on)

    def _place(self, job: Assignment) -> str:
        place: str = getattr(job, self.zones.by)
        return place


Day = date | Days


def day_of(day: Day, person: Person) -> date:
    """Return the date that this day is for a person."""
    return day.of(person) if isinstance(day, Days) else day


def home_day(day: Day) -> date:
    """Return the date that this day is at home: for units, and for what belongs to no person."""
    return day.on if isinstance(day, Days) else day


def day_then(day: Day, person: Person, moment: datetime) -> date:
    """Return the date of another moment where the person works; in UTC when the day is no moment's."""
    return day.then(person, moment) if isinstance(day, Days) else moment.date()


def ends_of(day: Day) -> tuple[date, date]:
    """Return the earliest and the latest date that this day is for anybody."""
    return (day.earliest, day.latest) if isinstance(day, Days) else (day, day)


def elsewhere(day: Day) -> str:
    """Return where it is another date than at home, as text; empty when nowhere."""
    return day.elsewhere if isinstance(day, Days) else ""


def mark_of(day: Day) -> str:
    """Return a short text that differs when it is another date for anybody."""
    there = elsewhere(day)
    return f"{home_day(day)}" + (f"+{blake2b(there.encode(), digest_size=6).hexdigest()}" if there else "")
