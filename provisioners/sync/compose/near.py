"""The org chart around a few people: a plan for one among a million reads her, and whoever her rules ask about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.people import Person, Unit
from provisioners.ports import Remembered, Shadows, Staff, Stated
from provisioners.sync.compose.chart import Chart


class Nearby(Protocol):
    """The staff register, for reading a few."""

    def stated(self, ids: frozenset[int]) -> Iterable[Stated]:
        """Return the rows with these ids of ours in their order, nothing for nobody."""
        ...

    def day(self, on: Day) -> OrgChart:
        """Return the org chart of a day, read as it is asked for."""
        ...

    def by_id(self, id_: int) -> Person | None:
        """Return the person with our id, or None."""
        ...

    def by_uuid(self, uuid: str) -> Person | None:
        """Return the person with our public id, or None."""
        ...

    def led_by(self, key: str) -> Iterable[str]:
        """Return the keys of the units that ever have this person as head or deputy."""
        ...

    def below(self, keys: Iterable[str]) -> Iterable[str]:
        """Return the keys of the units that ever were inside these, on any level."""
        ...

    def shadows(self, ids: frozenset[int]) -> Shadows:
        """Return what is known of the platforms, but of states and groups only those of these people."""
        ...


class NearChart(Chart):
    """Has only a few people of its own; all others are looked up. `surroundings` mean nothing here."""

    def __init__(self, on: Day, ids: frozenset[int], nearby: Nearby) -> None:
        super().__init__(on, nearby.stated(ids), ())
        self._nearby = nearby
        self._day = nearby.day(on)
        self._others: dict[int, Person | None] = {}
        self._led: dict[str, list[str]] = {}

    def person(self, key: str) -> Person | None:
        """Return the person with this HR key; None when nobody, or two sources' people, have it."""
        return self._day.person(key)

    def unit(self, key: str) -> Unit | None:
        """Return the unit as it stands that day, or None."""
        return self._day.unit(key)

    def by_id(self, id_: int) -> Person | None:
        """Return the person with our id, or None."""
        if id_ in self.places:
            return super().by_id(id_)
        if id_ not in self._others:
            self._others[id_] = self._nearby.by_id(id_)
        return self._others[id_]

    def uuid_of(self, id_: int) -> str:
        """Return the public id of the person with our id, empty for nobody."""
        person = self.by_id(id_)
        return "" if person is None else person.uuid

    def by_uuid(self, uuid: str) -> Person | None:
        """Return the person with our public id, or None."""
        return self._nearby.by_uuid(uuid)

    def led_by(self, key: str) -> Iterable[str]:
        """Return the keys of the units that ever have this person as head or deputy."""
        if key not in self._led:
            self._led[key] = sorted(self._nearby.led_by(key))
        return self._led[key]

    def below(self, keys: Iterable[str]) -> Iterable[str]:
        """Return the keys of the units that ever were inside these, on any level."""
        return self._nearby.below(keys)


def seen(
    on: Day, ids: frozenset[int], nearby: Nearby | None, staff: Staff, shadows: Shadows, remembered: Remembered | None
) -> tuple[Chart, Shadows, Remembered | None]:
    """Return what a plan is made from: everybody, or with `nearby` a few and who is around them."""
    if nearby is not None:
        return NearChart(on, ids, nearby), nearby.shadows(ids), None
    return Chart(on, staff.everyone(), staff.units(), remembered), shadows, remembered
