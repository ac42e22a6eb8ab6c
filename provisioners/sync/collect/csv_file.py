"""Rows of a CSV or JSON lines file, streamed, each with its line; a file that ends too early is refused.

Cut in a quote, in a row or in a JSON object: refused. Cut exactly between two rows: seen by the trailer line
`# rows=N` where one is there, else by the gate, which compares with the people we know.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from provisioners.errors import FeedRefused
from provisioners.sync.collect.feed import RowProblem
from provisioners.sync.collect.layout import COLUMNS, RecordKind, our_names, recognise
from provisioners.sync.collect.opened import Upload, opened
from provisioners.sync.collect.source import Source

SEPARATORS = ",;\t|"
TRAILER = "# rows="
CUT = "the file was cut off; send it again, whole"
MAX_LINE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its kind, its line (the header is line 1) and its cells by our column names, trimmed."""

    kind: RecordKind
    line: int
    cells: dict[str, str]


def rows_of(upload: Upload, source: Source) -> Iterator[Row | RowProblem]:
    """Yield every row of the file; raises FeedRefused when the file as a whole cannot be believed."""
    with opened(upload, source) as text:
        first = text.readline(MAX_LINE)
        if not first.strip():
            raise FeedRefused(f"{upload.name} is empty", hint="the export did not run or was cut off; export it again")
        reader = _json_rows if first.lstrip().startswith("{") else _csv_rows
        count = 0
        for count, row in enumerate(reader(upload.name, first, text, source), start=1):
            if count > source.max_rows:
                raise FeedRefused(f"more than {source.max_rows} rows", hint="split the file, or raise the row limit")
            yield row
        if not count:
            raise FeedRefused(
                f"{upload.name} has a header and no rows",
                hint="an empty export is never taken for an empty company; run the export again",
            )


def _csv_rows(name: str, first: str, text: TextIO, source: Source) -> Iterator[Row | RowProblem]:
    separator = max(SEPARATORS, key=first.count)
    reader = csv.reader(_chain(first, text), delimiter=separator, strict=True)
    width, trailer, short, count, line = 0, False, False, 0, 1
    try:
        names = our_names(next(reader), source.columns)
        kind, width = recognise(names), len(names)
        wanted = [(place, each) for place, each in enumerate(names) if each in COLUMNS[kind]]
        for cells in reader:
            line, previous = reader.line_num, line
            if not cells:
                continue
            if trailer:
                raise FeedRefused(f"{name}:{line}: rows after the trailer", hint="the trailer must be the last line")
            if cells[0].startswith(TRAILER):
                trailer = _counted(name, cells[0], count)
                continue
            count += 1
            short = len(cells) < width
            if len(cells) != width:
                yield RowProblem(name, previous + 1, "", f"has {len(cells)} cells, the header has {width}")
                continue
            yield Row(kind, previous + 1, {each: cells[place].strip() for place, each in wanted})
    except csv.Error as error:
        broken = "ends inside a quoted cell" if "end of data" in str(error) else "is no proper CSV from here on"
        raise FeedRefused(f"{name}:{reader.line_num}: {broken}", hint=CUT) from None
    if short and not trailer:
        raise FeedRefused(f"{name}:{line}: the last row is shorter than the header", hint=CUT)
    if source.trailer and not trailer:
        raise FeedRefused(f"{name}: the agreed last line '{TRAILER}N' is missing", hint=CUT)


def _json_rows(name: str, first: str, text: TextIO, source: Source) -> Iterator[Row | RowProblem]:
    line, count, trailer, kind = 0, 0, False, None
    for raw in _chain(first, text):
        line += 1
        if not raw.strip():
            continue
        if raw.startswith(TRAILER):
            trailer = _counted(name, raw, count)
            continue
        count += 1
        row = _json_object(raw)
        if row is None:
            if not raw.endswith("\n"):
                raise FeedRefused(f"{name}:{line}: ends inside a record", hint=CUT)
            yield RowProblem(name, line, "", "is not one JSON object with texts, numbers and booleans")
            continue
        names = our_names(list(row), source.columns)
        cells = dict(zip(names, row.values(), strict=True))
        kind = recognise(names) if {"employee_number", "unit"} & set(names) else kind
        if kind is None:
            raise FeedRefused(
                f"{name}:{line}: has neither employee_number nor unit", hint="name the fields as documented"
            )
        yield Row(kind, line, {each: value for each, value in cells.items() if each in COLUMNS[kind]})
    if source.trailer and not trailer:
        raise FeedRefused(f"{name}: the agreed last line '{TRAILER}N' is missing", hint=CUT)


def _json_object(raw: str) -> dict[str, str] | None:
    try:
        record = json.loads(raw)
    except (json.JSONDecodeError, RecursionError):
        return None
    if not isinstance(record, dict) or any(isinstance(value, dict | list) for value in record.values()):
        return None
    return {name: _as_text(value) for name, value in record.items()}


def _as_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()


def _counted(name: str, cell: str, count: int) -> bool:
    if cell.removeprefix(TRAILER).strip() != str(count):
        raise FeedRefused(f"{name}: the trailer announces another number of rows than the {count} there are", hint=CUT)
    return True


def _chain(first: str, rest: TextIO) -> Iterator[str]:
    yield first
    while line := rest.readline(MAX_LINE):
        yield line
