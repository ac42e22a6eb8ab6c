"""Which rows of an import were kept out, with their cells: read once more from the files, only when there are some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from provisioners.sync.collect.csv_file import Row, rows_of
from provisioners.sync.collect.fates import MOST_LINES, Fate
from provisioners.sync.collect.feed import Feed, RowProblem
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source

MOST = 100_000
"""More rows of one import are not kept; the counts tell how many were wrong."""
UNKNOWN = "nobody with this number is known yet"


@dataclass(frozen=True, slots=True)
class KeptOut:
    """One row. `problems` are pairs of column and reason; `cells` are by our names, None where there are none."""

    place: int
    fate: Fate
    record: str
    key: str
    problems: tuple[tuple[str, str], ...] = ()
    cells: dict[str, str] | None = None


def kept_out(uploads: Sequence[Upload], source: Source, feed: Feed, waiting: AbstractSet[str]) -> Iterator[KeptOut]:
    """Yield them in order, MOST at most. `waiting` are the keys of leaves that belong to nobody yet."""
    if not (feed.problems or waiting):
        return
    wrong: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for problem in feed.problems:
        wrong.setdefault((problem.file, problem.line), []).append((problem.column, problem.reason))
    count = 0
    for number, upload in enumerate(uploads):
        for row in rows_of(upload, source):
            found = _judged(row, number * MOST_LINES + row.line, wrong.get((upload.name, row.line)), feed, waiting)
            if found is not None:
                count += 1
                yield found
            if count == MOST:
                return


def _judged(
    row: Row | RowProblem,
    place: int,
    problems: list[tuple[str, str]] | None,
    feed: Feed,
    waiting: AbstractSet[str],
) -> KeptOut | None:
    if isinstance(row, RowProblem):
        return KeptOut(place, "wrong", "", "", ((row.column, row.reason),))
    key = row.cells.get("unit" if row.kind == "units" else "employee_number", "")[:128]
    if problems:
        return KeptOut(place, "wrong", row.kind, key, tuple(problems), row.cells)
    if key in (feed.doubtful_units if row.kind == "units" else feed.doubtful):
        return KeptOut(place, "held", row.kind, key, (("", "another row of the same is wrong"),), row.cells)
    if row.kind == "leaves" and key in waiting:
        return KeptOut(place, "waiting", row.kind, key, (("employee_number", UNKNOWN),), row.cells)
    return None
