"""People as HR last stated them: look-ups for sign-in, one stream for the sync.

Somebody who is gone keeps the row and the key for ever (ID-04) and is returned with status `gone`, so that no rule
takes a tombstone for a colleague. Ids from outside (HR keys) and ours never mix: each look-up names its kind (ID-03).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from sys import intern
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Text, bindparam, cast, func, select

from mappings.chart import OrgChart
from mappings.days import Day, home_day
from mappings.people import EXTERNAL_MARK, Person, Unit
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import person_from, unit_from
from sso_bridge.store.staff.group_names import GroupNames, all_names, names_for
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.organisation import organisation, person, unit

COLUMNS = (person.c.id, person.c.uuid, person.c.source, person.c.key, person.c.facts, person.c.gone_on)
_BY_ID = select(*COLUMNS).where(person.c.id == bindparam("id"))
_BY_UUID = select(*COLUMNS).where(person.c.uuid == bindparam("uuid"))
_BY_KEY = select(*COLUMNS).where(person.c.source == bindparam("source"), person.c.key == bindparam("key"))
_VERSION = select(organisation.c.version)
_WHOSE_KEY = (
    select(func.coalesce(statement.c.part_of, person.c.id))
    .distinct()
    .outerjoin_from(person, statement, statement.c.person_id == person.c.id)
    .where(person.c.key == bindparam("key"))
    .limit(2)
)
_IS_OWN = person.c.id.not_in(select(statement.c.person_id).where(statement.c.part_of.is_not(None)))
"""The row is not part of another person."""

_IN_GROUPS = '"source_groups"'
KEPT_DAYS = 31
CHUNK = 500


class People:
    """The staff register. Safe for several threads."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock
        self._charts: tuple[int, dict[Day, StoredChart]] = (-1, {})

    def by_id(self, id_: int) -> Person | None:
        """Return the person with our dense id."""
        return self._one(_BY_ID, id=id_)

    def by_uuid(self, uuid: str) -> Person | None:
        """Return the person with our public id; a text that is no UUID names nobody."""
        try:
            canonical = str(UUID(uuid))
        except (ValueError, TypeError, AttributeError):
            return None
        return self._one(_BY_UUID, uuid=canonical)

    def by_key(self, source: str, key: str) -> Person | None:
        """Return the person with this number at this HR source; exact bytes, no folding (ID-02)."""
        return self._one(_BY_KEY, source=source, key=key)

    def by_any_key(self, key: str) -> Person | None:
        """Return the person with this HR number at any source; None when two sources both have one: no guessing."""
        with self.store.reading() as connection:
            found = connection.execute(_WHOSE_KEY, {"key": key}).scalars().all()
        return self.by_id(found[0]) if len(found) == 1 else None

    def stated_with_key(self, key: str) -> tuple[Person, ...]:
        """Return the people whom HR sources know by this number, two at most: one is certainty, two are a doubt.

        The number of a row that is part of another person is a doubt, too: the row and the person are returned.
        """
        found = self._stated(person.c.key == key, _IS_OWN)
        if found or not (parts := self._stated(person.c.key == key)):
            return found
        owner = self.by_any_key(key)
        return (*parts[:1], owner) if owner else parts

    def stated_with_mail(self, mail: str) -> tuple[Person, ...]:
        """Return the people with this mail address at HR sources, leavers too, two at most; case does not matter."""
        found = self._stated(func.lower(person.c.facts["email"].as_string()) == mail.lower(), _IS_OWN)
        return tuple(one for one in found if one.email.lower() == mail.lower())

    def some(self, ids: Iterable[int]) -> dict[int, Person]:
        """Return those of these people whom we know."""
        wanted = sorted(set(ids))
        found: dict[int, Person] = {}
        with self.store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(*COLUMNS).where(person.c.id.in_(wanted[start : start + CHUNK]))
                found.update((one.id, one) for one in to_people(connection, connection.execute(query).all()))
        return found

    def all(self) -> Iterator[Person]:
        """Yield everybody in the order of our ids, also those who are gone."""
        with self.store.reading() as connection:
            query = select(*COLUMNS).order_by(person.c.id).execution_options(yield_per=2000)
            names = all_names(connection)
            with connection.execute(query) as rows:
                for row in rows:
                    yield to_person(row, names)

    def beyond(self, id_: int, limit: int) -> list[Person]:
        """Return so many people whose id of ours is above this one, in order, also those who are gone."""
        query = select(*COLUMNS).where(person.c.id > id_).order_by(person.c.id).limit(limit)
        with self.store.reading() as connection:
            return to_people(connection, connection.execute(query).all())

    def everyone(self, only: int = 0) -> Iterator[StoredPerson]:
        """Yield everybody in the order of our ids, facts unread, or `only` the row with that id; the sync's reading."""
        columns = (person.c.id, person.c.uuid, person.c.source, person.c.key, cast(person.c.facts, Text))
        query = select(*columns, person.c.digest, person.c.gone_on, statement.c.part_of).order_by(person.c.id)
        query = query.outerjoin_from(person, statement, statement.c.person_id == person.c.id)
        query = (query.where(person.c.id == only) if only else query).execution_options(yield_per=5000)
        with self.store.reading() as connection:
            names = names_for(connection, _groups_of(connection, only)) if only else all_names(connection)
            with connection.execute(query) as rows:
                for row in rows:
                    yield StoredPerson(*row, names=names)

    def units(self) -> Iterator[Unit]:
        """Yield every dated row of every unit, by key and date."""
        with self.store.reading() as connection:
            query = select(unit.c.key, unit.c.facts).order_by(unit.c.key, unit.c.valid_from)
            for row in connection.execute(query):
                yield unit_from(row.facts, row.key)

    def __len__(self) -> int:
        """Return how many people there are, those who are gone included."""
        with self.store.reading() as connection:
            return connection.execute(select(func.count()).select_from(person)).scalar() or 0

    def version(self) -> int:
        """Return the number of the organisation: it grows with every accepted change."""
        with self.store.reading() as connection:
            return connection.execute(_VERSION).scalar() or 0

    def chart(self, on: Day | None = None) -> OrgChart:
        """Return the org chart of that day, today without one; reads only what is asked for."""
        day = on or self.clock().date()
        version = self.version()
        known, charts = self._charts
        if known != version or len(charts) > KEPT_DAYS:
            charts = {}
            self._charts = (version, charts)
        return charts.setdefault(day, StoredChart(self, day))

    def units_with_key(self, key: str) -> tuple[Unit, ...]:
        """Return all dated rows of one unit."""
        with self.store.reading() as connection:
            query = select(unit.c.facts).where(unit.c.key == key).order_by(unit.c.valid_from)
            return tuple(unit_from(facts, key) for facts in connection.execute(query).scalars())

    def _stated(self, *conditions: ColumnElement[bool]) -> tuple[Person, ...]:
        """Return two at most, without the people that only a workplace knows."""
        query = select(*COLUMNS).where(*conditions, person.c.source.not_like(f"{EXTERNAL_MARK}%")).limit(2)
        with self.store.reading() as connection:
            return tuple(to_people(connection, connection.execute(query).all()))

    def _one(self, query: Select[*tuple[Any, ...]], **wanted: object) -> Person | None:
        with self.store.reading() as connection:
            row = connection.execute(query, wanted).first()
            return None if row is None else to_people(connection, [row])[0]


