"""The audit trail in the database: one insert and one update of the head row for each act."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sso_bridge.audit.chain import START, Checkpoint, Record, link
from sso_bridge.audit.events import Event
from sso_bridge.clock import Clock
from sso_bridge.redact import redact
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.audit import audit, audit_checkpoint, audit_head
from sso_bridge.store.upsert import insert_new

HEAD = 1
PAGE = 1000
_HEAD = select(audit_head.c.seq, audit_head.c.digest).where(audit_head.c.id == HEAD)
_LOCKED_HEAD = _HEAD.with_for_update()
_INSERT = insert(audit)
_MOVE_HEAD = update(audit_head).where(audit_head.c.id == HEAD)


class AuditLog:
    """Fulfils `AuditTrail`. Record last in a transaction: from then until its end, other writers of the audit wait."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self._clock = clock

    def record(self, *events: Event) -> None:
        """Append the events, in order; kept or lost with the open transaction."""
        if not events:
            return
        with self.store.writing() as connection:
            seq, digest = _lock_head(connection)
            now, rows = self._clock(), []
            for event in events:
                seq += 1
                bare = _record(seq, now, event)
                digest = link(digest, bare)
                rows.append(_columns(bare) | {"digest": digest})
            connection.execute(_INSERT, rows)
            connection.execute(_MOVE_HEAD, {"seq": seq, "digest": digest})

    def records(self, after: int = 0, until: int | None = None) -> Iterator[Record]:
        """Yield the records with a number over `after`, up to `until`, in order, a page at a time."""
        while page := self._page(after, until):
            yield from page
            after = page[-1].seq

    def search(
        self,
        *,
        what: str = "",
        actor: str = "",
        target: str = "",
        reference: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        before: int | None = None,
        limit: int = 100,
    ) -> list[Record]:
        """Return the newest records that match all that is given; `what` may be a beginning, as `sign_in.`."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        for column, value in ((audit.c.actor, actor), (audit.c.target, target), (audit.c.reference, reference)):
            if value:
                query = query.where(column == value)
        if what:
            query = query.where(audit.c.what.startswith(what, autoescape=True))
        if since is not None:
            query = query.where(audit.c.at >= since)
        if until is not None:
            query = query.where(audit.c.at < until)
        if before is not None:
            query = query.where(audit.c.seq < before)
        with self.store.reading() as connection:
            return [Record(*row) for row in connection.execute(query)]

    def end(self) -> Checkpoint:
        """Return number and digest of the last record, unsigned; number 0 when there is none."""
        with self.store.reading() as connection:
            row = connection.execute(_HEAD).one_or_none()
        return Checkpoint(row.seq if row else 0, self._clock(), row.digest if row else START)

    def keep_checkpoint(self, signed: Checkpoint) -> None:
        """Keep a signed checkpoint; when another process was first with this record, its one stays."""
        values = {column.name: getattr(signed, column.name) for column in audit_checkpoint.c}
        with self.store.writing() as connection:
            insert_new(connection, audit_checkpoint, values)

    def newest_checkpoint(self) -> Checkpoint | None:
        """Return the last checkpoint."""
        query = select(audit_checkpoint).order_by(audit_checkpoint.c.seq.desc()).limit(1)
        with self.store.reading() as connection:
            row = connection.execute(query).one_or_none()
        return Checkpoint(*row) if row else None

    def checkpoints(self, after: int = 0) -> list[Checkpoint]:
        """Return the checkpoints of records with a higher number, oldest first."""
        query = select(audit_checkpoint).where(audit_checkpoint.c.seq > after).order_by(audit_checkpoint.c.seq)
        with self.store.reading() as connection:
            return [Checkpoint(*row) for row in connection.execute(query)]

    def _page(self, after: int, until: int | None) -> list[Record]:
        query = select(audit).where(audit.c.seq > after).order_by(audit.c.seq).limit(PAGE)
        if until is not None:
            query = query.where(audit.c.seq <= until)
        with self.store.reading() as connection:
            return [Record(*row) for row in connection.execute(query)]


def _lock_head(connection: Connection) -> tuple[int, bytes]:
    row = connection.execute(_LOCKED_HEAD).one_or_none()
    if row is None:
        insert_new(connection, audit_head, {"id": HEAD, "seq": 0, "digest": START})
        row = connection.execute(_LOCKED_HEAD).one()
    return row.seq, row.digest


def _record(seq: int, now: datetime, event: Event) -> Record:
    return Record(
        seq,
        now,
        _text(event.what),
        _text(event.actor),
        _text(event.target),
        _json(event.before),
        _json(event.after),
        _text(event.why),
        _text(event.address),
        _text(event.reference),
    )


def _columns(record: Record) -> dict[str, Any]:
    return {name: getattr(record, name) for name in Record.__slots__}


def _text(text: str) -> str:
    """Return text that every database can keep: no NUL, no half characters."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _json(value: Mapping[str, Any] | None) -> str | None:
    if value is None:
        return None
    return json.dumps(redact(value), sort_keys=True, ensure_ascii=True, default=str, separators=(",", ":"))
