"""The HR intake: whole snapshots, single changes, and what came of them (PR-13, AD-13).

A body is read in pieces, up to its limit, and handed over as it is: what is in it is read by a worker. Fields that we
do not know are ignored, never mapped.
"""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated, BinaryIO, Literal, cast

from flask import Request
from pydantic import Field

from provisioners.sync.collect.opened import Upload
from sso_bridge.admin.asking import Name
from sso_bridge.admin.imports import ImportTold, import_told
from sso_bridge.admin.permissions import allows
from sso_bridge.api.problems import Flaw, Invalid, NotFound, TooLarge, WrongMedia
from sso_bridge.api.route import UUID, Answer, Call, Header, Route, Taken
from sso_bridge.hr.reception import PIECE, Reception
from sso_bridge.store.staff.imports import Import, Imports

BASE = "/hr/v1"
MEDIA = (
    "text/csv", "application/x-ndjson", "application/jsonl", "application/gzip", "application/octet-stream",
    "multipart/form-data",
)  # fmt: skip
MOST_FILES = 20
KEY = Header(
    "Idempotency-Key", "A text of your own for this upload; sending it again with the same key is safe.", required=True,
    schema={"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
)  # fmt: skip
CHECKSUM = Header(
    "X-Content-SHA256", "SHA-256 in hex over the files in order; a body that differs is not kept.",
    schema={"type": "string", "pattern": "^[0-9a-fA-F]{64}$"},
)  # fmt: skip
Value = str | int | float | bool | None


class Snapshot(Taken):
    """Which source sends, and whether that is everybody."""

    source: Name = Field(description="The HR source, as configured under `hr_sources`.")
    complete: Literal["true", "false"] = Field(
        default="false", description="`true` says that everybody is in it; nobody is absent from anything else."
    )
    kind: Literal["people", "units", "leaves"] = Field(
        default="people", description="What to call the file in reports; what it holds is told by its header."
    )


class Events(Taken):
    """Single changes: each record as one row of the files, all rows of a person together."""

    source: Name
    records: Annotated[tuple[dict[str, Value], ...], Field(min_length=1, max_length=1000)]


class HrRoutes:
    """The routes of the HR intake. `upload_limit` is in bytes, as they come over the line."""

    def __init__(self, reception: Reception, imports: Imports, upload_limit: int) -> None:
        self._reception = reception
        self._imports = imports
        self._upload_limit = upload_limit

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        location = {"Location": "Where the import can be followed."}
        example = {"source": "payroll", "records": [{"employee_number": "E1001", "leaves_on": "2026-12-31"}]}
        return (
            Route("POST", f"{BASE}/snapshots", "hr.push", self.snapshot, "Send HR files",
                  description="CSV or JSON lines in UTF-8, also gzipped: as the body, or as fields called `file` of "
                  "multipart/form-data. A worker takes them in.", query=Snapshot, headers=(KEY, CHECKSUM), status=202,
                  result=ImportTold, answer_headers=location, problems=(409,), media=MEDIA, streams=True),
            Route("POST", f"{BASE}/events", "hr.push", self.events, "Send single changes",
                  description="Nobody is absent because they are not in it.", body=Events, example=example,
                  headers=(KEY,), status=202, result=ImportTold, answer_headers=location, problems=(409,)),
            Route("GET", f"{BASE}/imports/{{import}}", "hr.read", self.read, "What came of it",
                  description="A token of an HR job sees what it has sent itself.", parameters={"import": UUID},
                  result=ImportTold),
        )  # fmt: skip

    def snapshot(self, call: Call) -> Answer:
        """Take files."""
        asked: Snapshot = call.query
        key, announced = _header(call.request, KEY), _header(call.request, CHECKSUM)
        with _files(call.request, asked.kind, self._upload_limit) as uploads:
            record, _ = self._reception.receive(
                uploads, asked.source, complete=asked.complete == "true", actor=call.actor, key=key,
                announced=announced,
            )  # fmt: skip
        return _told(record)

    def events(self, call: Call) -> Answer:
        """Take single changes."""
        asked: Events = call.body
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in asked.records)
        upload = Upload("events.jsonl", io.BytesIO(text.encode()))
        key = _header(call.request, KEY)
        record, _ = self._reception.receive([upload], asked.source, complete=False, actor=call.actor, key=key)
        return _told(record)

    def read(self, call: Call) -> Answer:
        """Return one import, if it is the caller's business (AD-02)."""
        record = self._imports.get(call.path["import"])
        if record is None or not (allows(call.token, "imports.read") or record.actor == call.actor):
            raise NotFound
        return Answer(import_told(record))


def _told(record: Import) -> Answer:
    return Answer(import_told(record), {"Location": f"{BASE}/imports/{record.uuid}"})


def _header(request: Request, header: Header) -> str:
    """Return the header's text, empty when it is not there and need not be."""
    given = request.headers.getlist(header.name)
    if not given and not header.required:
        return ""
    if len(given) != 1 or not re.fullmatch(str(header.schema["pattern"]), given[0]) or len(given[0]) > 200:  # noqa: PLR2004
        raise Invalid(errors=[Flaw(detail="is missing, or not one text of the agreed form", parameter=header.name)])
    return given[0]


@contextmanager
def _files(request: Request, kind: str, limit: int) -> Iterator[list[Upload]]:
    """Give the files of the body, from a spool on disk; they are gone afterwards."""
    if request.mimetype not in MEDIA:
        raise WrongMedia(f"the body must be one of: {', '.join(MEDIA)}")
    with ExitStack() as stack:
        if request.mimetype == "multipart/form-data":
            yield _parts(request, kind)
            return
        spool = cast("BinaryIO", stack.enter_context(tempfile.TemporaryFile()))
        size = 0
        while piece := request.stream.read(PIECE):
            size += len(piece)
            if size > limit:
                raise TooLarge
            spool.write(piece)
        if not size:
            raise Invalid("the body is empty")
        spool.seek(0)
        yield [Upload(kind, spool)]


def _parts(request: Request, kind: str) -> list[Upload]:
    """Return the parts called `file`. Their own names are somebody else's text: reports number them instead."""
    files = request.files.getlist("file")
    if request.form or set(request.files) != {"file"} or len(files) > MOST_FILES:
        raise Invalid(f"send one to {MOST_FILES} parts called `file`, and no other")
    return [
        Upload(kind if len(files) == 1 else f"file {number}", cast("BinaryIO", one.stream))
        for number, one in enumerate(files, start=1)
    ]
