"""Rows of a re-organisation that somebody thinks about: only what they state, to be laid over what is known.

The files are HR files as any others; an empty cell leaves what is there. A wrong row is told and left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from provisioners.sync.collect.cells import READERS, WrongCell, text
from provisioners.sync.collect.csv_file import Row, rows_of
from provisioners.sync.collect.feed import RowProblem
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source

Cells = dict[str, Any]


@dataclass(slots=True)
class Laid:
    """What the rows state, by HR number and by unit, in the order of the file."""

    people: dict[str, list[Cells]] = field(default_factory=dict)
    units: dict[str, list[Cells]] = field(default_factory=dict)
    leaves: dict[str, list[Cells]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    rows: int = 0


def laid(uploads: Iterable[Upload], source: Source) -> Laid:
    """Return what the files state; raises FeedRefused for one that cannot be read as a whole."""
    found = Laid()
    for upload in uploads:
        for row in rows_of(upload, source):
            found.rows += 1
            if isinstance(row, RowProblem):
                found.problems.append(row)
            else:
                _take(row, upload.name, found)
    return found


def _take(row: Row, name: str, found: Laid) -> None:
    by = "unit" if row.kind == "units" else "employee_number"
    cells, problems = Cells(), []
    for column, cell in row.cells.items():
        if cell:
            try:
                cells[column] = READERS.get(column, text)(cell)
            except WrongCell as wrong:
                problems.append(RowProblem(name, row.line, column, str(wrong)))
    if by not in cells and not problems:
        problems.append(RowProblem(name, row.line, by, "is empty"))
    if row.kind == "leaves" and "valid_from" not in cells and not problems:
        problems.append(RowProblem(name, row.line, "valid_from", "is empty"))
    found.problems.extend(problems)
    if not problems:
        number = cells.pop(by)
        known = {"people": found.people, "units": found.units, "leaves": found.leaves}[row.kind]
        known.setdefault(number, []).append(cells)
