"""How far was read: the audit, the drafts, and who worked here; one row that one worker at a time moves on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, RowMapping, delete, func, select, update

from sso_bridge.store.tables.configuration import configuration_revision as revision
from sso_bridge.store.tables.webhooks import webhook_reading as table
from sso_bridge.store.upsert import insert_new

ROW = 1


def locked(connection: Connection, end: int) -> RowMapping | None:
    """Return how far was read; None when it begins now, with what happens after this moment."""
    query = select(table).where(table.c.id == ROW).with_for_update()
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        draft = connection.execute(select(func.max(revision.c.id))).scalar() or 0
        insert_new(connection, table, {"id": ROW, "audit": end, "draft": draft, "people": None, "seen": ""})
    return row


def move(connection: Connection, **values: Any) -> None:
    """Keep how far was read."""
    connection.execute(update(table).where(table.c.id == ROW).values(**values))


def forget(connection: Connection) -> None:
    """Begin anew with what happens then, when somebody subscribes again."""
    connection.execute(delete(table).where(table.c.id == ROW))
