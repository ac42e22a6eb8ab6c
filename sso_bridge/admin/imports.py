"""An HR import as it is told, to administrators and to the job that sent it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from sso_bridge.api.route import Told
from sso_bridge.store.staff.imports import Import


class RowTold(Told):
    """One row that was kept out. The reason never repeats the value."""

    file: str
    line: int = Field(description="Counted from 1; the header is line 1.")
    column: str
    reason: str


class ImportTold(Told):
    """What HR sent, and what came of it."""

    id: str
    source: str
    complete: bool
    state: Literal["waiting", "running", "taken", "refused"]
    sha256: str
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, int] = Field(description="Rows read and wrong; people and units new, changed, unchanged, gone.")
    refusal: str = Field(description="Why nothing was taken; empty when it was.")
    hint: str = Field(description="What to do about it.")
    problems: list[RowTold]


def import_told(one: Import) -> ImportTold:
    """Return the import for the answer."""
    return ImportTold(
        id=one.uuid, source=one.source, complete=one.complete, state=one.state, sha256=one.checksum,
        started_at=one.started_at, finished_at=one.finished_at, counts=dict(one.counts), refusal=one.refusal,
        hint=one.hint,
        problems=[RowTold(file=row.file, line=row.line, column=row.column, reason=row.reason) for row in one.problems],
    )  # fmt: skip
