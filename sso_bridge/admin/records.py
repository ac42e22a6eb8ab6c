"""What is written down: traces of sign-ins, the audit, HR imports."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import By, Code, Filtered, Name, Newest, Place, Since, Until, WhichPerson, Whole
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.admin.imports import ImportTold, import_told
from sso_bridge.api.paging import Next, WordsCursor, WordsNext
from sso_bridge.api.problems import Flaw, Invalid, NotFound
from sso_bridge.api.route import UUID, Answer, Call, Route, Taken, Told
from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.export import as_mapping
from sso_bridge.login.trace import TraceRecord
from sso_bridge.store.administration.audit import AuditLog, Wanted
from sso_bridge.store.administration.overview import Overview, is_moment, moment_place
from sso_bridge.store.sign_in.traces import Traces
from sso_bridge.store.staff.imports import Imports
from sso_bridge.store.staff.people import People

BASE = "/admin/v1"
Text = Annotated[str, Field(max_length=128)]


class WhichTraces(Filtered):
    """Which sign-ins."""

    limit: Annotated[Whole, Field(ge=1, le=200)] = Field(default=50, description="At most so many.")
    before: WordsCursor | None = Field(default=None, description="Go on after this page: its `next`.")
    platform: Name | None = None
    workplace: Name | None = Field(default=None, examples=["staff"])
    protocol: Name | None = Field(default=None, examples=["saml"])
    outcome: Code | None = Field(
        default=None, description="`answered`, `waiting` or the code of a refusal.", examples=["answered"]
    )
    reason: Code | None = Field(
        default=None, description="The audit's word for why it was refused; one outcome has several of them."
    )
    person: WhichPerson | None = None
    since: Since | None = None
    until: Until | None = None


class Trace(Told):
    """One sign-in, with the steps of both legs. There is no secret in it."""

    reference: str
    began_at: datetime
    ended_at: datetime | None
    protocol: str
    platform: str
    workplace: str
    person: str | None
    outcome: str
    reason: str = Field(description="The audit's word for why it was refused; empty when it was not.")
    prompted: bool
    address: str
    steps: list[dict[str, Any]]


class TraceList(Told):
    """A page of sign-ins."""

    items: list[Trace]
    next: WordsNext


class WhichRecords(Newest):
    """Which acts."""

    what: Text = Field(default="", description="A name, or its beginning with a dot at the end.", examples=["plan."])
    result: Literal["done", "refused", "failed"] | None = None
    actor: Text = Field(default="", description="Who.", examples=["token:0123456789abcdef"])
    target: Text = Field(default="", description="To what.", examples=["plan:12"])
    reference: Text = Field(default="", description="A request, or the words of a sign-in.")
    since: Since | None = None
    until: Until | None = None


class Record(Told):
    """One audited act."""

    seq: int
    at: datetime
    what: str
    result: str = Field(description="`done`, `refused` or `failed`.")
    actor: str
    target: str
    before: Any
    after: Any
    why: str
    address: str
    reference: str
    request: str = Field(description="The id of the request, command or job in which it was done.")
    redacted: int | None = Field(description="The act that took words out of this one; null when they are all there.")
    digest: str


class RecordList(Told):
    """A page of acts."""

    items: list[Record]
    next: Next


class Part(Taken):
    """Which part of the chain to walk."""

    after: Place = Field(default=0, description="Begin behind this record: `next` of the part before.")
    limit: Annotated[Whole, Field(ge=1, le=20_000)] = Field(default=20_000, description="At most so many records.")


class Verified(Told):
    """Whether this part of the audit is as it was written; all of it is when each part is, until `next` is null."""

    sound: bool
    after: int
    records: int = Field(description="The number of the last record that was walked.")
    checkpoints: int
    broken: int | None = Field(description="The first record that is not as it was written.")
    reason: str
    next: int | None = Field(description="Where to go on: `after` of the next part; null at the end, or when broken.")


class WhichImports(Newest):
    """Which imports."""

    source: Name | None = Field(default=None, examples=["payroll"])
    state: Literal["waiting", "running", "taken", "refused"] | None = None
    by: By | None = None
    since: Since | None = None
    until: Until | None = None


class ImportList(Told):
    """A page of imports."""

    items: list[ImportTold]
    next: Next


class RecordRoutes:
    """The routes of what is written down."""

    def __init__(
        self, traces: Traces, people: People, audit: AuditLog, checkpoints: Checkpoints, imports: Imports,
        overview: Overview, reach: Reach,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._traces = traces
        self._people = people
        self._audit = audit
        self._checkpoints = checkpoints
        self._imports = imports
        self._overview = overview

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        words = {"reference": {"type": "string", "maxLength": 80}}
        return (
            Route("GET", f"{BASE}/traces", "traces.read", self.sign_ins, "Sign-ins, newest first", query=WhichTraces,
                  result=TraceList, within=BOTH),
            Route("GET", f"{BASE}/traces/{{reference}}", "traces.read", self.sign_in, "One sign-in by its words",
                  parameters=words, result=Trace, within=BOTH),
            Route("GET", f"{BASE}/audit", "audit.read", self.acts, "Audited acts, newest first", query=WhichRecords,
                  result=RecordList, description="With delegated rights: one's own.", within=BOTH),
            Route("GET", f"{BASE}/audit/verify", "audit.read", self.verify, "Is the audit as it was written",
                  query=Part, result=Verified,
                  description="Walks the chain in parts, from the beginning: ask on with `after` until `next` is null. "
                  "`sso-bridge audit verify` walks all of it at once."),
            Route("GET", f"{BASE}/imports", "imports.read", self.imports, "HR imports, newest first",
                  query=WhichImports, result=ImportList),
            Route("GET", f"{BASE}/imports/{{import}}", "imports.read", self.one_import, "One HR import",
                  parameters={"import": UUID}, result=ImportTold),
        )  # fmt: skip

    def sign_ins(self, call: Call) -> Answer:
        """Return a page of sign-ins."""
        asked: WhichTraces = call.query
        wanted = asked.filters(but="person")
        if asked.person is not None:
            found = self._people.by_uuid(asked.person)
            wanted["person_id"] = found.id if found else -1
        if not self._may_begin(call, asked.before):
            return Answer(TraceList(items=[], next=None))
        rows, following = page_of(
            lambda count, before: self._overview.traces(count, before, wanted),
            lambda row: self._reaches(call, row), lambda row: row.reference, asked.limit, asked.before,
        )  # fmt: skip
        last = self._traces.get(following) if following and call.token.bounds.kinds else None
        if last is not None and not self._reaches(call, last):  # so many were looked through, and this one is foreign
            following = moment_place(last.began_at)
        return Answer(TraceList(items=[self._trace(row) for row in rows], next=following))

    def sign_in(self, call: Call) -> Answer:
        """Return one sign-in."""
        found = self._traces.get(call.path["reference"])
        if found is None or not self._reaches(call, found):
            raise NotFound
        return Answer(self._trace(found))

    def acts(self, call: Call) -> Answer:
        """Return a page of acts."""
        asked: WhichRecords = call.query
        found, following = page_of(
            lambda count, before: self._audit.search(_wanted(asked), before=before, limit=count),
            lambda row: self._reach.own(call.token, row.actor), lambda row: row.seq, asked.limit, asked.before,
        )  # fmt: skip
        return Answer(RecordList(items=[Record.model_validate(as_mapping(one)) for one in found], next=following))

    def verify(self, call: Call) -> Answer:
        """Walk a part of the chain."""
        asked: Part = call.query
        try:
            verdict, following = self._checkpoints.verify_part(asked.after, asked.limit)
        except LookupError:
            raise Invalid(errors=[Flaw(detail="there is no such record", parameter="after")]) from None
        return Answer(
            Verified(sound=verdict.sound, after=asked.after, records=verdict.records, checkpoints=verdict.checkpoints,
                     broken=verdict.broken, reason=verdict.reason, next=following)
        )  # fmt: skip

    def imports(self, call: Call) -> Answer:
        """Return a page of imports."""
        asked: WhichImports = call.query
        rows = self._overview.imports(asked.limit, asked.before, asked.filters())
        following = rows[-1][0] if len(rows) == asked.limit else None
        return Answer(ImportList(items=[import_told(one) for _, one in rows], next=following))

    def one_import(self, call: Call) -> Answer:
        """Return one import."""
        found = self._imports.get(call.path["import"])
        if found is None:
            raise NotFound
        return Answer(import_told(found))

    def _may_begin(self, call: Call, place: str | None) -> bool:
        """Return whether a list may go on from here: a foreign sign-in is no more there than one that never was."""
        if not place or not call.token.bounds.kinds or is_moment(place):
            return True
        known = self._traces.get(place)
        return known is not None and self._reaches(call, known)

    def _reaches(self, call: Call, record: TraceRecord) -> bool:
        return self._reach.trace(call.token, record.platform, record.person_id)

    def _trace(self, record: TraceRecord) -> Trace:
        person = self._people.by_id(record.person_id) if record.person_id is not None else None
        told = asdict(record) | {"person": person.uuid if person else None, "reason": record.reason}
        return Trace.model_validate({name: told[name] for name in Trace.model_fields})


def _wanted(asked: WhichRecords) -> Wanted:
    return Wanted(asked.what, asked.actor, asked.target, asked.reference, asked.since, asked.until, asked.result or "")
