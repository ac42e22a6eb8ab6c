"""Wanted accounts and memberships of one platform, person by person; only who changed is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from mappings.desired import Outcome, Value
from mappings.errors import EvaluationError
from mappings.people import Person
from mappings.rules import Rules
from provisioners.fingerprint import of_account
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import Remembered
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.block import SIZE, Derived, pack, unpack
from provisioners.sync.derive.narrow import missing, narrow, reference

VERSION = "1"
"""Part of the name under which blocks are remembered; raise it when deriving or narrowing changes."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What one person ought to have. `doubt` says why nothing can be said: then everything stays as it is."""

    person: Person
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
    _fresh: dict[int, dict[int, Derived]] = field(default_factory=dict)

    def everyone(self, *, progress: Callable[[int], None] | None = None) -> Iterator[Wanted]:
        """Yield what each person ought to have, by id; remembers the answers at the end."""
        name = f"{VERSION}:{self.rules.fingerprint(self.platform)}"[:64]
        stored = self.remembered.blocks(self.platform, name) if self.remembered else {}
        block, known, rows, changed = -1, dict[int, Derived](), dict[int, Derived](), False
        for person in self.chart.everyone():
            if person.id // SIZE != block:
                self._set_aside(block, rows, changed=changed or len(rows) != len(known))
                block, rows, changed = person.id // SIZE, {}, False
                known = unpack(stored[block]) if block in stored else {}
                if progress:
                    progress(person.id)
            inputs = self.chart.surroundings(person)
            row = known.get(person.id)
            if row is not None and row.inputs == inputs:
                rows[person.id] = row
                yield Wanted(person, row.bits, row.manager, row.groups)
                continue
            wanted = self.evaluate(person)
            changed = True
            if not wanted.doubt:
                rows[person.id] = Derived(inputs, wanted.bits, wanted.manager, wanted.groups)
            yield wanted
        self._set_aside(block, rows, changed=changed or len(rows) != len(known))
        if self.remembered and self._fresh:
            self.remembered.keep(self.platform, name, {each: pack(rows) for each, rows in self._fresh.items()})

    def evaluate(self, person: Person) -> Wanted:
        """Return what this person ought to have, with the values and the reason."""
        self.evaluated += 1
        try:
            outcome = self.rules.outcome(self.platform, person, self.chart)
        except EvaluationError as error:
            return Wanted(person, doubt=f"a rule has no value: {error}")
        if not outcome.in_scope:
            return Wanted(person, reason=outcome.reason)
        return self._narrowed(person, outcome)

    def _narrowed(self, person: Person, outcome: Outcome) -> Wanted:
        attributes = narrow(outcome.attributes, self.descriptor)
        if lacking := missing(attributes, self.descriptor):
            return Wanted(person, doubt=f"no value for {', '.join(lacking)}", reason=outcome.reason)
        groups = tuple(str(key) for key in outcome.groups) if self.descriptor.groups else ()
        return Wanted(
            person,
            int(of_account("active", attributes), 16) or 1,
            self._manager(reference(outcome.attributes, self.descriptor), person),
            groups,
            attributes,
            outcome.reason,
        )

    def _manager(self, named: str, person: Person) -> int:
        manager = self.chart.person(named) or self.chart.by_uuid(named) if named else None
        return 0 if manager is None or manager.id == person.id else manager.id

    def _set_aside(self, block: int, rows: dict[int, Derived], *, changed: bool) -> None:
        if block >= 0 and changed:
            self._fresh[block] = rows
