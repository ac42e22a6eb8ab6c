"""People as another order of HR sources would make them: nothing is written, and nobody of one row is touched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Protocol

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.people import Person, Unit
from provisioners.correlation.precedence import Precedence
from provisioners.sync.compose.several import one_of
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.register import locked_version
from sso_bridge.store.staff.statements import Statements, precedence_of


class Seen(Protocol):
    """How people look under one configuration."""

    @property
    def basis(self) -> object:
        """Return what is equal when everybody looks the same."""
        ...

    def person(self, person: Person) -> Person:
        """Return this person as seen so."""
        ...

    def chart(self, chart: OrgChart) -> OrgChart:
        """Return this org chart as seen so."""
        ...


class AsTheyAre:
    """People as they stand in the register."""

    @property
    def basis(self) -> object:
        """Return the same for all that change nobody."""
        return None

    def person(self, person: Person) -> Person:
        """Return this very person."""
        return person

    def chart(self, chart: OrgChart) -> OrgChart:
        """Return this very chart."""
        return chart


class Reordered:
    """People as this order makes them; those whom it changes are read when the first one is asked for."""

    def __init__(self, store: Store, statements: Statements, precedence: Precedence) -> None:
        self._store = store
        self._statements = statements
        self._precedence = precedence
        self._charts: dict[int, _Chart] = {}

    @property
    def basis(self) -> object:
        """Return the order, if it changes anybody."""
        return self._precedence.stated() if self._changed else None

    def person(self, person: Person) -> Person:
        """Return the person as this order makes her."""
        return self._changed.get(person.id, person)

    def chart(self, chart: OrgChart) -> OrgChart:
        """Return the chart with the people as this order makes them."""
        return self._charts.setdefault(id(chart), _Chart(chart, self)) if self._changed else chart

    @cached_property
    def _changed(self) -> dict[int, Person]:
        with self._store.reading() as connection:
            now = precedence_of(connection)
            made = [
                (one_of(rows, self._precedence), one_of(rows, now)) for _, rows in self._statements.several(connection)
            ]
        return {will.id: will for will, is_now in made if will != is_now}


class _Chart:
    """A chart whose people are seen otherwise."""

    def __init__(self, chart: OrgChart, seen: Reordered) -> None:
        self._chart = chart
        self._seen = seen

    @property
    def on(self) -> date:
        """Return the day it shows."""
        return self._chart.on

    @property
    def days(self) -> Day:
        """Return the day as it is for each person."""
        return self._chart.days

    def person(self, key: str) -> Person | None:
        """Return the person with this HR key."""
        found = self._chart.person(key)
        return None if found is None else self._seen.person(found)

    def unit(self, key: str) -> Unit | None:
        """Return the unit as it stands that day."""
        return self._chart.unit(key)


class Orders:
    """The order in which HR sources speak: brought into force, looked at before that, and what each source says."""

    def __init__(self, store: Store, clock: Clock, today: Callable[[], Day]) -> None:
        self._store = store
        self._statements = Statements(clock, today)

    def bring(self, precedence: Precedence) -> int:
        """Let HR sources speak in this order from now on; return how many people were made anew.

        Only another order waits for an import that is under way.
        """
        with self._store.writing() as connection:
            if precedence == precedence_of(connection):
                return 0
            locked_version(connection)
            return self._statements.reorder(connection, precedence)

    def seen(self, precedence: Precedence) -> Seen:
        """Return how people look under this order."""
        with self._store.reading() as connection:
            is_now = precedence == precedence_of(connection)
        return AsTheyAre() if is_now else Reordered(self._store, self._statements, precedence)

    def rows_of(self, id_: int) -> list[Person]:
        """Return the rows of a person of several as their sources state them, the own one first; none of others."""
        with self._store.reading() as connection:
            return self._statements.rows_of(connection, id_)
