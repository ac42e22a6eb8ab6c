"""One way to open the database and one way to be in a transaction.

SQLite begins in deferred mode and fails at the first write when somebody else wrote meanwhile; therefore writing
starts with BEGIN IMMEDIATE here, with a busy timeout, in WAL mode.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection, Engine, create_engine, event, make_url

if TYPE_CHECKING:
    import sqlite3

    from sqlalchemy.pool import PoolProxiedConnection

BUSY_SECONDS = 30
_BEGIN = "sso_bridge_begin"
POOL = 64
"""One connection for each thread that a process may have; they are opened when needed."""


class Store:
    """The open database. Transactions nest: an inner one joins the outer one and is kept or lost with it."""

    def __init__(self, url: str) -> None:
        self.engine = open_engine(url)
        self._open: ContextVar[Connection | None] = ContextVar("open_transaction", default=None)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection inside a read-write transaction; commit at the end, roll back on any exception."""
        outer = self._open.get()
        if outer is not None:
            yield outer
            return
        with self.engine.connect() as connection:
            connection.info[_BEGIN] = "BEGIN IMMEDIATE"
            with connection.begin():
                token = self._open.set(connection)
                try:
                    yield connection
                finally:
                    self._open.reset(token)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection to read with: the open transaction when there is one, a short one of its own otherwise."""
        outer = self._open.get()
        if outer is not None:
            yield outer
            return
        with self.engine.connect() as connection:
            yield connection

    def open_transaction(self) -> Connection | None:
        """Return the connection of the read-write transaction that this thread is in; None outside of one."""
        return self._open.get()

    def ping(self) -> None:
        """Ask the database something small; raise the driver's error when it does not answer."""
        with self.reading() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close all pooled connections; call it before a fork as well."""
        self.engine.dispose()


def open_engine(url: str) -> Engine:
    """Return an engine for a `sqlite:///` or `postgresql://` address with the settings that make both behave alike."""
    address = make_url(url)
    if address.get_backend_name() == "postgresql":
        return create_engine(
            address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True, pool_size=POOL
        )
    engine = create_engine(address, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True, pool_size=POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    # No listener for "begin": one listener on an engine makes every statement a fifth dearer.
    engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign]
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(dbapi_connection: PoolProxiedConnection) -> None:
    """Begin as `writing` said; a reader's BEGIN waits for nobody."""
    how = dbapi_connection.info.pop(_BEGIN, "BEGIN")
    cast("sqlite3.Connection", dbapi_connection.driver_connection).execute(how)
