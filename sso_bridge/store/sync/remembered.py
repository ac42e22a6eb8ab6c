"""What was derived for whom, so that only changed people are evaluated again (`provisioners.ports.Remembered`)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.sync import derived
from sso_bridge.store.upsert import upsert


class StoredDerivations:
    """Derived blocks in the database; deleting them all costs time, never correctness."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def blocks(self, platform: str, rules: str) -> Mapping[int, bytes]:
        """Return all blocks that were derived with these rules."""
        query = select(derived.c.block, derived.c.body).where(derived.c.platform == platform, derived.c.rules == rules)
        with self.store.reading() as connection:
            return {row.block: row.body for row in connection.execute(query)}

    def keep(self, platform: str, rules: str, blocks: Mapping[int, bytes]) -> None:
        """Insert or replace these blocks; those of other rules go."""
        rows = [{"platform": platform, "block": block, "rules": rules, "body": body} for block, body in blocks.items()]
        with self.store.writing() as connection:
            connection.execute(delete(derived).where(derived.c.platform == platform, derived.c.rules != rules))
            upsert(connection, derived, rows, keys=("platform", "block"))
