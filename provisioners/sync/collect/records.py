"""Rows -> people with their jobs, units, leaves. A wrong row is kept out; its person is left exactly as known.

Half a person would lose the other job's accounts; therefore one wrong row makes the whole person doubtful.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mappings.people import Leave, Unit
from provisioners.sync.collect.cells import READERS, WrongCell, text
from provisioners.sync.collect.csv_file import Row, rows_of
from provisioners.sync.collect.feed import Feed, RowProblem
from provisioners.sync.collect.layout import COLUMNS, JOB, RecordKind
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.people import Values, contradictions
from provisioners.sync.collect.source import Source

TELL_EVERY = 5000
REPEATED = frozenset({*JOB, "status", "name_prefix", "name_order", "hired_on", "leaves_on"}) - {"assignment_id"}
"""Columns that say the same for many people: each text is read once, and kept once."""
MOST_REMEMBERED = 20_000
Reader = Callable[[str], Any]


class _Texts(dict[str, Any]):
    """What the texts of one column mean."""

    def __init__(self, read: Reader) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: str) -> Any:
        """Read a text for the first time."""
        value = self._read(cell)
        if len(self) < MOST_REMEMBERED:
            self[cell] = value
        return value


def collect(uploads: Iterable[Upload], source: Source, progress: Callable[[int], None] | None = None) -> Feed:
    """Return everything the files say; raises FeedRefused when one of them cannot be believed as a whole.

    `progress` is told now and then how many rows were read.
    """
    feed, count, readers = Feed(), 0, _readers()
    for upload in uploads:
        feed.files.append(upload.name)
        feed.fates.files.append(bytearray())
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
            _take(row, upload.name, feed, readers)
    _gather(feed, source)
    return feed


def _readers() -> dict[str, Reader]:
    """Return what reads the cells of each column."""
    readers: dict[str, Reader] = {}
    for column in frozenset[str]().union(*COLUMNS.values()):
        read = READERS.get(column, text)
        readers[column] = _Texts(read).__getitem__ if column in REPEATED else read
    return readers


def _gather(feed: Feed, source: Source) -> None:
    """Bring the rows of each person together; who is doubtful is left out, with all rows and leaves."""
    told = len(feed.problems)
    for number, rows in feed.people.gather(source.name):
        for place in contradictions(rows):
            reason = "states the same job twice with different facts"
            feed.problems.append(RowProblem(*feed.where(place), "assignment_id", reason))
            feed.doubtful.add(number)
    if len(feed.problems) > told:
        order = {name: at for at, name in enumerate(feed.files)}
        feed.problems.sort(key=lambda problem: (order[problem.file], problem.line))
    for place in feed.people.leave_out(feed.doubtful):
        feed.fates.forget(place)
    for number in feed.doubtful:
        feed.leaves.pop(number, None)


def _take(row: Row, name: str, feed: Feed, readers: Mapping[str, Reader]) -> None:
    identity = row.cells.get("unit" if row.kind == "units" else "employee_number", "")
    values, problems = _read(row, name, readers)
    if not identity:
        problems.append(RowProblem(name, row.line, "unit" if row.kind == "units" else "employee_number", "is empty"))
    if not problems:
        reason = _keep(row, identity, values, feed)
        if reason:
            problems.append(RowProblem(name, row.line, reason[0], reason[1]))
    if not problems:
        feed.fates.mark(feed.place(row.line), "unchanged" if row.kind == "people" else "taken")
        return
    feed.problems.extend(problems)
    if not identity:
        feed.unnamed += 1
    elif row.kind == "units":
        feed.doubtful_units.add(identity)
    else:
        feed.doubtful.add(identity)


def _read(row: Row, name: str, readers: Mapping[str, Reader]) -> tuple[Values, list[RowProblem]]:
    problems: list[RowProblem] = []
    try:
        values: Values = {column: readers[column](cell) for column, cell in row.cells.items()}
    except WrongCell:
        values = {}
        for column, cell in row.cells.items():
            try:
                values[column] = readers[column](cell)
            except WrongCell as wrong:
                problems.append(RowProblem(name, row.line, column, str(wrong)))
    start, end = values.get("valid_from"), values.get("valid_to")
    if start and end and end < start:
        problems.append(RowProblem(name, row.line, "valid_to", "is before valid_from"))
    return values, problems


def _keep(row: Row, identity: str, values: Values, feed: Feed) -> tuple[str, str] | None:
    place = feed.place(row.line)
    if row.kind == "people":
        feed.people.add(identity, place, values)
        return None
    if row.kind == "units":
        return _keep_unit(identity, values, feed, place)
    start = values.get("valid_from")
    if start is None:
        return "valid_from", "is empty"
    leave = Leave(values.get("kind", ""), start, values.get("valid_to"))
    feed.leaves.setdefault(identity, []).append(leave)
    feed.leave_lines.setdefault(identity, []).append(place)
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
