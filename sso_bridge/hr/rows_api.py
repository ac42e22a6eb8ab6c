"""What came of each row of an import, and trying again what was kept out: for HR jobs and for administrators."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import Field

from provisioners.sync.collect.fates import KEPT_OUT, MOST_LINES, Fate
from sso_bridge.admin.asking import Whole
from sso_bridge.admin.imports import ImportTold, import_told
from sso_bridge.admin.permissions import allows
from sso_bridge.api.paging import FarCursor, Next, cursor
from sso_bridge.api.problems import NotFound
from sso_bridge.api.route import UUID, Answer, Call, Route, Taken, Told
from sso_bridge.audit.export import neutral
from sso_bridge.hr.bodies import CHECKSUM, KEY, MEDIA, files_of, header_of
from sso_bridge.hr.intake import checksum_of
from sso_bridge.hr.proof import HEADERS, Proofs
from sso_bridge.hr.reception import Reception
from sso_bridge.store.staff.import_rows import ImportRows, RowFate
from sso_bridge.store.staff.imports import Import, Imports

HR, ADMIN = "/hr/v1", "/admin/v1"
LAST = 20 * MOST_LINES
COLUMNS = ("file", "line", "fate", "record", "key", "column", "reason")
CSV, JSON_LINES = "text/csv; charset=utf-8", "application/x-ndjson"


class WhichRows(Taken):
    """Which rows, and how."""

    fate: Fate | Literal["kept_out"] | None = Field(
        default=None, description="What came of them; `kept_out` is `wrong`, `held` and `waiting`."
    )
    format: Literal["json", "csv", "jsonl"] = Field(
        default="json", description="`csv` is for spreadsheets: no cell is a formula; `jsonl` is for machines."
    )
    limit: Annotated[Whole, Field(ge=1, le=10_000)] = Field(default=100, description="At most so many.")
    after: FarCursor | None = Field(
        default=None, description="Go on after this place: `next` of the page before, or the header `X-Next`."
    )


class WhyKeptOut(Told):
    """What is wrong with a row."""

    column: str
    reason: str


class RowFateTold(Told):
    """One row, and what came of it."""

    file: str
    line: int = Field(description="Counted from 1; the header is line 1.")
    fate: Fate
    record: Literal["people", "units", "leaves", ""] = Field(description="Of rows that were kept out.")
    key: str = Field(description="The employee number or the unit, of rows that were kept out.")
    problems: list[WhyKeptOut]
    cells: dict[str, str] = Field(description="The row by our column names, if it was kept out and can be tried again.")


class RowList(Told):
    """A page of rows."""

    items: list[RowFateTold]
    next: Next


class RowRoutes:
    """The routes. `upload_limit` is in bytes."""

    def __init__(
        self, reception: Reception, imports: Imports, rows: ImportRows, upload_limit: int, proofs: Proofs
    ) -> None:
        self._reception, self._imports, self._rows, self._upload_limit = reception, imports, rows, upload_limit
        self._proofs = proofs

    def routes(self) -> tuple[Route, ...]:
        """Return them."""

        def rows(base: str, permission: str) -> Route:
            return Route(
                "GET", f"{base}/imports/{{import}}/rows", permission, self.rows, "What came of each row",
                description="In the order of the files. Rows are known for a month.", parameters={"import": UUID},
                query=WhichRows, result=RowList, answers_with=("text/csv", JSON_LINES),
                answer_headers={"X-Next": "Where the next page begins, with `csv` and `jsonl`."},
            )  # fmt: skip

        return (
            rows(HR, "hr.read"),
            rows(ADMIN, "imports.read"),
            Route("POST", f"{HR}/imports/{{import}}/replay", "hr.push", self.replay, "Try again what was kept out",
                  description="Without a body the rows as they were sent; with files those rows repaired. A refused "
                  "import is tried again as a whole. What newer imports said is left alone.",
                  parameters={"import": UUID}, headers=(KEY, CHECKSUM, *HEADERS), status=202, result=ImportTold,
                  answer_headers={"Location": "Where the new import can be followed."}, problems=(409, 422),
                  media=MEDIA, streams=True),
        )  # fmt: skip

    def rows(self, call: Call) -> Answer:
        """Return a page of rows."""
        record, asked = visible(self._imports, call), call.query
        fates: tuple[Fate, ...] = KEPT_OUT if asked.fate == "kept_out" else (asked.fate,) if asked.fate else ()
        after = -1 if asked.after is None else min(asked.after, LAST)
        found = self._rows.page(record.uuid, fates, after, asked.limit)
        following = found[-1].place if len(found) == asked.limit else None
        if asked.format == "json":
            return Answer(RowList(items=[_told(one, record) for one in found], next=following))
        headers = {} if following is None else {"X-Next": cursor(following, call.mark)}
        write: Callable[[Iterable[RowFate], Import], str] = _csv if asked.format == "csv" else _json_lines
        media = CSV if asked.format == "csv" else JSON_LINES
        headers["Content-Disposition"] = f'attachment; filename="{record.uuid}.{asked.format}"'
        return Answer(text=write(found, record), headers=headers, media=media)

    def replay(self, call: Call) -> Answer:
        """Try rows again."""
        record = visible(self._imports, call)
        key, announced = header_of(call.request, KEY), header_of(call.request, CHECKSUM)
        with files_of(call.request, "repaired", self._upload_limit, needed=False) as repaired:
            self._proofs.check(call.request, record.source, checksum_of(repaired))
            made, _ = self._reception.replay(record, repaired, actor=call.actor, key=key, announced=announced)
        return Answer(import_told(made), {"Location": f"{HR}/imports/{made.uuid}"})


def visible(imports: Imports, call: Call) -> Import:
    """Return the import of the path, if it is the caller's business (AD-02); NotFound otherwise."""
    record = imports.get(call.path["import"])
    if record is None or not (allows(call.token, "imports.read") or record.actor == call.actor):
        raise NotFound
    return record


def _told(one: RowFate, record: Import) -> RowFateTold:
    problems = [WhyKeptOut(column=column, reason=reason) for column, reason in one.problems]
    return RowFateTold.model_validate(
        {"file": _file(one, record), "line": one.line, "fate": one.fate, "record": one.record, "key": one.key,
         "problems": problems, "cells": one.cells}
    )  # fmt: skip


def _file(one: RowFate, record: Import) -> str:
    return record.files[one.file] if one.file < len(record.files) else str(one.file + 1)


def _json_lines(found: Iterable[RowFate], record: Import) -> str:
    return "".join(json.dumps(_told(one, record).model_dump(mode="json")) + "\n" for one in found)


def _csv(found: Iterable[RowFate], record: Import) -> str:
    """Return one line per problem, or per row without one; no cell is a formula (AD-13)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in found:
        for problem in one.problems or (("", ""),):
            cells = (_file(one, record), one.line, one.fate, one.record, one.key, *problem)
            writer.writerow([neutral(str(cell)) for cell in cells])
    return text.getvalue()
