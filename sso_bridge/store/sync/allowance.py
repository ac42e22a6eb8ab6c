"""The token bucket of each platform, shared by all workers (see `provisioners.sync.rollout.limiter`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from provisioners.sync.rollout import limiter
from provisioners.sync.rollout.limiter import Bucket, Grant
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.ledger import allowance


class Allowance:
    """Fulfils `Limiter`. The row is locked from reading to writing, so no call is granted twice."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def take(self, platform: str, wanted: int, rate: float) -> Grant:
        """Take up to `wanted` calls."""
        with self._store.writing() as connection:
            now = self._clock()
            bucket, grant = limiter.take(self._locked(connection, platform, rate, now), wanted, rate, now)
            if grant.calls:
                _keep(connection, platform, bucket)
            return grant

    def pause(self, platform: str, until: datetime) -> None:
        """Grant nothing before `until`."""
        with self._store.writing() as connection:
            bucket = self._locked(connection, platform, 1.0, self._clock())
            _keep(connection, platform, limiter.pause(bucket, until))

    def shut(self, platform: str) -> float:
        """Return for how many seconds from now the platform wants no call at all."""
        with self._store.reading() as connection:
            query = select(allowance.c.paused_until).where(allowance.c.platform == platform)
            until = connection.execute(query).scalar_one_or_none()
        return 0.0 if until is None else max(0.0, (until - self._clock()).total_seconds())

    def _locked(self, connection: Connection, platform: str, rate: float, now: datetime) -> Bucket:
        query = select(allowance).where(allowance.c.platform == platform).with_for_update()
        row = connection.execute(query).one_or_none()
        if row is None:
            try:
                with connection.begin_nested():
                    start = limiter.full(rate, now)
                    connection.execute(
                        insert(allowance).values(platform=platform, tokens=start.tokens, counted_at=start.counted_at)
                    )
            except IntegrityError:  # another worker made it at this very moment
                pass
            row = connection.execute(query).one()
        return Bucket(row.tokens, row.counted_at, row.paused_until)


def _keep(connection: Connection, platform: str, bucket: Bucket) -> None:
    connection.execute(
        update(allowance)
        .where(allowance.c.platform == platform)
        .values(tokens=bucket.tokens, counted_at=bucket.counted_at, paused_until=bucket.paused_until)
    )
