"""The units of a day: of the dated rows of each unit the one that holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mappings.people import Unit


class Tree:
    """One row of each unit: of those that hold the one that began last, whatever order they come in."""

    def __init__(self, rows: Iterable[Unit], on: date) -> None:
        self.units: dict[str, Unit] = {}
        self.heads: dict[str, set[str]] = {}
        """Unit -> whom its rows of this day name as head; more than one is odd."""
        for unit in rows:
            if _holds(unit, on):
                self._settle(unit)

    def _settle(self, unit: Unit) -> None:
        if unit.head:
            self.heads.setdefault(unit.key, set()).add(unit.head)
        known = self.units.setdefault(unit.key, unit)
        if (known.valid_from or date.min) <= (unit.valid_from or date.min):
            self.units[unit.key] = unit


def _holds(unit: Unit, day: date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= day) and (unit.valid_to is None or day <= unit.valid_to)
