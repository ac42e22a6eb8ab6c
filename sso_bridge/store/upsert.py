"""Insert-or-something, the one statement that the databases spell differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def insert_new(connection: Connection, table: Table, rows: Rows) -> int:
    """Insert the rows that clash with no unique key; return how many went in, where the driver can tell."""
    if not rows:
        return 0
    return connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows).rowcount


def upsert(
    connection: Connection, table: Table, rows: Rows, *, keys: Iterable[str], change: Iterable[str] | None = None
) -> None:
    """Insert the rows; where the unique `keys` are taken, set the columns of `change` (default: all other columns)."""
    if not rows:
        return
    first = rows if isinstance(rows, Mapping) else rows[0]
    keys = tuple(keys)
    changed = tuple(change) if change is not None else tuple(name for name in first if name not in keys)
    statement = _insert(connection, table)
    excluded = {name: statement.excluded[name] for name in changed}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=excluded), rows)


def _insert(connection: Connection, table: Table) -> Any:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
