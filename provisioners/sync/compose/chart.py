"""The org chart of a day, in memory: units as they stand that day, managers, and a fingerprint of what each sees.

The fingerprint of a person's surroundings covers everything a rule can ask about (`mappings.facts`): the own facts and
which of them hold that day, what is seen of the manager, who is above, and the whole tree of units. Equal
fingerprints, equal outcome; a change in the tree therefore makes everybody be looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from hashlib import blake2b

from mappings.days import Day, home_day
from mappings.people import Person, Unit
from provisioners.ports import Remembered, Stated
from provisioners.sync.compose.numbers import Numbers
from provisioners.sync.compose.standing import Standings
from provisioners.sync.compose.tree import Tree

DEPTH = 64
"""Chains and trees deeper than this are taken for loops and cut."""
MADE = 4000
"""So many persons are kept ready; managers are asked for again and again."""
FACTS, SHOWN = 12, 8
"""So many bytes of each person stand one after the other: what holds of the person, and what others see of it."""


class Chart:
    """Fulfils `mappings.chart.OrgChart` and adds what the sync needs. Not changed after it was made.

    People are kept as they were stated and made into persons when somebody asks; a few thousand are kept.
    """

    def __init__(
        self,
        on: Day,
        people: Iterable[Stated],
        units: Iterable[Unit],
        remembered: Remembered | None = None,
        *,
        made: int = MADE,
    ) -> None:
        self._days = on
        self._on = home_day(on)
        self._most = made
        self._units = Tree(units, self._on).units
        self._numbers = Numbers()
        self._staff: list[Stated] = []
        self._places: dict[int, int] = {}
        self._facts = bytearray()
        self._shown = bytearray()
        self._managers: list[str] = []
        self._read(people, Standings(on, remembered))
        self._made: dict[int, Person] = {}
        self._under: dict[str, bytes] = {}
        self._above: dict[str, bytes] = {}
        self._by_uuid: dict[str, Stated] | None = None
        self._tree = self._tree_fingerprint()

    @property
    def on(self) -> date:
        """Return the day this chart shows, for units."""
        return self._on

    @property
    def days(self) -> Day:
        """Return the same day as it is for each person."""
        return self._days

    def person(self, key: str) -> Person | None:
        """Return the person with this HR key; None when nobody, or two sources' people, have it."""
        place = self._numbers.get(key)
        return None if place is None else self._person(self._staff[place])

    def unit(self, key: str) -> Unit | None:
        """Return the unit as it stands that day, or None."""
        return self._units.get(key)

    def by_id(self, id_: int) -> Person | None:
        """Return the person with our id, or None."""
        made = self._made.get(id_)
        if made is not None or (place := self._places.get(id_)) is None:
            return made
        return self._person(self._staff[place])

    def uuid_of(self, id_: int) -> str:
        """Return the public id of the person with our id, empty for nobody."""
        place = self._places.get(id_)
        return "" if place is None else self._staff[place].uuid

    def by_uuid(self, uuid: str) -> Person | None:
        """Return the person with our public id, or None."""
        if self._by_uuid is None:
            self._by_uuid = {stated.uuid: stated for stated in self._staff}
        stated = self._by_uuid.get(uuid)
        return None if stated is None else self._person(stated)

    def __len__(self) -> int:
        """Return how many people there are, those who are gone included."""
        return len(self._staff)

    def everyone(self) -> Iterator[Person]:
        """Yield all people in the order of our ids."""
        for stated in self._staff:
            yield stated.person()

    def ids(self) -> Iterator[int]:
        """Yield the ids of all people in order."""
        yield from self._places

    @property
    def places(self) -> Mapping[int, int]:
        """Return at which place in that order each id stands."""
        return self._places

    def led_by(self, key: str) -> Iterable[str]:
        """Return the keys of the units that have this person as head or deputy."""
        return [unit.key for unit in self._units.values() if key in {unit.head, unit.deputy}]

    def below(self, keys: Iterable[str]) -> Iterable[str]:
        """Return the keys of the units inside these, on any level."""
        return inside(keys, ((unit.key, unit.parent) for unit in self._units.values()))

    def surroundings(self, id_: int) -> int:
        """Return 64 bits over everything that the rules may ask about this person on this day."""
        place = self._places[id_]
        above = self._managers[place]
        under = self._under.get(above)
        if under is None:
            manager = self._numbers.get(above)
            known = b"-" if manager is None else _at(self._shown, manager, SHOWN)
            under = self._under[above] = (known + self._chain(above) if above else b"") + self._tree
        return int.from_bytes(blake2b(_at(self._facts, place, FACTS) + under, digest_size=8).digest())

    def _read(self, people: Iterable[Stated], standings: Standings) -> None:
        for stated in people:
            self._places[stated.id] = self._numbers.add(stated)
            self._staff.append(stated)
            standing = standings.of(stated)
            self._facts += standing.digest + standing.last.to_bytes(4)
            self._shown += standing.shown
            self._managers.append(standing.manager)
        self._numbers.settle()
        standings.close()

    def _person(self, stated: Stated) -> Person:
        made = self._made.get(stated.id)
        if made is None:
            if len(self._made) >= self._most:
                self._made.clear()
            made = self._made[stated.id] = stated.person()
        return made

    def _chain(self, key: str) -> bytes:
        """Return the fingerprint of who is above; of those further up rules see only the keys. Cuts loops."""
        walked: list[str] = []
        above = b""
        while key and key not in walked and len(walked) < DEPTH:
            if key in self._above:
                above = self._above[key]
                break
            walked.append(key)
            key = self._named_by(key)
        if key in walked:  # whichever of them is asked about first, all of a loop is in what each of them sees
            loop = sorted((each, self._named_by(each)) for each in walked[walked.index(key) :])
            above = blake2b(repr(loop).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        for each in reversed(walked):
            here = b"-" if self._numbers.get(each) is None else b"+"
            above = blake2b(here + each.encode() + b"\0" + above, digest_size=8).digest()
            self._above[each] = above
        return above

    def _named_by(self, key: str) -> str:
        """Return the number of the manager of the person with this number, empty for nobody."""
        place = self._numbers.get(key)
        return "" if place is None else self._managers[place]

    def _tree_fingerprint(self) -> bytes:
        seal = blake2b(digest_size=8)
        for key in sorted(self._units):
            unit = self._units[key]
            seal.update(repr((key, unit.name, unit.parent, unit.kind, unit.head, unit.deputy)).encode())
        return seal.digest()


def inside(keys: Iterable[str], parents: Iterable[tuple[str, str]]) -> set[str]:
    """Return the keys of the units inside these; `parents` are units with what they are in. A loop is walked once."""
    children: dict[str, list[str]] = {}
    for key, parent in parents:
        children.setdefault(parent, []).append(key)
    found, ahead = set[str](), list(keys)
    while ahead:
        new = [each for each in children.get(ahead.pop(), ()) if each not in found]
        found.update(new)
        ahead += new
    return found


def _at(rows: bytearray, place: int, size: int) -> bytes:
    return bytes(rows[place * size : (place + 1) * size])
