"""The people of a feed: of a million only the numbers are in memory, what the rows say lies in a scratch file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from mappings.people import Assignment, Person
from provisioners.spool import Scratch, Spool
from provisioners.sync.collect.layout import JOB, PERSON

_JOB = (*JOB, "kind")
Values = dict[str, Any]
Rows = Sequence[tuple[int, Values]]
"""The rows of one person: place (`Feed.place`) and what the cells say, in the order of the files."""


class Read(NamedTuple):
    """Somebody as the files state them, and where: a place for each job, then those of rows that say it again."""

    person: Person
    places: tuple[int, ...]


class PeopleRead:
    """Filled row by row, then gone through as often as one likes."""

    def __init__(self) -> None:
        scratch = Scratch()
        self.numbers: set[str] = set()
        self._source = ""
        self._rows: Spool[tuple[str, int, Values]] = Spool(scratch)
        self._several: dict[str, int] = {}
        """Who has more than one row -> how many."""
        self._gathered: Spool[tuple[str, Rows]] = Spool(scratch)

    def __len__(self) -> int:
        """Return how many people there are."""
        return len(self.numbers)

    def add(self, number: str, place: int, values: Values) -> None:
        """Take in one right row."""
        if number in self.numbers:
            self._several[number] = self._several.get(number, 1) + 1
        self.numbers.add(number)
        self._rows.append((number, place, values))

    def gather(self, source: str) -> Iterator[tuple[str, Rows]]:
        """Bring the rows of each person together, once all are read; yield those of people with more than one."""
        self._source = source
        open_: dict[str, list[tuple[int, Values]]] = {}
        for number, place, values in self._rows if self._several else ():
            if number in self._several:
                rows = open_.setdefault(number, [])
                rows.append((place, values))
                if len(rows) == self._several[number]:
                    self._gathered.append((number, open_.pop(number)))
                    yield number, rows

    def leave_out(self, doubtful: set[str]) -> Iterator[int]:
        """Forget these people, and yield the places of their rows."""
        self.numbers -= doubtful
        for number, place, _ in self._rows if doubtful else ():
            if number in doubtful:
                yield place

    def __iter__(self) -> Iterator[Read]:
        """Yield everybody: first those with one row."""
        for number, place, values in self._rows:
            if number not in self._several and number in self.numbers:
                yield person_of(self._source, number, ((place, values),))
        for number, rows in self._gathered:
            if number in self.numbers:
                yield person_of(self._source, number, rows)


def job_of(values: Values) -> Assignment:
    """Return the job that a row states."""
    job = {name: values[name] for name in _JOB if name in values}
    return Assignment(id=job.pop("assignment_id", "") or job.get("unit", "") or "1", **job)


def person_of(source: str, number: str, rows: Rows) -> Read:
    """Return the person of these rows; what they say of the person comes from the row of the primary job."""
    said: Values = {}
    jobs: dict[tuple[str, date | None], Assignment] = {}
    places: list[int] = []
    again: list[int] = []
    for place, values in rows:
        own = {name: values[name] for name in PERSON if name in values}
        job = job_of(values)
        if not said or job.primary:
            said = {**said, **own}
        else:
            said = {**own, **{name: value for name, value in said.items() if value not in ("", None)}}
        stated = jobs.setdefault((job.id, job.valid_from), job) is job
        (places if stated else again).append(place)
    person = Person(id=0, uuid="", source=source, key=number, assignments=tuple(jobs.values()), **said)
    return Read(person, (*places, *again))


def contradictions(rows: Rows) -> Iterator[int]:
    """Yield the places of rows that state a job of an earlier row with different facts."""
    jobs: dict[tuple[str, date | None], Assignment] = {}
    for place, values in rows:
        job = job_of(values)
        if jobs.setdefault((job.id, job.valid_from), job) != job:
            yield place
