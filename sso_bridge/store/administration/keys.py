"""Rows of keys. Their secret part goes in and out sealed."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import insert, select, update

from sso_bridge.keys.rotation import KeyRecord
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.keys import key_ring, signing_key
from sso_bridge.store.upsert import insert_new

RING = 1


class KeyRows:
    """Reads and writes key records; whoever changes one holds `lock` first, and `changed` tells the other processes."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def version(self) -> int:
        """Return the number that grows with every change; 0 before the first."""
        with self.store.reading() as connection:
            return connection.execute(select(key_ring.c.version).where(key_ring.c.id == RING)).scalar() or 0

    def lock(self) -> None:
        """Make other writers wait until the open transaction ends."""
        with self.store.writing() as connection:
            insert_new(connection, key_ring, {"id": RING, "version": 0})
            connection.execute(select(key_ring.c.version).where(key_ring.c.id == RING).with_for_update())

    def changed(self) -> None:
        """Tell every process to read again."""
        with self.store.writing() as connection:
            connection.execute(update(key_ring).where(key_ring.c.id == RING).values(version=key_ring.c.version + 1))

    def all(self) -> list[tuple[KeyRecord, bytes]]:
        """Return every record with its sealed part, oldest first."""
        with self.store.reading() as connection:
            rows = connection.execute(select(signing_key).order_by(signing_key.c.created_at, signing_key.c.kid)).all()
        return [(_record(row._mapping), row.sealed) for row in rows]  # noqa: SLF001  the public name of a row's columns

    def add(self, record: KeyRecord, sealed: bytes) -> None:
        """Insert a new key."""
        values = {column.name: getattr(record, column.name) for column in signing_key.c if column.name != "sealed"}
        with self.store.writing() as connection:
            connection.execute(insert(signing_key).values(**values, sealed=sealed))

    def change(self, kid: str, **values: Any) -> None:
        """Set columns of one key."""
        with self.store.writing() as connection:
            connection.execute(update(signing_key).where(signing_key.c.kid == kid).values(**values))


def _record(row: Any) -> KeyRecord:
    return KeyRecord(**cast("dict[str, Any]", {name: row[name] for name in row if name != "sealed"}))
