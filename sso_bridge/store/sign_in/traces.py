"""Records of sign-ins, by their words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, select

from sso_bridge.login.trace import TraceRecord
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.login import sign_in_trace as table
from sso_bridge.store.upsert import upsert

_GET = select(table).where(table.c.reference == bindparam("reference"))


class Traces:
    """Fulfils `login.ports.Traces`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def put(self, record: TraceRecord) -> None:
        """Keep the record; a later one of the same sign-in replaces it.

        Of two sign-ins that drew the same words, the first one keeps them: a trace never becomes somebody else's.
        """
        row = {
            "reference": record.reference,
            "began_at": record.began_at,
            "ended_at": record.ended_at,
            "protocol": record.protocol,
            "platform": record.platform,
            "workplace": record.workplace,
            "person_id": record.person_id,
            "outcome": record.outcome,
            "reason": record.reason,
            "prompted": record.prompted,
            "address": record.address,
            "steps": list(record.steps),
        }
        with self.store.writing() as connection:
            upsert(connection, table, row, keys=("reference",), same=("began_at",))

    def get(self, reference: str) -> TraceRecord | None:
        """Return the record with these words; case and surrounding blanks do not matter, it may have been read out."""
        with self.store.reading() as connection:
            row = connection.execute(_GET, {"reference": reference.strip().lower()}).first()
        return None if row is None else to_trace(row)

    def latest(
        self, most: int = 50, *, platform: str = "", workplace: str = "", person_id: int | None = None
    ) -> Iterator[TraceRecord]:
        """Yield the newest records first, of one platform, workplace or person when asked."""
        query = select(table).order_by(table.c.began_at.desc()).limit(most)
        if platform:
            query = query.where(table.c.platform == platform)
        if workplace:
            query = query.where(table.c.workplace == workplace)
        if person_id is not None:
            query = query.where(table.c.person_id == person_id)
        with self.store.reading() as connection:
            rows = connection.execute(query).all()
        return (to_trace(row) for row in rows)

    def forget(self, before: datetime) -> int:
        """Delete records that began before that moment; how many."""
        with self.store.writing() as connection:
            return connection.execute(delete(table).where(table.c.began_at < before)).rowcount


def to_trace(row: Row[*tuple[Any, ...]]) -> TraceRecord:
    """Return the record of a row."""
    return TraceRecord(
        reference=row.reference,
        began_at=row.began_at,
        protocol=row.protocol,
        platform=row.platform,
        workplace=row.workplace,
        person_id=row.person_id,
        outcome=row.outcome,
        prompted=row.prompted,
        address=row.address,
        steps=tuple(row.steps),
        ended_at=row.ended_at,
    )
