"""Pages of people, for administrators who look for somebody. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from mappings.days import Day, home_day
from mappings.people import Person
from sso_bridge.store.narrowing import Way, equals, narrowed
from sso_bridge.store.staff.facts import unit_from
from sso_bridge.store.staff.people import People, holds
from sso_bridge.store.tables.login import link
from sso_bridge.store.tables.organisation import person, unit

MOST_WORDS = 5
SEARCHED: Final = ("email", "username", "given_name", "preferred_name", "name_prefix", "family_name", "partner_name")
_GONE: Final[Mapping[str, ColumnElement[bool]]] = {
    "active": person.c.gone_on.is_(None), "gone": person.c.gone_on.is_not(None),
}  # fmt: skip
"""What SQL can say of a state; of the others nothing, as it is another day for each person."""


def _state(name: str) -> ColumnElement[bool]:
    return _GONE.get(name, person.c.id > 0)


def _words(text: str) -> ColumnElement[bool]:
    """Return whether number, address, login or name hold each of the words."""
    said = (person.c.key, *(person.c.facts[name].as_string() for name in SEARCHED))
    words = text.lower().split()[:MOST_WORDS]
    found = (or_(*(func.lower(one).contains(word, autoescape=True) for one in said)) for word in words)
    return and_(person.c.id > 0, *found)


WAYS: Final[Mapping[str, Way]] = {
    "q": _words, "state": _state, "source": equals(person.c.source), "number": equals(person.c.key),
    "mail": lambda text: func.lower(person.c.facts["email"].as_string()) == text.lower(),
    "workplace": lambda name: person.c.id.in_(select(link.c.person_id).where(link.c.workplace == name)),
}  # fmt: skip


class PeopleList:
    """Answers in the order of our ids."""

    def __init__(self, people: People) -> None:
        self._people, self._store = people, people.store

    def page(
        self, limit: int, after: int, wanted: Mapping[str, Any], units: Collection[str] | None = None
    ) -> list[Person]:
        """Return people behind this id whom all filters let through, and who ever have a job in one of the units.

        What depends on the day somebody has is for the caller to look at: the state, and which of the jobs counts.
        """
        with self._store.reading() as connection:
            ids = [row[0] for row in connection.execute(self.query(limit, after, wanted, units))]
            found = self._people.some(ids)
        return [found[one] for one in ids if one in found]

    def query(
        self, limit: int, after: int, wanted: Mapping[str, Any], units: Collection[str] | None = None
    ) -> Select[int]:
        """Return the question for the ids of such a page."""
        query = narrowed(select(person.c.id).where(person.c.id > after), WAYS, wanted)
        if units is not None:
            query = query.where(self._works_in(units))
        return query.order_by(person.c.id).limit(limit)

    def below(self, key: str, on: Day) -> frozenset[str]:
        """Return the unit and all that is below it on that day."""
        day, children = home_day(on), dict[str, list[str]]()
        with self._store.reading() as connection:
            for row in connection.execute(select(unit.c.key, unit.c.facts)):
                stated = unit_from(row.facts, row.key)
                if holds(stated, day):
                    children.setdefault(stated.parent, []).append(stated.key)
        found, waiting = {key}, [key]
        while waiting:
            new = [one for one in children.get(waiting.pop(), ()) if one not in found]
            found.update(new)
            waiting += new
        return frozenset(found)

    def _works_in(self, units: Collection[str]) -> ColumnElement[bool]:
        """Return whether one of the jobs is in one of the units; the databases take lists in JSON apart differently."""
        if self._store.engine.dialect.name == "postgresql":
            jobs = func.jsonb_array_elements(person.c.facts["assignments"]).table_valued("value").render_derived()
            of_job = func.jsonb_extract_path_text(jobs.c.value, "unit")
        else:
            jobs = func.json_each(person.c.facts, "$.assignments").table_valued("value")
            of_job = func.json_extract(jobs.c.value, "$.unit")
        return exists(select(1).select_from(jobs).where(of_job.in_(sorted(units))))
