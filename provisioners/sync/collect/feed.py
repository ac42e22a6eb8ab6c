"""What came out of the files of one import: accepted facts, and what was kept out with the reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mappings.people import Leave, Person, Unit

RecordKind = Literal["people", "units", "leaves"]


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
    """The facts of one import, by key. `doubtful` are persons with a wrong row: they are left exactly as they were.

    `unnamed` counts wrong rows whose number could not be read: while there is one, nobody counts as absent.
    `kinds` says which records the files had at all: no leaves file says nothing about leaves.
    """

    people: dict[str, Person] = field(default_factory=dict)
    units: dict[str, list[Unit]] = field(default_factory=dict)
    leaves: dict[str, list[Leave]] = field(default_factory=dict)
    problems: list[RowProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: dict[RecordKind, int] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    doubtful_units: set[str] = field(default_factory=set)
    unnamed: int = 0

    @property
    def kinds(self) -> frozenset[RecordKind]:
        """Return the kinds of records that were stated."""
        return frozenset(self.rows)

    @property
    def total(self) -> int:
        """Return how many rows were read, wrong ones included."""
        return sum(self.rows.values())
