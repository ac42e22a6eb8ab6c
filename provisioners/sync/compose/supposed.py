"""The staff as it would be: rows of a re-organisation laid over what HR states, on one day; nothing is written.

A row changes the job it names, or the main job of that day; who is unknown is somebody new. Fulfils `ports.Staff`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import blake2b
from uuid import UUID

from mappings.facts import primary_of
from mappings.people import Assignment, Leave, Person, Unit
from provisioners.ports import Staff, Stated
from provisioners.sync.collect.laid import Cells, Laid
from provisioners.sync.collect.layout import JOB, PERSON

_JOB = frozenset(JOB) - {"assignment_id"}
_PERSON = frozenset(PERSON)


class SupposedPerson:
    """Somebody as the rows would have it (`ports.Stated`)."""

    __slots__ = ("_person", "digest", "id", "key", "part_of", "uuid")

    def __init__(self, person: Person, part_of: int = 0) -> None:
        self._person = person
        self.id, self.uuid, self.key, self.part_of = person.id, person.uuid, person.key, part_of
        self.digest = blake2b(repr(person).encode("utf-8", "surrogatepass"), digest_size=8).digest()

    def person(self) -> Person:
        """Return the person."""
        return self._person


class Supposed:
    """The staff with these rows laid over it."""

    def __init__(self, staff: Staff, rows: Laid, on: date) -> None:
        self._staff = staff
        self._rows = rows
        self._on = on

    def version(self) -> int:
        """Return the number of the organisation that the rows are laid over."""
        return self._staff.version()

    def everyone(self) -> Iterator[Stated]:
        """Yield everybody in the order of ids; those who are new come last."""
        known, last = set[str](), 0
        concerned = self._rows.people.keys() | self._rows.leaves.keys()
        for stated in self._staff.everyone():
            last = max(last, stated.id)
            known.add(stated.key)
            if stated.key in concerned:
                yield SupposedPerson(self.over(stated.person()), stated.part_of)
            else:
                yield stated
        for number in self._rows.people:
            if number not in known:
                last += 1
                yield SupposedPerson(self.over(Person(last, str(UUID(int=last)), "supposed", number)))

    def units(self) -> Iterator[Unit]:
        """Yield every row of every unit; of those that the rows speak of, only how they would be that day."""
        now: dict[str, Unit] = {}
        for unit in self._staff.units():
            if unit.key not in self._rows.units:
                yield unit
            elif _holds(unit, self._on):
                now[unit.key] = unit
        for key, rows in self._rows.units.items():
            made = now.get(key, Unit(key))
            for cells in rows:
                made = replace(made, **cells)
            yield made

    def over(self, person: Person) -> Person:
        """Return this person with the rows laid over."""
        for cells in self._rows.people.get(person.key, ()):
            person = self._with_row(person, cells)
        leaves = [
            Leave(cells.get("kind", ""), cells["valid_from"], cells.get("valid_to"))
            for cells in self._rows.leaves.get(person.key, ())
        ]
        return replace(person, leaves=(*person.leaves, *leaves)) if leaves else person

    def _with_row(self, person: Person, cells: Cells) -> Person:
        person = replace(person, **{name: cells[name] for name in _PERSON & cells.keys()})
        stated = {name: cells[name] for name in _JOB & cells.keys()}
        if "kind" in cells:
            stated["kind"] = cells["kind"]
        named = cells.get("assignment_id", "")
        if not named and not stated:
            return person
        main = primary_of(person, self._on)
        ids = [job for job in person.assignments if job.id == named and job.holds_on(self._on)]
        job = ids[0] if ids else main if not named else None
        if job is None:
            new = Assignment(id=named or stated.get("unit", "") or "1", **stated)
            return replace(person, assignments=(*person.assignments, new))
        changed = replace(job, **stated)
        return replace(person, assignments=tuple(changed if one is job else one for one in person.assignments))


def _holds(unit: Unit, day: date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= day) and (unit.valid_to is None or day <= unit.valid_to)
