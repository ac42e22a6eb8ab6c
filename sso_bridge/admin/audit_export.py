"""The audit as a stream of lines, for other programs (AD-11, AD-13)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sso_bridge.admin.asking import Place, Since, Until
from sso_bridge.api.route import Answer, Call, Route, Taken
from sso_bridge.audit.events import Event
from sso_bridge.audit.export import csv_lines, json_lines
from sso_bridge.store.administration.audit import AuditLog, Wanted

Text = Annotated[str, Field(max_length=128)]


class WhichLines(Taken):
    """Which acts, as what."""

    format: Literal["jsonl", "csv"] = "jsonl"
    after: Place = Field(default=0, description="Go on behind this number: `seq` of the last line that was read.")
    what: Text = Field(default="", description="A name, or its beginning with a dot at the end.", examples=["plan."])
    actor: Text = ""
    target: Text = ""
    reference: Text = ""
    since: Since | None = None
    until: Until | None = None


class AuditExportRoutes:
    """One route."""

    def __init__(self, audit: AuditLog) -> None:
        self._audit = audit

    def routes(self) -> tuple[Route, ...]:
        """Return it."""
        return (
            Route("GET", "/admin/v1/audit/export", "audit.read", self.lines, "The audit as a stream of lines",
                  query=WhichLines, answers_with=("application/x-ndjson", "text/csv"),
                  description="Oldest first, all that there is at this moment. It is audited who asked."),
        )  # fmt: skip

    def lines(self, call: Call) -> Answer:
        """Stream the lines."""
        asked: WhichLines = call.query
        end = self._audit.end().seq
        after = {"after": asked.after, "until": end, "format": asked.format}
        self._audit.record(Event("audit.exported", call.actor, "audit", after=after, reference=call.request_id))
        wanted = Wanted(asked.what, asked.actor, asked.target, asked.reference, asked.since, asked.until)
        records = self._audit.records(asked.after, end, wanted)
        if asked.format == "csv":
            return Answer(stream=csv_lines(records), media="text/csv; charset=utf-8")
        return Answer(stream=json_lines(records), media="application/x-ndjson")
