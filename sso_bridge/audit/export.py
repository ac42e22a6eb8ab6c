"""The audit for other programs: JSON lines for a log collector, CSV for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

from sso_bridge.audit.record import Record

COLUMNS = (
    "seq", "at", "what", "result", "actor", "target", "before", "after", "why", "address", "reference", "request",
    "redacted", "digest",
)  # fmt: skip
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_mapping(record: Record) -> dict[str, Any]:
    """Return a record as JSON-ready values."""
    return {
        "seq": record.seq,
        "at": record.at.isoformat(),
        "what": record.what,
        "result": record.result,
        "actor": record.actor,
        "target": record.target,
        "before": None if record.before is None else json.loads(record.before),
        "after": None if record.after is None else json.loads(record.after),
        "why": record.why,
        "address": record.address,
        "reference": record.reference,
        "request": record.request,
        "redacted": record.redacted,
        "digest": record.digest.hex(),
    }


def json_lines(records: Iterable[Record]) -> Iterator[str]:
    """Yield one line per record; control characters are escaped, so a value cannot begin a line of its own."""
    for record in records:
        yield json.dumps(as_mapping(record), ensure_ascii=True) + "\n"


def csv_lines(records: Iterable[Record]) -> Iterator[str]:
    """Yield a header and one line per record, with no cell that a spreadsheet would run (AD-13)."""
    yield _line(COLUMNS)
    for record in records:
        flat = as_mapping(record) | {"before": record.before or "", "after": record.after or ""}
        flat["redacted"] = record.redacted or ""
        yield _line(neutral(str(flat[name])) for name in COLUMNS)


def neutral(cell: str) -> str:
    """Return the cell as text: what a spreadsheet takes for a formula gets an apostrophe in front (AD-13)."""
    return f"'{cell}" if cell.startswith(RISKY) else cell


def _line(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue()
