"""Makes the database forget what it only gave up: deleted rows stay in free pages and journals until then."""

from __future__ import annotations

from sso_bridge.store.engine import Store


def clean(store: Store) -> bool:
    """Rewrite what was given up; False when somebody read meanwhile and a journal still holds it: try again.

    PostgreSQL gives the room free and fills it again by and by; SQLite writes the whole file anew.
    """
    if store.engine.dialect.name != "sqlite":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM")
        return True
    held = store.engine.raw_connection()
    try:
        cursor = held.cursor()  # not by the engine's connection, which always begins a transaction
        cursor.execute("VACUUM")
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        cursor.close()
    finally:
        held.close()
    return not busy
