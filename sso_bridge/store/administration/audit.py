"""The audit trail in the database: one insert and one update of the head row for each act."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.exc import DBAPIError

from sso_bridge.audit.chain import Checkpoint
from sso_bridge.audit.circumstances import Circumstance, Circumstances
from sso_bridge.audit.events import Event
from sso_bridge.audit.record import SALT_BYTES, START, Record, link
from sso_bridge.clock import Clock
from sso_bridge.redact import redact
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.audit import audit, audit_checkpoint, audit_head
from sso_bridge.store.upsert import insert_new

HEAD = 1
PAGE = 1000
_COLUMNS = tuple(field.name for field in fields(Record))
_SELECT = select(*(audit.c[name] for name in _COLUMNS))
_HEAD = select(audit_head.c.seq, audit_head.c.digest).where(audit_head.c.id == HEAD)
_LOCKED_HEAD = _HEAD.with_for_update()
_INSERT = insert(audit)
_MOVE_HEAD = update(audit_head).where(audit_head.c.id == HEAD)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records: all that is given must match; a `what` that ends with a dot is a beginning, as `sign_in.`."""

    what: str = ""
    actor: str = ""
    target: str = ""
    reference: str = ""
    since: datetime | None = None
    until: datetime | None = None
    result: str = ""

    def narrowed(self, query: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
        """Return the query for these only."""
        texts = ((audit.c.actor, self.actor), (audit.c.target, self.target), (audit.c.reference, self.reference),
                 (audit.c.result, self.result))  # fmt: skip
        for column, value in texts:
            query = query.where(column == value) if value else query
        if self.what.endswith("."):
            query = query.where(audit.c.what.startswith(self.what, autoescape=True))
        elif self.what:
            query = query.where(audit.c.what == self.what)
        if self.since is not None:
            query = query.where(audit.c.at >= self.since)
        return query if self.until is None else query.where(audit.c.at < self.until)


ALL = Wanted()


class AuditLog:
    """Fulfils `AuditTrail`. Record last in a transaction: from then until its end, other writers of the audit wait."""

    def __init__(self, store: Store, clock: Clock, circumstances: Circumstances | None = None) -> None:
        self.store = store
        self._clock = clock
        self._circumstances = circumstances or Circumstances()

    def record(self, *events: Event) -> None:
        """Append the events, in order; kept or lost with the open transaction."""
        self.append(*events)

    def append(self, *events: Event) -> int:
        """Append the events and return the number of the last record."""
        if not events:
            return self.end().seq
        with self.store.writing() as connection:
            seq, digest = _lock_head(connection)
            now, around, rows = self._clock(), self._circumstances.now(), []
            for event in events:
                seq += 1
                row = _row(seq, now, event, around)
                digest = link(digest, Record(**row))
                row["digest"] = digest
                rows.append(row)
            connection.execute(_INSERT, rows)
            connection.execute(_MOVE_HEAD, {"seq": seq, "digest": digest})
        self._circumstances.note(len(rows))
        return seq

    def records(self, after: int = 0, until: int | None = None, wanted: Wanted = ALL) -> Iterator[Record]:
        """Yield the records with a number over `after`, up to `until`, in order, a page at a time."""
        while page := self._page(after, until, wanted):
            yield from page
            after = page[-1].seq

    def one(self, seq: int) -> Record | None:
        """Return the record with this number."""
        return next(iter(self._page(seq - 1, seq, ALL)), None)

    def search(self, wanted: Wanted, *, before: int | None = None, limit: int = 100) -> list[Record]:
        """Return the newest records that match."""
        query = wanted.narrowed(_SELECT.order_by(audit.c.seq.desc()).limit(limit))
        if before is not None:
            query = query.where(audit.c.seq < before)
        with self.store.reading() as connection:
            return [Record(*row) for row in connection.execute(query)]

    def newest(self) -> int:
        """Return the highest number there is, whatever the head says."""
        with self.store.reading() as connection:
            return connection.execute(select(func.max(audit.c.seq))).scalar() or 0

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
        query = select(audit_checkpoint).where(audit_checkpoint.c.kind != "stub")
        return next(iter(self._signed(query.order_by(audit_checkpoint.c.seq.desc()).limit(1))), None)

    def checkpoints(self, after: int = 0) -> list[Checkpoint]:
        """Return the checkpoints of records with a higher number, oldest first."""
        query = select(audit_checkpoint).where(audit_checkpoint.c.seq > after, audit_checkpoint.c.kind != "stub")
        return self._signed(query.order_by(audit_checkpoint.c.seq))

    def stub(self) -> Checkpoint | None:
        """Return what stands for the records that were pruned."""
        query = select(audit_checkpoint).where(audit_checkpoint.c.kind == "stub")
        return next(iter(self._signed(query.order_by(audit_checkpoint.c.seq.desc()).limit(1))), None)

    def last_before(self, moment: datetime) -> int:
        """Return the number of the last record before the first one that is not of before that moment."""
        first = select(func.min(audit.c.seq)).where(audit.c.at >= moment)
        with self.store.reading() as connection:
            found = connection.execute(first).scalar()
        return found - 1 if found is not None else self.newest()

    def cut_off(self, stub: Checkpoint) -> int:
        """Put a signed stub in the place of all records and checkpoints up to it; return how many records went."""
        values = {column.name: getattr(stub, column.name) for column in audit_checkpoint.c}
        with self.store.writing() as connection:
            connection.execute(delete(audit_checkpoint).where(audit_checkpoint.c.seq <= stub.seq))
            connection.execute(insert(audit_checkpoint), values)
            return connection.execute(delete(audit).where(audit.c.seq <= stub.seq)).rowcount

    def _signed(self, query: Select[*tuple[Any, ...]]) -> list[Checkpoint]:
        """Return these checkpoints; one that cannot be read any more is there without a signature."""
        with self.store.reading() as connection:
            try:
                return [Checkpoint(*row) for row in connection.execute(query)]
            except (ValueError, TypeError, OverflowError, DBAPIError):
                pass  # a database that types nothing gave something else back: one by one, then
        with self.store.reading() as connection:
            numbers = connection.execute(query.with_only_columns(audit_checkpoint.c.seq)).scalars().all()
        return [self._one_signed(seq) for seq in numbers]

    def _one_signed(self, seq: int) -> Checkpoint:
        with self.store.reading() as connection:
            try:
                query = select(audit_checkpoint).where(audit_checkpoint.c.seq == seq)
                return Checkpoint(*connection.execute(query).one())
            except (ValueError, TypeError, OverflowError, DBAPIError):
                return Checkpoint(seq, self._clock(), START)

    def _page(self, after: int, until: int | None, wanted: Wanted) -> list[Record]:
        query = wanted.narrowed(_SELECT.where(audit.c.seq > after).order_by(audit.c.seq).limit(PAGE))
        if until is not None:
            query = query.where(audit.c.seq <= until)
        with self.store.reading() as connection:
            try:
                return [Record(*row) for row in connection.execute(query)]
            except (ValueError, TypeError, OverflowError, DBAPIError):
                if wanted != ALL:
                    raise
        return self._one_by_one(after, until)

    def _one_by_one(self, after: int, until: int | None) -> list[Record]:
        """Return the records of a page that cannot be read as a whole; one that is no record any more is empty."""
        numbers = select(audit.c.seq).where(audit.c.seq > after).order_by(audit.c.seq).limit(PAGE)
        if until is not None:
            numbers = numbers.where(audit.c.seq <= until)
        found = []
        with self.store.reading() as connection:
            for seq in connection.execute(numbers).scalars().all():
                try:
                    found.append(Record(*connection.execute(_SELECT.where(audit.c.seq == seq)).one()))
                except (ValueError, TypeError, OverflowError, DBAPIError):
                    found.append(Record(seq, self._clock(), "", "", "", "", None, None, "", "", "", "", b""))
        return found


def _lock_head(connection: Connection) -> tuple[int, bytes]:
    row = connection.execute(_LOCKED_HEAD).one_or_none()
    if row is None:
        insert_new(connection, audit_head, {"id": HEAD, "seq": 0, "digest": START})
        row = connection.execute(_LOCKED_HEAD).one()
    return row.seq, row.digest


def _row(seq: int, now: datetime, event: Event, around: Circumstance) -> dict[str, Any]:
    return {
        "seq": seq,
        "at": now,
        "what": _text(event.what),
        "result": event.outcome,
        "actor": _text(event.actor),
        "target": _text(event.target),
        "before": _json(event.before),
        "after": _json(event.after),
        "why": _text(event.why or around.why),
        "address": _text(event.address or around.address),
        "reference": _text(event.reference),
        "request": _text(around.request),
        "salt": secrets.token_bytes(SALT_BYTES),
        "commitment": None,
        "redacted": None,
    }


def _text(text: str) -> str:
    """Return text that every database can keep: no NUL, no half characters."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _json(value: Mapping[str, Any] | None) -> str | None:
    if value is None:
        return None
    return json.dumps(redact(value), sort_keys=True, ensure_ascii=True, default=str, separators=(",", ":"))
