"""One person out of the rows of several HR sources: who works by one of them works, with the jobs of all of them.

What a source says only of its own contract (status, first and last day) is kept with the jobs of that row, so that the
person is here on exactly the days on which one of the rows says so. Of names and addresses the first row that is not
over speaks, in the order that is configured (`correlation.precedence`); otherwise in that of their coming.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from mappings.employment import WORKING
from mappings.people import Assignment, Person
from provisioners.correlation.precedence import AS_THEY_CAME, ATTRIBUTES, Precedence


def one_of(rows: Sequence[Person], precedence: Precedence = AS_THEY_CAME) -> Person:
    """Return the one person whom these rows state, with ids and key of the first of them: those stay for ever."""
    ordered = precedence.ordered(rows)
    employing = precedence.employing(ordered)
    speaking = _working(employing) or employing
    jobs = _jobs(speaking, precedence.ordered(speaking, "primary"))
    return replace(
        rows[0],
        **{
            column: getattr(row, column)
            for attribute, row in speakers(rows, precedence).items()
            for column in ATTRIBUTES[attribute]
        },
        other_number=next((row.other_number for row in ordered if row.other_number), ""),
        birth_date=next((row.birth_date for row in ordered if row.birth_date), None),
        status=_status(speaking) if jobs or not _are_limited(speaking) else "inactive",
        hired_on=_first(row.hired_on for row in speaking),
        leaves_on=_last(row.leaves_on for row in speaking),
        assignments=jobs,
        leaves=tuple(leave for row in speaking for leave in row.leaves),
        source_groups=tuple(dict.fromkeys(name for row in speaking for name in row.source_groups)),
    )


def speakers(rows: Sequence[Person], precedence: Precedence) -> dict[str, Person]:
    """Return for each attribute of a person the row whose value holds. One that is over speaks when all are."""
    employing = precedence.employing(rows)
    told = _working(rows) if _working(employing) else rows
    found = {attribute: precedence.speaker(told, attribute) for attribute in ("name", "email", "username")}
    return found | {"kind": precedence.speaker(_working(employing) or employing, "kind")}


def _working(rows: Sequence[Person]) -> list[Person]:
    return [row for row in rows if row.status in WORKING]


def _jobs(rows: Sequence[Person], chiefs: Sequence[Person]) -> tuple[Assignment, ...]:
    """Return the jobs of all rows, with ids of their own; primary are those of the first chief who says so."""
    if not _are_limited(rows):
        return ()
    chief = next((row for row in chiefs if any(job.primary for job in row.assignments)), None)
    known: set[tuple[str, date | None]] = set()
    found = []
    for row in rows:
        for job in _own_jobs(row):
            name, turn = job.id, 2
            while (name, job.valid_from) in known:
                name, turn = f"{job.id}~{turn}", turn + 1
            known.add((name, job.valid_from))
            found.append(replace(job, id=name, primary=job.primary and row is chief))
    return tuple(found)


def _own_jobs(row: Person) -> Iterator[Assignment]:
    """Yield the jobs of a row within its own first and last day; a row without jobs is one of its own, a small one."""
    for job in row.assignments or (Assignment(id="1", fte=0.0),):
        start, end = _later(job.valid_from, row.hired_on), _earlier(job.valid_to, row.leaves_on)
        if start is None or end is None or start <= end:
            yield replace(job, valid_from=start, valid_to=end, kind=job.kind or row.kind)


def _are_limited(rows: Iterable[Person]) -> bool:
    """Return whether any of them has jobs or days that the others do not share."""
    return any(row.assignments or row.hired_on or row.leaves_on for row in rows)


def _status(rows: Sequence[Person]) -> str:
    """Return `active` when one of them is: somebody who is away from one job is not away from the other."""
    found = [row.status for row in rows]
    return "active" if "active" in found else found[0]


def _first(days: Iterable[date | None]) -> date | None:
    known = list(days)
    return None if None in known else min((day for day in known if day is not None), default=None)


def _last(days: Iterable[date | None]) -> date | None:
    known = list(days)
    return None if None in known else max((day for day in known if day is not None), default=None)


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
