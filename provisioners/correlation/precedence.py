"""Which HR source speaks when several tell of one person: one order of sources, and for single attributes another.

With an order nothing depends on which source sent its rows first: what the order leaves open is decided by the names of
sources and their numbers. Without one the row that was there first speaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

from mappings.people import Person

NAMES: Final = (
    "given_name", "name_prefix", "family_name", "partner_prefix", "partner_name", "name_order", "preferred_name",
)  # fmt: skip
"""Taken from one row together: half of one name and half of another is nobody's name."""
ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": NAMES, "email": ("email",), "username": ("username",), "kind": ("kind",), "primary": (),
}  # fmt: skip
"""What can have an order of its own -> the columns of it; `primary` is which job is the main one."""
Empty = Literal["next", "stays"]
"""Does a source that says nothing let the next one speak, or does it stay empty?"""
EMPTIES: Final[tuple[Empty, ...]] = get_args(Empty)


@dataclass(frozen=True, slots=True)
class Turn:
    """The order for one attribute: these sources first, then the others as always. No `empty`: as for all."""

    sources: tuple[str, ...] = ()
    empty: Empty | None = None


@dataclass(frozen=True, slots=True)
class Precedence:
    """The order of sources; those that are not listed come last. `work` are those that say who works here, or all."""

    sources: tuple[str, ...] = ()
    work: tuple[str, ...] = ()
    empty: Empty = "next"
    attributes: Mapping[str, Turn] = field(default_factory=dict)

    def ordered(self, rows: Sequence[Person], attribute: str = "") -> list[Person]:
        """Return the rows of one person in the order in which they speak, about all or about this attribute."""
        if not self.sources:
            return list(rows)
        turn = self.attributes.get(attribute, Turn())
        ranks = {name: rank for rank, name in enumerate(dict.fromkeys((*turn.sources, *self.sources)))}
        return sorted(rows, key=lambda row: (ranks.get(row.source, len(ranks)), row.source, row.key))

    def employing(self, rows: Sequence[Person]) -> list[Person]:
        """Return the rows that say whether the person works here: all, unless there is one of `work`."""
        return [row for row in rows if row.source in self.work] or list(rows)

    def speaker(self, rows: Sequence[Person], attribute: str) -> Person:
        """Return the row whose value of this attribute holds."""
        ordered = self.ordered(rows, attribute)
        if (self.attributes.get(attribute, Turn()).empty or self.empty) == "stays":
            return ordered[0]
        return next((row for row in ordered if any(values_of(row, attribute))), ordered[0])

    def stated(self) -> dict[str, Any]:
        """Return it as JSON that can be kept."""
        turns = {name: [list(turn.sources), turn.empty] for name, turn in sorted(self.attributes.items())}
        return {"sources": list(self.sources), "work": list(self.work), "empty": self.empty, "attributes": turns}

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Precedence:
        """Return what was kept."""
        turns = {name: Turn(tuple(sources), empty) for name, (sources, empty) in stated["attributes"].items()}
        return cls(tuple(stated["sources"]), tuple(stated["work"]), stated["empty"], turns)


AS_THEY_CAME: Final = Precedence()


def values_of(row: Person, attribute: str) -> tuple[str, ...]:
    """Return what a row says of an attribute, column by column."""
    return tuple(getattr(row, column) for column in ATTRIBUTES[attribute])
