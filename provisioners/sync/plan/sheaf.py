"""The changes of a plan outside the memory: taken as they are found, given back in the order of execution.

A change is written down once, as the text that is hashed and stored; a guard that holds it later is put into the text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import overload

from provisioners.spool import Scratch, Spool
from provisioners.sync.plan.change import Change, Phase, Plan, Seal, count_in, from_canonical
from provisioners.sync.plan.guards import first_of

Draft = tuple[int, str, tuple[str, ...]]
"""Person id (0 for a group), canonical text, and the guards it counts for."""
Body = tuple[int, str]
"""Person id and canonical text, held or not."""
_OPEN_END = '""]'
_FIRST = {
    "account_suspend": 0,
    "account_reactivate": 1,
    "account_create": 2,
    "member_remove": 0,
    "group_unnest": 0,
    "owner_add": 0,
}
"""Within a phase these come before the rest: taking away before giving, but a new owner before the old one goes."""


def place_of(change: Change) -> tuple[int, str, int]:
    """Return phase, platform, and what comes first within them."""
    usual = 3 if change.phase is Phase.ACCOUNTS else 1
    return change.phase, change.platform, _FIRST.get(change.kind, usual)


class Drafts:
    """Changes on their way into a plan. Those of one place must come in order: by group, person, members."""

    def __init__(self, scratch: Scratch) -> None:
        self.sums: dict[str, dict[str, int]] = {}
        self.scratch = scratch
        self._places: dict[tuple[int, str, int], Spool[Draft]] = {}

    def add(self, change: Change, guards: tuple[str, ...]) -> None:
        """Take the next change; `guards` are the classes it counts for."""
        place = place_of(change)
        spool = self._places.get(place)
        if spool is None:
            spool = self._places[place] = Spool(self.scratch)
        spool.append((change.person_id, change.canonical(), guards))
        count_in(self.sums, change)

    def sheaf(self, held: Mapping[str, Sequence[str]]) -> Sheaf:
        """Return all changes in order; `held` names the guards that hold changes, by platform, first ones first."""
        return Sheaf([(self._places[place], held.get(place[1], ())) for place in sorted(self._places)])


class Sheaf(Sequence[Change]):
    """Changes in the order of execution; read from the file whenever somebody asks, so ask once."""

    def __init__(self, parts: Sequence[tuple[Spool[Draft], Sequence[str]]]) -> None:
        self._parts = parts
        self._count = sum(len(spool) for spool, _ in parts)

    def bodies(self, skip: int = 0) -> Iterator[list[Body]]:
        """Yield blocks of (person id, canonical text), without the first `skip` changes."""
        for spool, held in self._parts:
            for block in spool.blocks(skip):
                yield [(each[0], _held(each[1], first_of(held, each[2])) if held else each[1]) for each in block]
            skip = max(0, skip - len(spool))

    def __len__(self) -> int:
        """Return how many changes there are."""
        return self._count

    def __iter__(self) -> Iterator[Change]:
        """Yield the changes."""
        return self._from(0)

    @overload
    def __getitem__(self, at: int) -> Change: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Change, ...]: ...
    def __getitem__(self, at: int | slice) -> Change | tuple[Change, ...]:
        """Return one change, or some of them."""
        places = range(len(self))[at]
        if isinstance(places, int):
            return next(self._from(places))
        if places.step != 1:
            return tuple(self)[at]
        return tuple(islice(self._from(places.start), len(places)))

    def __eq__(self, other: object) -> bool:
        """Return whether the other sequence holds the same changes in the same order."""
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(mine == theirs for mine, theirs in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]  # a list of changes is no key

    def _from(self, start: int) -> Iterator[Change]:
        for block in self.bodies(start):
            for _, text in block:
                yield from_canonical(text)


def bodies_of(plan: Plan) -> Iterator[list[Body]]:
    """Yield blocks of (person id, canonical text) of any plan."""
    if isinstance(plan.changes, Sheaf):
        yield from plan.changes.bodies()
    elif plan.changes:
        yield [(change.person_id, change.canonical()) for change in plan.changes]


def sealed(sheaf: Sheaf, seal: Seal) -> str:
    """Return the digest over all changes."""
    for block in sheaf.bodies():
        seal.add(text for _, text in block)
    return seal.digest()


def _held(text: str, guard: str) -> str:
    """Return the canonical text of a change with the guard that holds it in the last place."""
    return f"{text.removesuffix(_OPEN_END)}{json.dumps(guard)}]" if guard else text
