"""Who is another one than before: told by whoever writes to the staff register, for a sync of just these people."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from sqlalchemy import func, select

from mappings.days import Day
from mappings.facts import manager_basis
from mappings.people import Person
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.people import People
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.organisation import person, unit

MOST: Final = 200
"""More people than this are not told one by one: looking at everybody then costs hardly more, and asks less."""


@dataclass(frozen=True, slots=True)
class Touched:
    """Ids of ours: whose facts are other ones, and those of them of whom others may see it."""

    people: frozenset[int] = frozenset()
    seen: frozenset[int] = frozenset()

    @classmethod
    def read(cls, arguments: Mapping[str, Any]) -> Touched | None:
        """Return what the arguments of a job say, None when they name nobody."""
        if "people" not in arguments:
            return None
        return cls(frozenset(map(int, arguments["people"])), frozenset(map(int, arguments.get("seen", ()))))

    def arguments(self) -> dict[str, list[int]]:
        """Return it for the arguments of a job."""
        return {"people": sorted(self.people), "seen": sorted(self.seen)}

    def __or__(self, other: Touched) -> Touched:
        """Return both."""
        return Touched(self.people | other.people, self.seen | other.seen)


class Soon(Protocol):
    """Asks for a sync, in the open transaction."""

    def __call__(self, touched: Touched | None = None) -> None:
        """Ask for one of these people; of everybody when it is not known who is touched."""
        ...


def never(touched: Touched | None = None) -> None:
    """Ask for no sync: for what is looked at by itself, and tests."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Some rows with the people they are part of, and how far the units went."""

    rows: Mapping[int, Person]
    newest_unit: int


class Beholder:
    """Compares people before and after something was written, in the transaction of who writes."""

    def __init__(self, people: People) -> None:
        self._people = people

    def with_keys(self, source: str, keys: Collection[str] | None) -> Picture | None:
        """Return the people of a source with these numbers as they are; None when they are too many."""
        if keys is None or len(keys) > MOST:
            return None
        return self._picture(person.c.source == source, person.c.key.in_(sorted(keys)))

    def with_id(self, id_: int) -> Picture:
        """Return the person with our id."""
        return self._picture(person.c.id == id_)

    def between(self, before: Picture | None, after: Picture | None, day: Day) -> Touched | None:
        """Return who is another one; None when that cannot be told: too many people, or a unit that is new."""
        if before is None or after is None or before.newest_unit != after.newest_unit:
            return None
        people, seen = set[int](), set[int]()
        for id_ in before.rows.keys() | after.rows.keys():
            was, now = before.rows.get(id_), after.rows.get(id_)
            if was == now:
                continue
            people.add(id_)
            if was is None or now is None or manager_basis(was, day) != manager_basis(now, day):
                seen.add(id_)
        return Touched(frozenset(people), frozenset(seen))

    def _picture(self, *conditions: Any) -> Picture:
        with self._people.store.reading() as connection:
            ids = set(connection.execute(select(person.c.id).where(*conditions)).scalars())
            newest = connection.execute(select(func.max(unit.c.id))).scalar() or 0
        return Picture(self._people.some(ids | set(roots(self._people.store, ids).values())), newest)


def roots(store: Store, ids: Iterable[int]) -> dict[int, int]:
    """Return for each of these rows whose part it is; only for those that are part of somebody."""
    with store.reading() as connection:
        query = select(statement.c.person_id, statement.c.part_of).where(
            statement.c.person_id.in_(sorted(ids)), statement.c.part_of.is_not(None)
        )
        return {row.person_id: row.part_of for row in connection.execute(query)}
