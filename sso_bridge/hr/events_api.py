"""How far an import is, as server-sent events: for HR jobs, and for administrators."""

from __future__ import annotations

from sso_bridge.admin.imports import import_told
from sso_bridge.api.following import LAST_SEEN, MEDIA, UNCOLLECTED, Following, Seen
from sso_bridge.api.route import UUID, Answer, Call, Route
from sso_bridge.hr.rows_api import ADMIN, HR, visible
from sso_bridge.store.staff.imports import Import, Imports


class ImportEventRoutes:
    """The routes."""

    def __init__(self, imports: Imports, following: Following) -> None:
        self._imports, self._following = imports, following

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        return tuple(
            Route("GET", f"{base}/imports/{{import}}/events", permission, self.events, "Follow an import",
                  description="Server-sent events: `progress` while it goes on, `end` with the import when it is over. "
                  "A stream ends after some seconds; come back as `retry` says, with `Last-Event-ID`.",
                  parameters={"import": UUID}, headers=(LAST_SEEN,), answers_with=(MEDIA,))
            for base, permission in ((HR, "hr.read"), (ADMIN, "imports.read"))
        )  # fmt: skip

    def events(self, call: Call) -> Answer:
        """Return a stream."""
        uuid = visible(self._imports, call).uuid
        last = call.request.headers.get(LAST_SEEN.name, "")[:64]
        stream = self._following.stream(lambda: self._look(uuid), last)
        return Answer(stream=stream, media=MEDIA, headers=UNCOLLECTED)

    def _look(self, uuid: str) -> Seen:
        record = self._imports.get(uuid)
        if record is None:
            return Seen("gone", {"id": uuid, "state": "gone"}, over=True)
        if record.finished_at is not None:
            return Seen(record.state, import_told(record).model_dump(mode="json"), over=True)
        return Seen(f"{record.state}-{record.phase}-{record.rows_read}", _progress(record), over=False)


def _progress(record: Import) -> dict[str, object]:
    return {"id": record.uuid, "state": record.state, "phase": record.phase, "rows_read": record.rows_read}
