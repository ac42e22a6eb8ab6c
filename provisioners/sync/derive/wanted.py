"""Wanted accounts and memberships of one platform, person by person; only who changed is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mappings.desired import Value
from mappings.errors import EvaluationError
from mappings.people import OrgChart, Person
from mappings.rules import Rules
from provisioners.fingerprint import of_account
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import Remembered
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.block import SIZE, Derived, pack, unpack
from provisioners.sync.derive.narrow import missing, narrow, reference

VERSION = "2"
"""Part of the name under which blocks are remembered; raise it when deriving or narrowing changes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one person ought to have. `doubt` says why nothing can be said: then everything stays as it is."""

    person_id: int
    bits: int = 0
    manager: int = 0
    groups: tuple[str, ...] = ()
    attributes: dict[str, Value] | None = None
    reason: str = ""
    doubt: str = ""

    @property
    def in_scope(self) -> bool:
        """Return whether there should be an account."""
        return self.bits != 0


@dataclass(slots=True)
class Derivation:
    """Derives for one platform; `evaluated` counts how many people were not remembered."""

    platform: str
    rules: Rules
    descriptor: Descriptor
    chart: Chart
    remembered: Remembered | None = None
    evaluated: int = 0
    _name: str = ""
    _stored: Mapping[int, bytes] = field(default_factory=dict)
    _block: int = -1
    _known: dict[int, Derived] = field(default_factory=dict)
    _rows: dict[int, Derived] = field(default_factory=dict)
    _changed: bool = False
    _fresh: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fetch what is remembered of these rules."""
        self._name = f"{VERSION}:{self.rules.fingerprint(self.platform)}"[:64]
        self._stored = self.remembered.blocks(self.platform, self._name) if self.remembered else {}

    def known(self, person_id: int, inputs: int) -> Derived | None:
        """Return what was derived from the same surroundings before, or None; people must come in the order of ids."""
        block = person_id // SIZE
        if block != self._block:
            self._set_aside()
            self._block, self._rows, self._changed = block, {}, False
            self._known = unpack(self._stored[block]) if block in self._stored else {}
        row = self._known.get(person_id)
        if row is None or row.inputs != inputs:
            return None
        self._rows[person_id] = row
        return row

    def derive(self, person_id: int, inputs: int) -> Wanted:
        """Evaluate a person who is not known, and remember the answer."""
        wanted = self.again(person_id)
        self._changed = True
        if not wanted.doubt:
            self._rows[person_id] = Derived(inputs, wanted.bits, wanted.manager, wanted.groups)
        return wanted

    def close(self) -> None:
        """Keep what is new among the answers."""
        self._set_aside()
        if self.remembered and self._fresh:
            self.remembered.keep(self.platform, self._name, self._fresh)

    def again(self, person_id: int) -> Wanted:
        """Return what the person with our id ought to have; LookupError when there is none."""
        return self.evaluate(self.person(person_id))

    def person(self, person_id: int) -> Person:
        """Return the person with our id; LookupError when there is none."""
        person = self.chart.by_id(person_id)
        if person is None:
            raise LookupError(person_id)
        return person

    def evaluate(self, person: Person) -> Wanted:
        """Return what this person ought to have, with the values and the reason."""
        self.evaluated += 1
        return evaluated(self.rules, self.platform, self.descriptor, person, self.chart, self._manager)

    def _manager(self, named: str, person: Person) -> int:
        manager = self.chart.person(named) or self.chart.by_uuid(named) if named else None
        return 0 if manager is None or manager.id == person.id else manager.id

    def _set_aside(self) -> None:
        if self.remembered and (self._changed or len(self._rows) != len(self._known)):
            self._fresh[self._block] = pack(self._rows)


def evaluated(
    rules: Rules,
    platform: str,
    descriptor: Descriptor,
    person: Person,
    chart: OrgChart,
    manager: Callable[[str, Person], int] = lambda _named, _person: 0,
) -> Wanted:
    """Return what this person ought to have; `manager` finds the id of who is named as such."""
    try:
        outcome = rules.outcome(platform, person, chart)
    except EvaluationError as error:
        return Wanted(person.id, doubt=f"a rule has no value: {error}")
    if not outcome.in_scope:
        return Wanted(person.id, reason=outcome.reason)
    attributes = narrow(outcome.attributes, descriptor)
    if lacking := missing(attributes, descriptor):
        return Wanted(person.id, doubt=f"no value for {', '.join(lacking)}", reason=outcome.reason)
    groups = tuple(str(key) for key in outcome.groups) if descriptor.groups else ()
    bits = int(of_account("active", attributes), 16) or 1
    above = manager(reference(outcome.attributes, descriptor), person)
    return Wanted(person.id, bits, above, groups, attributes, outcome.reason)
