"""The org chart around one person: a plan for one among a million reads her, and whoever her rules ask about."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from mappings.days import Day
from mappings.people import OrgChart, Person, Unit
from provisioners.ports import Remembered, Shadows, Staff, Stated
from provisioners.sync.compose.chart import Chart


class Nearby(Protocol):
    """The staff register, for reading a few."""

    def stated(self, id_: int) -> Iterable[Stated]:
        """Return the row with our id, nothing for nobody."""
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

    def shadows(self, id_: int) -> Shadows:
        """Return what is known of the platforms, but of states and groups only those of this person."""
        ...


class NearChart(Chart):
    """Has only one person of its own; all others are looked up. `surroundings` mean nothing here."""

    def __init__(self, on: Day, id_: int, nearby: Nearby) -> None:
        super().__init__(on, nearby.stated(id_), ())
        self._nearby = nearby
        self._day = nearby.day(on)
        self._others: dict[int, Person | None] = {}

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
        return self._nearby.led_by(key)


def seen(
    on: Day, only: int, nearby: Nearby | None, staff: Staff, shadows: Shadows, remembered: Remembered | None
) -> tuple[Chart, Shadows, Remembered | None]:
    """Return what a plan is made from: everybody, or with `nearby` one person and who is around her."""
    if nearby is not None:
        return NearChart(on, only, nearby), nearby.shadows(only), None
    return Chart(on, staff.everyone(), staff.units(), remembered), shadows, remembered
