"""Whom each HR number names. Two people with one number are twins: then it names nobody, for rules do not guess."""

from __future__ import annotations

from array import array
from bisect import bisect_left

from provisioners.ports import Stated


class Numbers:
    """Filled in the order of ids, settled once; everybody is told by the place in that order."""

    def __init__(self) -> None:
        self.twins: list[str] = []
        self._ids = array("I")
        self._named: dict[str, int] = {}
        self._parts: list[tuple[str, int]] = []

    def add(self, stated: Stated) -> int:
        """Take in the next person and return the place."""
        place = len(self._ids)
        self._ids.append(stated.id)
        if stated.part_of:
            self._parts.append((stated.key, stated.part_of))
        else:
            self._call(stated.key, place)
        return place

    def settle(self) -> None:
        """Let the number of a row that is part of somebody name that person; then forget the twins."""
        for key, whole in self._parts:
            place = self.place_of(whole)
            if place is not None and self._named.get(key) != place:
                self._call(key, place)
        for key in self.twins:
            self._named.pop(key, None)
        self._parts = []

    def place_of(self, id_: int) -> int | None:
        """Return the place of the person with our id, None for nobody."""
        place = bisect_left(self._ids, id_)
        return place if place < len(self._ids) and self._ids[place] == id_ else None

    def get(self, key: str) -> int | None:
        """Return the place of the person with this HR number; None when nobody, or two sources' people, have it."""
        return self._named.get(key)

    def _call(self, key: str, place: int) -> None:
        if key in self._named:
            self.twins.append(key)
        self._named[key] = place
