"""Insert-or-something, the one statement that the databases spell differently."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, Connection, Table, and_
from sqlalchemy.dialects import postgresql, sqlite

Rows = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def insert_new(connection: Connection, table: Table, rows: Rows) -> int:
    """Insert the rows that clash with no unique key; return how many went in.

    Surprise: unless asked to, SQLAlchemy does not keep what psycopg says of the rows of an INSERT, and tells -1.
    """
    if not rows:
        return 0
    statement = _insert_new(connection.dialect.name, table)
    return connection.execute(statement, rows, execution_options={"preserve_rowcount": True}).rowcount


def upsert(
    connection: Connection,
    table: Table,
    rows: Rows,
    *,
    keys: Iterable[str],
    change: Iterable[str] | None = None,
    same: Iterable[str] = (),
) -> None:
    """Insert the rows; where the unique `keys` are taken, set the columns of `change` (default: all other columns).

    A row that differs in a column of `same` is another thing under the same key, and stays as it is.
    """
    if not rows:
        return
    first = rows if isinstance(rows, Mapping) else rows[0]
    keys = tuple(keys)
    changed = tuple(change) if change is not None else tuple(name for name in first if name not in keys)
    connection.execute(_upsert(connection.dialect.name, table, keys, changed, tuple(same)), rows)


@lru_cache(maxsize=64)
def _insert_new(dialect: str, table: Table) -> Any:
    """Build each statement once: building one costs more than running it, and a sign-in runs several."""
    return _insert(dialect, table).on_conflict_do_nothing()


@lru_cache(maxsize=256)
def _upsert(dialect: str, table: Table, keys: tuple[str, ...], changed: tuple[str, ...], same: tuple[str, ...]) -> Any:
    """Build each statement once, as above."""
    statement = _insert(dialect, table)
    excluded = {name: statement.excluded[name] for name in changed}
    equal = and_(*(table.c[name] == statement.excluded[name] for name in same)) if same else None
    return statement.on_conflict_do_update(index_elements=keys, set_=excluded, where=equal)


def insert_plain(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows in the order of `columns`, as fast as the driver can: values as it wants them (`as_stored`)."""
    if rows:
        connection.exec_driver_sql(_plain(connection.dialect.name, table, columns), list(rows))


def update_plain(
    connection: Connection, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set these columns of many rows as fast as the driver can; each row ends with its id."""
    if rows:
        mark = _mark(connection.dialect.name)
        names = ", ".join(f'"{name}" = {mark}' for name in columns)
        connection.exec_driver_sql(f'UPDATE "{table.name}" SET {names} WHERE "id" = {mark}', list(rows))  # noqa: S608 - our names


def as_stored(connection: Connection, column: Column[Any]) -> Callable[[Any], Any]:
    """Return what makes of a value of this column what the driver wants, for the plain statements."""
    made = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return made or (lambda value: value)


@lru_cache(maxsize=32)
def _plain(dialect: str, table: Table, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    marks = ", ".join(_mark(dialect) for _ in columns)
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - our names


def _mark(dialect: str) -> str:
    return "%s" if dialect == "postgresql" else "?"


def _insert(dialect: str, table: Table) -> Any:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