class StoredPerson:
    """Somebody as the row says (`provisioners.ports.Stated`); the facts are read when the person is asked for.

    The names of groups are part of the digest and not of the row: a group is renamed without touching its members.
    """

    __slots__ = ("_facts", "_gone_on", "_names", "_source", "digest", "id", "key", "part_of", "uuid")

    def __init__(
        self,
        id_: int,
        uuid: str,
        source: str,
        key: str,
        facts: str,
        digest: bytes,
        gone_on: date | None,
        part_of: int | None = None,
        *,
        names: GroupNames,
    ) -> None:
        self.id, self.uuid, self.key, self.part_of = id_, uuid, key, part_of or 0
        self.digest = digest if gone_on is None else blake2b(f"{gone_on}".encode() + digest, digest_size=8).digest()
        if groups := _groups_in(facts):
            said = "\0".join(names.of(groups))
            self.digest = blake2b(said.encode("utf-8", "surrogatepass") + self.digest, digest_size=8).digest()
        self._source, self._facts, self._gone_on, self._names = intern(source), facts, gone_on, names

    def person(self) -> Person:
        """Return the person, made anew."""
        found = person_from(json.loads(self._facts), id=self.id, uuid=self.uuid, source=self._source, key=self.key)
        return as_gone(self._names.told(found), self._gone_on)


class StoredChart:
    """One day of the org chart, read from the store as it is asked for (`mappings.chart.OrgChart`)."""

    def __init__(self, people: People, on: Day) -> None:
        self._people = people
        self._days = on
        self._on = home_day(on)
        self._persons: dict[str, Person | None] = {}
        self._units: dict[str, Unit | None] = {}

    @property
    def on(self) -> date:
        """Return the day this chart shows, for units."""
        return self._on

    @property
    def days(self) -> Day:
        """Return the same day as it is for each person."""
        return self._days

    def person(self, key: str) -> Person | None:
        """Return the person with this HR key, or None."""
        if key not in self._persons:
            self._persons[key] = self._people.by_any_key(key) if key else None
        return self._persons[key]

    def unit(self, key: str) -> Unit | None:
        """Return the unit with this key as it stands that day, or None."""
        if key not in self._units:
            rows = self._people.units_with_key(key) if key else ()
            now = [row for row in reversed(rows) if holds(row, self._on)]
            self._units[key] = max(now, key=lambda row: row.valid_from or date.min, default=None)
        return self._units[key]


def holds(row: Unit, day: date) -> bool:
    """Return whether this row of the unit is the one of that day."""
    return (row.valid_from is None or row.valid_from <= day) and (row.valid_to is None or day <= row.valid_to)


def to_person(row: Row[*tuple[Any, ...]], names: GroupNames) -> Person:
    """Return the person of a row of `COLUMNS`, in the groups that have these names."""
    found = person_from(row.facts, id=row.id, uuid=row.uuid, source=row.source, key=row.key)
    return as_gone(names.told(found), row.gone_on)


def to_people(connection: Connection, rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Person]:
    """Return the people of some rows of `COLUMNS`, with the names of their groups."""
    names = names_for(connection, (uuid for row in rows for uuid in row.facts.get("source_groups", ())))
    return [to_person(row, names) for row in rows]


def _groups_in(facts: str) -> list[str]:
    """Return the ids of the groups from the text of facts, of which nothing else is read."""
    start = facts.find(_IN_GROUPS)
    if start < 0:
        return []
    start = facts.index("[", start)
    return list(json.loads(facts[start : facts.index("]", start) + 1]))


def _groups_of(connection: Connection, id_: int) -> list[str]:
    facts = connection.execute(select(person.c.facts).where(person.c.id == id_)).scalar()
    return list((facts or {}).get("source_groups", ()))


def as_gone(found: Person, gone_on: date | None) -> Person:
    """Return the person with status `gone` when that day is given."""
    return found if gone_on is None else replace(found, status="gone", leaves_on=found.leaves_on or gone_on)
