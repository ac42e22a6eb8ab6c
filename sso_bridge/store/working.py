"""Who works here today, as HR says it at the moment of asking: what the gate of a rollout asks last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from sqlalchemy import select

from mappings.employment import active_on
from sso_bridge.store.engine import Store
from sso_bridge.store.people import COLUMNS, to_person
from sso_bridge.store.tables.organisation import person

CHUNK = 500


class WorkingToday:
    """Fulfils `provisioners.sync.rollout.gate.Working`; `today` is the day in the zone of HR's dates."""

    def __init__(self, store: Store, today: Callable[[], date]) -> None:
        self._store = store
        self._today = today

    def __call__(self, ids: Iterable[int]) -> frozenset[int]:
        """Return those of these people who work here; nobody we do not know does."""
        wanted, day = sorted(set(ids)), self._today()
        here: set[int] = set()
        with self._store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(*COLUMNS).where(person.c.id.in_(wanted[start : start + CHUNK]))
                here.update(row.id for row in connection.execute(query) if active_on(to_person(row), day))
        return frozenset(here)
