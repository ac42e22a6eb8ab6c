"""The org chart of a day, in memory: units as they stand that day, managers, and a fingerprint of what each sees.

The fingerprint of a person's surroundings covers everything a rule can ask about (`mappings.facts`): the own facts and
which of them hold that day, the manager's facts, who is above, and the whole tree of units. Equal fingerprints, equal
outcome; a change in the tree therefore makes everybody be looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import blake2b

from mappings.facts import primary_of
from mappings.people import Person, Unit

DEPTH = 64
"""Chains and trees deeper than this are taken for loops and cut."""
_ONE_DAY = timedelta(days=1)


class Chart:
    """Fulfils `mappings.people.OrgChart` and adds what the sync needs. Not changed after it was made."""

    def __init__(self, on: date, people: Iterable[tuple[Person, bytes]], units: Iterable[Unit]) -> None:
        self._on = on
        self._units: dict[str, Unit] = {unit.key: unit for unit in units if _holds(unit, on)}
        self._people: dict[str, Person] = {}
        self._by_id: dict[int, Person] = {}
        self._digests: dict[int, bytes] = {}
        self.twins: list[str] = []
        for person, digest in people:
            if person.key in self._people:
                self.twins.append(person.key)
            self._people[person.key] = person
            self._by_id[person.id] = person
            self._digests[person.id] = digest
        for key in self.twins:
            self._people.pop(key, None)
        self._own: dict[int, bytes] = {}
        self._above: dict[str, bytes] = {}
        self._by_uuid: dict[str, Person] | None = None
        self._tree = self._tree_fingerprint()

    @property
    def on(self) -> date:
        """Return the day this chart shows."""
        return self._on

    def person(self, key: str) -> Person | None:
        """Return the person with this HR key; None when nobody, or two sources' people, have it."""
        return self._people.get(key)

    def unit(self, key: str) -> Unit | None:
        """Return the unit as it stands that day, or None."""
        return self._units.get(key)

    def by_id(self, id_: int) -> Person | None:
        """Return the person with our id, or None."""
        return self._by_id.get(id_)

    def by_uuid(self, uuid: str) -> Person | None:
        """Return the person with our public id, or None."""
        if self._by_uuid is None:
            self._by_uuid = {person.uuid: person for person in self._by_id.values()}
        return self._by_uuid.get(uuid)

    def __len__(self) -> int:
        """Return how many people there are, those who are gone included."""
        return len(self._by_id)

    def everyone(self) -> Iterator[Person]:
        """Yield all people in the order of our ids."""
        yield from self._by_id.values()

    def units(self) -> Iterator[Unit]:
        """Yield the units of the day."""
        yield from self._units.values()

    def surroundings(self, person: Person) -> int:
        """Return 64 bits over everything that the rules may ask about this person on this day."""
        seal = blake2b(self._facts(person), digest_size=8)
        above = _manager(person, self._on)
        if above:
            manager = self._people.get(above)
            seal.update(self._facts(manager) if manager else b"-")
            seal.update(self._chain(above))
        seal.update(self._tree)
        return int.from_bytes(seal.digest())

    def _facts(self, person: Person) -> bytes:
        known = self._own.get(person.id)
        if known is None:
            last = _last_turn(person, self._on)
            known = self._digests[person.id] + last.to_bytes(4) + person.status.encode()
            self._own[person.id] = known
        return known

    def _chain(self, key: str) -> bytes:
        """Return the fingerprint of who is above; of those further up rules see only the keys. Cuts loops."""
        walked: list[str] = []
        above = b""
        while key and key not in walked and len(walked) < DEPTH:
            if key in self._above:
                above = self._above[key]
                break
            walked.append(key)
            manager = self._people.get(key)
            key = _manager(manager, self._on) if manager else ""
        for each in reversed(walked):
            here = b"+" if each in self._people else b"-"
            above = blake2b(here + each.encode() + b"\0" + above, digest_size=8).digest()
            self._above[each] = above
        return above

    def _tree_fingerprint(self) -> bytes:
        seal = blake2b(digest_size=8)
        for key in sorted(self._units):
            unit = self._units[key]
            seal.update(repr((key, unit.name, unit.parent, unit.kind, unit.head, unit.deputy)).encode())
        return seal.digest()


def _holds(unit: Unit, day: date) -> bool:
    return (unit.valid_from is None or unit.valid_from <= day) and (unit.valid_to is None or day <= unit.valid_to)


def _manager(person: Person, day: date) -> str:
    primary = primary_of(person, day)
    return primary.manager if primary else ""


def _last_turn(person: Person, day: date) -> int:
    """Return the ordinal of the last day, up to this one, on which a dated fact began or had ended; 0 for none."""
    starts = [person.hired_on]
    ends = [person.leaves_on]
    for job in person.assignments:
        starts.append(job.valid_from)
        ends.append(job.valid_to)
    for leave in person.leaves:
        starts.append(leave.valid_from)
        ends.append(leave.valid_to)
    turns = [each for each in starts if each is not None and each <= day]
    turns.extend(each + _ONE_DAY for each in ends if each is not None and each < day)
    return max(turns).toordinal() if turns else 0
