"""Wanted accounts and memberships of one platform, person by person; only who changed is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from mappings.chart import OrgChart
from mappings.desired import Value
from mappings.errors import EvaluationError
from mappings.manner import STRICT, Manner
from mappings.people import Person
from mappings.rules import Rules
from provisioners.fingerprint import bits_of
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import Remembered
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.block import Block, Derived, pack, unpack
from provisioners.sync.derive.narrow import Narrowing, is_empty, narrow, reference

VERSION = "4"
"""Part of the name under which blocks are remembered; raise it when deriving or narrowing changes."""


class Wanted(NamedTuple):
    """What one person ought to have. `doubt` says why nothing can be said: then everything stays as it is.

    `bits` is the fingerprint of all attributes; where an account may rightly have other values in `loose` ones, `firm`
    is the fingerprint of the rest. Who `waits` for a wave ought to have it only when there is an account already.
    """

    person_id: int
    bits: int = 0
    manager: int = 0
    groups: tuple[str, ...] = ()
    attributes: dict[str, Value] | None = None
    reason: str = ""
    doubt: str = ""
    loose: frozenset[str] = frozenset()
    firm: int = 0
    waits: bool = False
    candidates: Mapping[str, tuple[str, ...]] = {}

    @property
    def in_scope(self) -> bool:
        """Return whether there should be an account."""
        return self.bits != 0


@dataclass(slots=True)
class Derivation:
    """Derives for one platform: everybody in blocks (`open`, `derive`, `shut`), then `close`; or single persons.

    `rows` are the answers of the open block: first those remembered, in the end those that hold. `evaluated` counts
    the evaluations. `narrowing` may be shared by platforms of one kind. `marks` belong to people whom group rules
    name for a time: by these bits, beside the surroundings, one can tell whether an answer still holds.
    """

    platform: str
    rules: Rules
    descriptor: Descriptor
    chart: Chart
    remembered: Remembered | None = None
    narrowing: Narrowing | None = None
    evaluated: int = 0
    marks: Mapping[int, int] = field(default_factory=dict)
    manner: Manner = STRICT
    rows: dict[int, Derived] = field(default_factory=dict)
    _name: str = ""
    _stored: Mapping[int, bytes] = field(default_factory=dict)
    _changed: bool = False
    _fresh: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fetch what is remembered of these rules."""
        nests = "+" if self.descriptor.nests else ":"
        self._name = f"{VERSION}{nests}{self.rules.fingerprint(self.platform)}"[:64]
        named = self.rules.marks(self.platform, self.chart.on) if self.remembered else {}
        people = [(self.chart.person(key), bits) for key, bits in named.items()]
        self.marks = {person.id: bits for person, bits in people if person is not None}
        self.manner = self.rules.manner(self.platform)
        self._stored = self.remembered.blocks(self.platform, self._name) if self.remembered else {}
        self.narrowing = self.narrowing or Narrowing(self.descriptor)

    def open(self, block: Block) -> Mapping[int, Derived]:
        """Return what is remembered of these people, whether or not it still holds."""
        body = self._stored.get(block.number)
        self.rows, self._changed = unpack(body) if body else {}, False
        return self.rows

    def derive(self, person_id: int, inputs: int) -> Wanted:
        """Evaluate a person and remember the answer; in doubt, what the same surroundings gave before still holds."""
        inputs ^= self.marks.get(person_id, 0)
        wanted = self.again(person_id)
        known = self.rows.get(person_id)
        row = None if wanted.doubt else (inputs, wanted.bits, wanted.manager, wanted.groups, int(wanted.waits))
        if row is not None and row != known:
            self.rows[person_id] = row
            self._changed = True
        elif row is None and known is not None and known[0] != inputs:
            del self.rows[person_id]
            self._changed = True
        return wanted

    def shut(self, block: Block) -> None:
        """Set aside what is new of this block."""
        if self.remembered and self._changed:
            self._fresh[block.number] = pack(self.rows)

    def close(self) -> None:
        """Keep what is new among the answers."""
        if self.remembered and self._fresh:
            self.remembered.keep(self.platform, self._name, self._fresh)
        self.rows, self._stored, self._fresh = {}, {}, {}

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
        return evaluated(self.rules, self.platform, self.descriptor, person, self.chart, self._manager, self.narrowing)

    def _manager(self, named: str, person: Person) -> int:
        manager = self.chart.person(named) or self.chart.by_uuid(named) if named else None
        return 0 if manager is None or manager.id == person.id else manager.id


def evaluated(
    rules: Rules,
    platform: str,
    descriptor: Descriptor,
    person: Person,
    chart: OrgChart,
    manager: Callable[[str, Person], int] = lambda _named, _person: 0,
    narrowing: Narrowing | None = None,
) -> Wanted:
    """Return what this person ought to have; `manager` finds the id of who is named as such."""
    try:
        outcome = rules.account(platform, person, chart)
    except EvaluationError as error:
        return Wanted(person.id, doubt=f"a rule has no value: {error}")
    if not outcome.in_scope and not outcome.waits:
        return Wanted(person.id, reason=outcome.reason)
    held, manner = (narrowing or Narrowing(descriptor)).of(outcome.attributes), rules.manner(platform)
    refused = (name for name in manner.refused if is_empty(outcome.attributes.get(name, "")))
    if (held.lacking or manner.refused) and (lacking := sorted({*held.lacking, *refused})):
        return Wanted(person.id, doubt=f"no value for {', '.join(lacking)}", reason=outcome.reason)
    keys = rules.direct(platform, outcome.groups, chart) if descriptor.nests else outcome.groups
    groups = tuple(map(str, keys)) if descriptor.groups else ()
    above = manager(reference(outcome.attributes, descriptor), person)
    loose, firm = manner.loose, 0
    if loose:
        firm = bits_of("active", {name: value for name, value in held.attributes.items() if name not in loose})
    return Wanted(
        person.id,
        held.bits,
        above,
        groups,
        held.attributes,
        outcome.reason,
        "",
        loose,
        firm,
        outcome.waits,
        _narrowed(outcome.candidates, descriptor),
    )


def _narrowed(candidates: Mapping[str, tuple[str, ...]], descriptor: Descriptor) -> Mapping[str, tuple[str, ...]]:
    """Return the candidates as the platform holds them; an attribute it does not know has none."""
    if not candidates:
        return candidates
    found = {
        name: [narrow({name: text}, descriptor).get(name, "") for text in texts] for name, texts in candidates.items()
    }
    return {
        name: tuple(dict.fromkeys(str(text) for text in texts if text)) for name, texts in found.items() if any(texts)
    }
