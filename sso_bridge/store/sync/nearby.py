"""A few people among a million, and what is known of them on platforms (`provisioners.sync.compose.near.Nearby`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Column, LargeBinary, func, literal, or_, select

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.people import Person
from provisioners.ports import GroupShadow
from provisioners.sync.compose.chart import inside
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.people import People, StoredChart, StoredPerson
from sso_bridge.store.sync.shadows import StoredShadows, packed
from sso_bridge.store.tables.organisation import unit
from sso_bridge.store.tables.sync import group_shadow as groups

COLUMNS = (groups.c.members, groups.c.owners)


class StoredNearby:
    """Reads what is asked for, and never everybody."""

    def __init__(self, people: People, store: Store, clock: Clock) -> None:
        self._people = people
        self._store = store
        self._clock = clock

    def stated(self, ids: frozenset[int]) -> Iterable[StoredPerson]:
        """Return the rows with these ids of ours in their order, nothing for nobody."""
        return (row for id_ in sorted(ids) for row in self._people.everyone(id_))

    def day(self, on: Day) -> OrgChart:
        """Return the org chart of a day, read as it is asked for."""
        return StoredChart(self._people, on)

    def by_id(self, id_: int) -> Person | None:
        """Return the person with our id, or None."""
        return self._people.by_id(id_)

    def by_uuid(self, uuid: str) -> Person | None:
        """Return the person with our public id, or None."""
        return self._people.by_uuid(uuid)

    def led_by(self, key: str) -> list[str]:
        """Return the keys of the units that ever have this person as head or deputy."""
        leads = or_(*(unit.c.facts[role].as_string() == key for role in ("head", "deputy")))
        with self._store.reading() as connection:
            return list(connection.execute(select(unit.c.key).where(leads).distinct()).scalars())

    def below(self, keys: Iterable[str]) -> set[str]:
        """Return the keys of the units that ever were inside these, on any level."""
        if not (above := set(keys)):
            return set()
        with self._store.reading() as connection:
            rows = connection.execute(select(unit.c.key, unit.c.facts["parent"].as_string()))
            return inside(above, ((key, parent) for key, parent in rows if parent))

    def shadows(self, ids: frozenset[int]) -> NearShadows:
        """Return what is known of the platforms, but of states and groups only those of these people."""
        return NearShadows(self._store, self._clock, ids)


class NearShadows(StoredShadows):
    """What is known of the platforms; `states` and `groups` give only what is about a few people."""

    def __init__(self, store: Store, clock: Clock, ids: frozenset[int]) -> None:
        super().__init__(store, clock)
        self._ids = ids

    def states(self, platform: str) -> Iterator[tuple[int, str, str, str]]:
        """Yield person id, fingerprint, state and management of these people's accounts."""
        for each in self.some(platform, self._ids).values():
            yield each.person_id, each.fingerprint, each.state, each.management

    def groups(self, platform: str) -> Iterator[GroupShadow]:
        """Yield the groups in which one of them is a member or an owner, by key."""
        with self.store.reading() as connection:
            dialect = connection.dialect.name
            places = ((column, packed([each])) for each in sorted(self._ids) for column in COLUMNS)
            among = or_(*(_holds(dialect, column, sought) for column, sought in places))
            query = select(groups.c.key).where(groups.c.platform == platform, among).order_by(groups.c.key)
            keys = connection.execute(query).scalars().all()
        for key in keys:
            found = self.group(platform, key)
            if found is not None and self._ids & (found.members | found.owners):  # bytes may also meet across two ids
                yield found


def _holds(dialect: str, column: Column[Any], id_: bytes) -> Any:
    """Return the condition that these bytes are somewhere in a column; the databases spell it differently."""
    sought = literal(id_, LargeBinary)
    return func.position(sought.op("IN")(column)) > 0 if dialect == "postgresql" else func.instr(column, sought) > 0
