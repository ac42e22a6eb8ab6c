"""The HR intake: whole snapshots, single changes, and what came of them (PR-13, AD-13).

A body is read in pieces, up to its limit, and handed over as it is: what is in it is read by a worker. Fields that we
do not know are ignored, never mapped.
"""

from __future__ import annotations

import io
import json
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from provisioners.sync.collect.opened import Upload
from sso_bridge.admin.asking import Name
from sso_bridge.admin.imports import ImportTold, import_told
from sso_bridge.api.route import UUID, Answer, Call, Route, Taken
from sso_bridge.hr.bodies import CHECKSUM, KEY, MEDIA, files_of, header_of
from sso_bridge.hr.intake import checksum_of
from sso_bridge.hr.proof import HEADERS, Proofs
from sso_bridge.hr.reception import Reception
from sso_bridge.hr.rows_api import visible
from sso_bridge.store.staff.imports import Import, Imports

BASE = "/hr/v1"
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

    def __init__(self, reception: Reception, imports: Imports, upload_limit: int, proofs: Proofs) -> None:
        self._reception = reception
        self._imports = imports
        self._upload_limit = upload_limit
        self._proofs = proofs

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        location = {"Location": "Where the import can be followed."}
        example = {"source": "payroll", "records": [{"employee_number": "E1001", "leaves_on": "2026-12-31"}]}
        return (
            Route("POST", f"{BASE}/snapshots", "hr.push", self.snapshot, "Send HR files",
                  description="CSV or JSON lines in UTF-8, also gzipped: as the body, or as fields called `file` of "
                  "multipart/form-data. A worker takes them in.", query=Snapshot,
                  headers=(KEY, CHECKSUM, *HEADERS), status=202,
                  result=ImportTold, answer_headers=location, problems=(409,), media=MEDIA, streams=True),
            Route("POST", f"{BASE}/events", "hr.push", self.events, "Send single changes",
                  description="Nobody is absent because they are not in it.", body=Events, example=example,
                  headers=(KEY, *HEADERS), status=202, result=ImportTold, answer_headers=location, problems=(409,)),
            Route("GET", f"{BASE}/imports/{{import}}", "hr.read", self.read, "What came of it",
                  description="A token of an HR job sees what it has sent itself.", parameters={"import": UUID},
                  result=ImportTold),
        )  # fmt: skip

    def snapshot(self, call: Call) -> Answer:
        """Take files."""
        asked: Snapshot = call.query
        self._proofs.admit(asked.source)
        key, announced = header_of(call.request, KEY), header_of(call.request, CHECKSUM)
        with files_of(call.request, asked.kind, self._upload_limit) as uploads:
            self._proofs.check(call.request, asked.source, checksum_of(uploads))
            record, _ = self._reception.receive(
                uploads, asked.source, complete=asked.complete == "true", actor=call.actor, key=key,
                announced=announced,
            )  # fmt: skip
        return _told(record)

    def events(self, call: Call) -> Answer:
        """Take single changes."""
        asked: Events = call.body
        self._proofs.admit(asked.source)
        self._proofs.check(call.request, asked.source, sha256(call.request.get_data()).hexdigest())
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in asked.records)
        upload = Upload("events.jsonl", io.BytesIO(text.encode()))
        key = header_of(call.request, KEY)
        record, _ = self._reception.receive([upload], asked.source, complete=False, actor=call.actor, key=key)
        return _told(record)

    def read(self, call: Call) -> Answer:
        """Return one import, if it is the caller's business (AD-02)."""
        return Answer(import_told(visible(self._imports, call)))


def _told(record: Import) -> Answer:
    return Answer(import_told(record), {"Location": f"{BASE}/imports/{record.uuid}"})
