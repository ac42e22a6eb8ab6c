"""Makes the database forget what it only gave up: deleted rows stay in free pages and journals until then."""

from __future__ import annotations

import sqlite3

from sso_bridge.store.engine import BUSY_SECONDS, Store

PATIENCE = 2000
"""Milliseconds to wait for others; whoever asked tries again later."""


def clean(store: Store) -> bool:
    """Rewrite what was given up; False when somebody used it meanwhile and a journal still holds it: try again.

    PostgreSQL gives the room free and fills it again by and by; SQLite writes the whole file anew.
    """
    if store.engine.dialect.name != "sqlite":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return True
    held = store.engine.raw_connection()  # not the engine's connection, which always begins a transaction
    cursor = held.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE}")
        cursor.execute("VACUUM")
        return not cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.OperationalError:
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
        cursor.close()
        held.close()
