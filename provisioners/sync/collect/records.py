"""Rows -> people with their jobs, units, leaves. A wrong row is kept out; its person is left exactly as known.

Half a person would lose the other job's accounts; therefore one wrong row makes the whole person doubtful.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from mappings.people import Assignment, Leave, Person, Unit
from provisioners.sync.collect.cells import READERS, WrongCell, text
from provisioners.sync.collect.csv_file import Row, rows_of
from provisioners.sync.collect.feed import Feed, RecordKind, RowProblem
from provisioners.sync.collect.layout import JOB, PERSON
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source

_JOB = frozenset(JOB) | {"kind"}
_PERSON = frozenset(PERSON)
TELL_EVERY = 5000
REPEATED = frozenset({*JOB, "status", "name_prefix", "name_order", "hired_on", "leaves_on"}) - {"assignment_id"}
"""Columns that say the same for many people: each text is read once, and kept once."""
MOST_REMEMBERED = 20_000
Memory = dict[str, dict[str, object]]
"""For each of those columns what its texts mean."""


@dataclass(slots=True)
class _Known:
    """The rows of one person so far."""

    said: dict[str, Any] = field(default_factory=dict)
    jobs: dict[tuple[str, date | None], Assignment] = field(default_factory=dict)
    lines: tuple[int, ...] = ()


def collect(uploads: Iterable[Upload], source: Source, progress: Callable[[int], None] | None = None) -> Feed:
    """Return everything the files say; raises FeedRefused when one of them cannot be believed as a whole.

    `progress` is told now and then how many rows were read.
    """
    feed, count = Feed(), 0
    known: dict[str, _Known] = {}
    memory: Memory = {column: {} for column in REPEATED}
    for upload in uploads:
        feed.files.append(upload.name)
        for row in rows_of(upload, source):
            count += 1
            if progress is not None and count % TELL_EVERY == 0:
                progress(count)
            if isinstance(row, RowProblem):
                feed.problems.append(row)
                feed.unnamed += 1
                kind: RecordKind = next(reversed(feed.rows), "people")
                feed.rows[kind] = feed.rows.get(kind, 0) + 1
                continue
            feed.rows[row.kind] = feed.rows.get(row.kind, 0) + 1
            _take(row, upload.name, feed, known, memory)
    for number in tuple(known):  # one after the other, so that millions of people are not held twice
        rows = known.pop(number)
        if number not in feed.doubtful:
            feed.people[number] = Person(
                id=0, uuid="", source=source.name, key=number, assignments=tuple(rows.jobs.values()), **rows.said
            )
            feed.lines[number] = rows.lines[0] if len(rows.lines) == 1 else rows.lines
    for number in feed.doubtful:
        feed.leaves.pop(number, None)
    return feed


def _take(row: Row, name: str, feed: Feed, known: dict[str, _Known], memory: Memory) -> None:
    identity = row.cells.get("unit" if row.kind == "units" else "employee_number", "")
    values, problems = _read(row, name, memory)
    if not identity:
        problems.append(RowProblem(name, row.line, "unit" if row.kind == "units" else "employee_number", "is empty"))
    if not problems:
        reason = _keep(row, identity, values, feed, known)
        if reason:
            problems.append(RowProblem(name, row.line, reason[0], reason[1]))
    if not problems:
        return
    feed.problems.extend(problems)
    if not identity:
        feed.unnamed += 1
    elif row.kind == "units":
        feed.doubtful_units.add(identity)
    else:
        feed.doubtful.add(identity)


def _read(row: Row, name: str, memory: Memory) -> tuple[dict[str, Any], list[RowProblem]]:
    values: dict[str, Any] = {}
    problems: list[RowProblem] = []
    for column, cell in row.cells.items():
        seen = memory.get(column)
        if seen is not None and cell in seen:
            values[column] = seen[cell]
            continue
        try:
            values[column] = value = READERS.get(column, text)(cell)
        except WrongCell as wrong:
            problems.append(RowProblem(name, row.line, column, str(wrong)))
            continue
        if seen is not None and len(seen) < MOST_REMEMBERED:
            seen[cell] = value
    start, end = values.get("valid_from"), values.get("valid_to")
    if start and end and end < start:
        problems.append(RowProblem(name, row.line, "valid_to", "is before valid_from"))
    return values, problems


def _keep(
    row: Row, identity: str, values: dict[str, Any], feed: Feed, known: dict[str, _Known]
) -> tuple[str, str] | None:
    place = feed.place(row.line)
    if row.kind == "people":
        return _keep_job(identity, values, known, place)
    if row.kind == "units":
        return _keep_unit(identity, values, feed, place)
    start = values.get("valid_from")
    if start is None:
        return "valid_from", "is empty"
    leave = Leave(values.get("kind", ""), start, values.get("valid_to"))
    feed.leaves.setdefault(identity, []).append(leave)
    feed.leave_lines.setdefault(identity, []).append(place)
    return None


def _keep_job(identity: str, values: dict[str, Any], known: dict[str, _Known], place: int) -> tuple[str, str] | None:
    person = known.setdefault(identity, _Known())
    said = {name: values[name] for name in _PERSON & values.keys()}
    job = {name: values[name] for name in _JOB & values.keys()}
    job_id = job.pop("assignment_id", "") or job.get("unit", "") or "1"
    assignment = Assignment(id=job_id, **job)
    if not person.said or assignment.primary:
        person.said = {**person.said, **said}
    else:
        person.said = {**said, **{name: value for name, value in person.said.items() if value not in ("", None)}}
    there = person.jobs.setdefault((job_id, assignment.valid_from), assignment)
    if there != assignment:
        return "assignment_id", "states the same job twice with different facts"
    if there is assignment:
        person.lines += (place,)
    return None


def _keep_unit(identity: str, values: dict[str, Any], feed: Feed, place: int) -> tuple[str, str] | None:
    unit = Unit(key=identity, **{name: value for name, value in values.items() if name != "unit"})
    rows = feed.units.setdefault(identity, [])
    if unit in rows:
        return None
    if any(each.valid_from == unit.valid_from for each in rows):
        return "unit", "states the same unit twice with different facts"
    rows.append(unit)
    feed.unit_lines.setdefault(identity, []).append(place)
    return None
