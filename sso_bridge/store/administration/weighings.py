"""What a content of the configuration would do to whom, kept for an hour once somebody has looked at everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, select, update

from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.configuration import configuration_weighing as weighing
from sso_bridge.store.upsert import upsert

GOOD_FOR = timedelta(hours=1)
"""Then somebody looks again: people have moved meanwhile."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """One look at everybody. `result` is None while it goes on; `looked` says how many people were looked at so far."""

    looked: int
    result: Mapping[str, Any] | None
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What is looked at: a content, after which revision, for which state of the organisation and day."""

    base: int
    digest: str
    organisation: int
    on: date


class Weighings:
    """Looks in the database, by the content and the revision it would come after, for one day."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(self, base: int, digest: str, on: date) -> Weighing | None:
        """Return the newest look of the last hour; one that is done before one that is not."""
        query = select(weighing.c.looked, weighing.c.result, weighing.c.made_at).where(
            weighing.c.base == base,
            weighing.c.digest == digest,
            weighing.c.on == on,
            weighing.c.made_at > self._clock() - GOOD_FOR,
        )
        with self._store.reading() as connection:
            found = [Weighing(*row) for row in connection.execute(query.order_by(weighing.c.id.desc()))]
        return next((one for one in found if one.result is not None), found[0] if found else None)

    def note(self, look: Look, looked: int) -> None:
        """Write how far a look has come."""
        key = asdict(look)
        row = {**key, "looked": looked, "result": None, "made_at": self._clock()}
        with self._store.writing() as connection:
            upsert(connection, weighing, row, keys=tuple(key))

    def keep(self, look: Look, looked: int, result: Mapping[str, Any]) -> None:
        """Write what came of it, and forget the looks that are no longer good."""
        mine = and_(*(weighing.c[name] == value for name, value in asdict(look).items()))
        with self._store.writing() as connection:
            self.note(look, looked)
            connection.execute(update(weighing).where(mine).values(result=dict(result)))
            connection.execute(delete(weighing).where(weighing.c.made_at <= self._clock() - GOOD_FOR))
