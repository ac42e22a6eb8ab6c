"""Workers leave a sign of life: who runs, when seen, doing what."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.ledger import worker
from sso_bridge.store.upsert import upsert

EVERY = timedelta(seconds=15)
FORGOTTEN = timedelta(days=1)
"""A worker that was killed is told for so long."""

MISSED = timedelta(minutes=5)
"""A worker that was not seen for so long is not running."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One worker, as it was last seen."""

    name: str
    began_at: datetime
    seen_at: datetime
    doing: str


class Presence:
    """The list of workers. One object serves one worker; looking at the list takes none."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._began: datetime | None = None
        self._written: tuple[datetime, str] | None = None

    def note(self, name: str, doing: str) -> None:
        """Write that this worker lives and what it does; at most once in a while, unless it does something else."""
        now = self._clock()
        if self._written is not None and self._written[1] == doing and now - self._written[0] < EVERY:
            return
        self._began = self._began or now
        row = {"name": name, "began_at": self._began, "seen_at": now, "doing": doing[:200]}
        with self._store.writing() as connection:
            upsert(connection, worker, row, keys=("name",))
            connection.execute(delete(worker).where(worker.c.seen_at < now - FORGOTTEN))
        self._written = (now, doing)

    def gone(self, name: str) -> None:
        """Take a worker off the list: it ended."""
        with self._store.writing() as connection:
            connection.execute(delete(worker).where(worker.c.name == name))

    def all(self) -> tuple[Seen, ...]:
        """Return the workers of the last day that did not end, the last seen first."""
        with self._store.reading() as connection:
            rows = connection.execute(select(worker).order_by(worker.c.seen_at.desc(), worker.c.name)).all()
        return tuple(Seen(row.name, row.began_at, row.seen_at, row.doing) for row in rows)

    def running(self) -> tuple[Seen, ...]:
        """Return the workers that were seen in the last five minutes."""
        now = self._clock()
        return tuple(one for one in self.all() if now - one.seen_at < MISSED)
