"""How far the audit was sent to a log collector."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.privacy import audit_shipment as table
from sso_bridge.store.upsert import insert_new

NAME = "syslog"


class Shipments:
    """One number, which only grows."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def sent(self) -> int:
        """Return the number of the last record that has arrived for sure."""
        with self._store.reading() as connection:
            return connection.execute(select(table.c.seq).where(table.c.name == NAME)).scalar() or 0

    def keep(self, seq: int, now: datetime) -> None:
        """Note that all records up to this one have arrived."""
        with self._store.writing() as connection:
            insert_new(connection, table, {"name": NAME, "seq": 0, "at": now})
            further = (table.c.name == NAME) & (table.c.seq < seq)
            connection.execute(update(table).where(further).values(seq=seq, at=now))
