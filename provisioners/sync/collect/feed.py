"""What came out of the files of one import: accepted facts, and what was kept out with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field

from mappings.people import Leave, Unit
from provisioners.sync.collect.fates import MOST_LINES, Fates
from provisioners.sync.collect.layout import RecordKind
from provisioners.sync.collect.people import PeopleRead


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row that was kept out. `line` counts from 1 with the header as line 1; the reason never repeats the value."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        """Return the one line a person reads."""
        return f"{self.file}:{self.line}: {self.column}: {self.reason}" if self.column else (
            f"{self.file}:{self.line}: {self.reason}"
        )  # fmt: skip


@dataclass(slots=True)
class Feed:
    """The facts of one import. `doubtful` are persons with a wrong row: they are left exactly as they were.

    `leave_lines` and `unit_lines` tell the places (`place`) where leaves and units were read, in their order; `files`
    are the names of the files those places count. `fates` has a letter for every right row.
    `unnamed` counts wrong rows whose number could not be read: while there is one, nobody counts as absent.
    `kinds` says which records the files had at all: no leaves file says nothing about leaves.
    """

    people: PeopleRead = field(default_factory=PeopleRead)
    units: dict[str, list[Unit]] = field(default_factory=dict)
    leaves: dict[str, list[Leave]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: dict[RecordKind, int] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    doubtful_units: set[str] = field(default_factory=set)
    unnamed: int = 0
    files: list[str] = field(default_factory=list)
    fates: Fates = field(default_factory=Fates)
    leave_lines: dict[str, list[int]] = field(default_factory=dict)
    unit_lines: dict[str, list[int]] = field(default_factory=dict)

    def place(self, line: int) -> int:
        """Return one number for this line of the file that is read now: there are millions of them."""
        return (len(self.files) - 1) * MOST_LINES + line

    def where(self, place: int) -> tuple[str, int]:
        """Return file and line of such a number."""
        file, line = divmod(place, MOST_LINES)
        return self.files[file], line

    @property
    def kinds(self) -> frozenset[RecordKind]:
        """Return the kinds of records that were stated."""
        return frozenset(self.rows)

    @property
    def total(self) -> int:
        """Return how many rows were read, wrong ones included."""
        return sum(self.rows.values())
