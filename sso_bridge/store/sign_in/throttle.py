"""Token buckets in the database, shared by all processes (LD-08, AD-10). Keys are kept as hashes: they hold names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from sso_bridge.login.ports import Limit
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.login import throttle_bucket as table
from sso_bridge.store.upsert import insert_new, upsert

_LOCK = (
    select(table)
    .where(table.c.key_hash.in_(bindparam("hashes", expanding=True)))
    .order_by(table.c.key_hash)
    .with_for_update()
)


@dataclass(frozen=True, slots=True)
class _Level:
    limit: Limit
    key_hash: bytes
    tokens: float


class Throttle:
    """Fulfils `login.ports.Throttle`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def take(self, limits: Iterable[Limit], now: datetime) -> int:
        """Take one from each; 0 when all had one, otherwise nothing is taken and the seconds to wait."""
        with self.store.writing() as connection:
            levels = self._levels(connection, limits, now)
            waits = [(1 - level.tokens) * level.limit.seconds_each for level in levels if level.tokens < 1]
            if waits:
                return max(1, ceil(max(waits)))
            self._keep(connection, levels, -1, now)
        return 0

    def give_back(self, limits: Iterable[Limit], now: datetime) -> None:
        """Put one back into each."""
        with self.store.writing() as connection:
            self._keep(connection, self._levels(connection, limits, now), 1, now)

    def first(self, keys: Iterable[str], now: datetime, until: datetime) -> bool:
        """Return whether none of these was ever seen; all of them are empty buckets until that moment."""
        rows = [
            {"key_hash": _hash(key), "tokens": 0.0, "filled_at": now, "full_at": until} for key in sorted(set(keys))
        ]
        with self.store.writing() as connection:
            return insert_new(connection, table, rows) == len(rows)

    def forget(self, now: datetime) -> int:
        """Delete buckets that are full again; how many."""
        with self.store.writing() as connection:
            return connection.execute(delete(table).where(table.c.full_at < now)).rowcount

    def _levels(self, connection: Connection, limits: Iterable[Limit], now: datetime) -> list[_Level]:
        """Return how full each bucket is now; they are ours until the transaction ends, in one order for everybody."""
        by_hash = {_hash(limit.key): limit for limit in limits}
        ordered = sorted(by_hash.items())
        fresh: list[dict[str, Any]] = [
            {"key_hash": key, "tokens": float(limit.burst), "filled_at": now, "full_at": now} for key, limit in ordered
        ]
        if insert_new(connection, table, fresh) == len(fresh):  # nobody else has any of them: all are full, and ours
            return [_Level(limit, key, float(limit.burst)) for key, limit in ordered]
        rows = connection.execute(_LOCK, {"hashes": list(by_hash)}).all()
        return [
            _Level(limit, row.key_hash, _filled(limit, row.tokens, row.filled_at, now))
            for row in rows
            for limit in (by_hash[row.key_hash],)
        ]

    @staticmethod
    def _keep(connection: Connection, levels: list[_Level], change: int, now: datetime) -> None:
        rows = []
        for level in levels:
            tokens = min(float(level.limit.burst), level.tokens + change)
            full = now + timedelta(seconds=(level.limit.burst - tokens) * level.limit.seconds_each)
            rows.append({"key_hash": level.key_hash, "tokens": tokens, "filled_at": now, "full_at": full})
        upsert(connection, table, rows, keys=("key_hash",))


def _hash(key: str) -> bytes:
    return sha256(key.encode("utf-8", "replace")).digest()


def _filled(limit: Limit, tokens: float, filled_at: datetime, now: datetime) -> float:
    passed = max(0.0, (now - filled_at).total_seconds())
    return min(float(limit.burst), tokens + passed / limit.seconds_each)
