"""Insert-or-something, the one statement that the databases spell differently."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def insert_new(connection: Connection, table: Table, rows: Rows) -> int:
    """Insert the rows that clash with no unique key; return how many went in, where the driver can tell."""
    if not rows:
        return 0
    return connection.execute(_insert(connection.dialect.name, table).on_conflict_do_nothing(), rows).rowcount


def upsert(
    connection: Connection, table: Table, rows: Rows, *, keys: Iterable[str], change: Iterable[str] | None = None
) -> None:
    """Insert the rows; where the unique `keys` are taken, set the columns of `change` (default: all other columns)."""
    if not rows:
        return
    first = rows if isinstance(rows, Mapping) else rows[0]
    keys = tuple(keys)
    changed = tuple(change) if change is not None else tuple(name for name in first if name not in keys)
    connection.execute(_upsert(connection.dialect.name, table, keys, changed), rows)


@lru_cache(maxsize=256)
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], changed: tuple[str, ...]) -> Any:
    """Build each statement once: building one costs more than running it, and a sign-in runs two."""
    statement = _insert(dialect, table)
    excluded = {name: statement.excluded[name] for name in changed}
    return statement.on_conflict_do_update(index_elements=keys, set_=excluded)


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
