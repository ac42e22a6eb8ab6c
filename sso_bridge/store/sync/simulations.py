"""Re-organisations that somebody thought about: the rows until a worker has read them, the result for seven days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal
from uuid import uuid4

from sqlalchemy import Row, delete, insert, select, update

from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import Way, during, equals, narrowed
from sso_bridge.store.tables.configuration import simulation

KEPT = timedelta(days=7)
State = Literal["waiting", "done", "refused"]
COLUMNS = tuple(column for column in simulation.c if column.name != "body")
WAYS: Final[Mapping[str, Way]] = {
    "state": equals(simulation.c.state), "by": equals(simulation.c.by), **during(simulation.c.made_at),
}  # fmt: skip
NONE: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Simulation:
    """One of them, without its rows. `result` says what would change, `error` why nothing could be said."""

    id: int
    uuid: str
    by: str
    made_at: datetime
    until: datetime
    on: date
    source: str
    state: State
    result: Mapping[str, Any] | None
    error: str


class Simulations:
    """Simulations in the database. What is over is not found any more, also before it is deleted."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, body: bytes, *, by: str, on: date, source: str) -> Simulation:
        """Keep rows for a worker."""
        now, uuid = self._clock(), str(uuid4())
        row = {"uuid": uuid, "by": by, "made_at": now, "until": now + KEPT, "on": on, "source": source}
        with self._store.writing() as connection:
            connection.execute(delete(simulation).where(simulation.c.until <= now))
            connection.execute(insert(simulation).values(**row, state="waiting", body=body, error=""))
            found = self.get(uuid)
        if found is None:
            raise LookupError(uuid)
        return found

    def body(self, uuid: str) -> bytes | None:
        """Return the rows that wait, None when somebody has read them."""
        with self._store.reading() as connection:
            return connection.execute(select(simulation.c.body).where(simulation.c.uuid == uuid)).scalar()

    def finish(self, uuid: str, *, result: Mapping[str, Any] | None = None, error: str = "") -> None:
        """Write what came of it, and forget the rows."""
        state: State = "refused" if result is None else "done"
        values = {"state": state, "result": None if result is None else dict(result), "error": error, "body": None}
        with self._store.writing() as connection:
            connection.execute(update(simulation).where(simulation.c.uuid == uuid).values(**values))

    def get(self, uuid: str) -> Simulation | None:
        """Return one, or None."""
        query = select(*COLUMNS).where(simulation.c.uuid == uuid, simulation.c.until > self._clock())
        with self._store.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _simulation(row)

    def newest(self, limit: int, before: int | None = None, wanted: Mapping[str, Any] = NONE) -> tuple[Simulation, ...]:
        """Return those that are wanted, newest first."""
        query = narrowed(select(*COLUMNS).where(simulation.c.until > self._clock()), WAYS, wanted)
        if before is not None:
            query = query.where(simulation.c.id < before)
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(simulation.c.id.desc()).limit(limit))
            return tuple(map(_simulation, rows))

    def tidy(self) -> int:
        """Delete those that are over; return how many."""
        with self._store.writing() as connection:
            return connection.execute(delete(simulation).where(simulation.c.until <= self._clock())).rowcount


def _simulation(row: Row[*tuple[Any, ...]]) -> Simulation:
    return Simulation(
        row.id, row.uuid, row.by, row.made_at, row.until, row.on, row.source, row.state, row.result, row.error
    )
