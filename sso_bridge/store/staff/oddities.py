"""What is odd about the org chart of the day, kept so that it can be asked for: finding it walks the whole chart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from sqlalchemy import delete, func, select

from mappings.days import Day, home_day
from provisioners.sync.compose.oddities import Oddity, oddities
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import equals, narrowed
from sso_bridge.store.staff.correlation_keys import CorrelationKeys
from sso_bridge.store.staff.people import People
from sso_bridge.store.tables.organisation import oddity, oddity_look
from sso_bridge.store.upsert import insert_plain, upsert


@dataclass(frozen=True, slots=True)
class Looked:
    """The last look: at which state of the organisation, for which day, and how many oddities there were."""

    organisation: int
    on: date
    at: datetime
    count: int


class Oddities:
    """Oddities in the database. `today` tells the dates of this moment."""

    def __init__(self, store: Store, clock: Clock, today: Callable[[], Day]) -> None:
        self._store = store
        self._clock = clock
        self._today = today
        self._people = People(store, clock)
        self._keys = CorrelationKeys(clock)

    def look(self) -> Looked:
        """Find them again if the organisation or the day is another one than at the last look."""
        known = self.last()
        if known is not None and self.is_fresh(known):
            return known
        version, day = self._people.version(), self._today()
        odd = chain(oddities(day, self._people.everyone(), self._people.units()), self._too_common())
        found = [(place, one.what, one.who, one.detail) for place, one in enumerate(odd)]
        with self._store.writing() as connection:
            connection.execute(delete(oddity))
            insert_plain(connection, oddity, ("id", "what", "who", "detail"), found)
            looked = Looked(version, home_day(day), self._clock(), len(found))
            state = {"id": 1, "organisation": version, "on": looked.on, "at": looked.at}
            upsert(connection, oddity_look, state, keys=("id",))
        return looked

    def _too_common(self) -> Iterator[Oddity]:
        """Yield what rules of correlation could not tell: it is never silent that nobody was looked for."""
        with self._store.reading() as connection:
            found = self._keys.common(connection)
        for one in found:
            rules = ", ".join(one.rules) or "a rule"
            said = f"{rules}: equal in {one.rows:,} rows, which is too common to tell; nobody is found by it"
            yield Oddity("too_common", one.number, said)

    def last(self) -> Looked | None:
        """Return the last look; None before the first."""
        with self._store.reading() as connection:
            row = connection.execute(select(oddity_look)).one_or_none()
            count = connection.execute(select(func.count()).select_from(oddity)).scalar_one()
        return None if row is None else Looked(row.organisation, row.on, row.at, count)

    def is_fresh(self, look: Looked) -> bool:
        """Return whether nothing has changed since."""
        return (look.organisation, look.on) == (self._people.version(), home_day(self._today()))

    def page(self, limit: int, after: int | None = None, **wanted: str) -> list[tuple[int, Oddity]]:
        """Return so many oddities with their places: those of one kind (`what`), or of somebody (`who`)."""
        query = select(oddity).where(oddity.c.id > (-1 if after is None else after)).order_by(oddity.c.id).limit(limit)
        query = narrowed(query, {name: equals(oddity.c[name]) for name in ("what", "who")}, wanted)
        with self._store.reading() as connection:
            return [(row.id, Oddity(row.what, row.who, row.detail)) for row in connection.execute(query)]

    def all(self) -> Iterator[Oddity]:
        """Yield all of them."""
        with self._store.reading() as connection:
            for row in connection.execute(select(oddity).order_by(oddity.c.id)):
                yield Oddity(row.what, row.who, row.detail)

    def kinds(self) -> dict[str, int]:
        """Return how many there are of each kind."""
        query = select(oddity.c.what, func.count()).group_by(oddity.c.what).order_by(oddity.c.what)
        with self._store.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
