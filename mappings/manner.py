"""How attributes are held on a platform: how firmly, and what becomes of one whose value disappears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Literal

Strength = Literal["weak", "normal", "strong"]
"""`strong`: the platform always has the rule's value, what somebody changes there is written back. `normal`: written
when the rule's value changes; what somebody changes on the platform stays until then. `weak`: written only while the
account has no value there."""

Without = Literal["clear", "keep", "refuse"]
"""What happens when the rule gives an empty value: the attribute is emptied, or keeps the last value, or nothing at all
is changed for this person and somebody is told."""

STRENGTHS: Final[tuple[Strength, ...]] = ("weak", "normal", "strong")
WITHOUTS: Final[tuple[Without, ...]] = ("clear", "keep", "refuse")
NAMED: Final = 4
"""So many attributes are named in a reason."""


@dataclass(frozen=True)
class Manner:
    """How the attributes of one platform are held; a name that is not listed is strong and cleared."""

    strengths: Mapping[str, Strength] = field(default_factory=dict)
    withouts: Mapping[str, Without] = field(default_factory=dict)
    unique: frozenset[str] = frozenset()
    """Attributes of which no two people may have the same value, not even one after the other."""

    def strength(self, name: str) -> Strength:
        """Return how firmly this attribute is held."""
        return self.strengths.get(name, "strong")

    @cached_property
    def weak(self) -> frozenset[str]:
        """Return the attributes that are written only while there is no value."""
        return frozenset(name for name, strength in self.strengths.items() if strength == "weak")

    @cached_property
    def eased(self) -> dict[str, Strength]:
        """Return the attributes that the platform may change, with their strength: all but strong ones."""
        return {name: strength for name, strength in self.strengths.items() if strength != "strong"}

    @cached_property
    def kept(self) -> frozenset[str]:
        """Return the attributes that are never emptied; a weak one never is."""
        return self.weak | {name for name, without in self.withouts.items() if without == "keep"}

    @cached_property
    def refused(self) -> frozenset[str]:
        """Return the attributes without which nothing is changed for a person."""
        return frozenset(name for name, without in self.withouts.items() if without == "refuse")

    @cached_property
    def loose(self) -> frozenset[str]:
        """Return the attributes of which an account may rightly have another value than the rule gives now."""
        return self.kept | self.unique

    def named(self, names: Iterable[str]) -> str:
        """Return these attributes with their strength, as a reason tells them: `title (normal), manager (strong)`."""
        told = [f"{name} ({self.strength(name)})" for name in sorted(names)]
        more = len(told) - NAMED
        return ", ".join(told[:NAMED]) + (f" and {more} more" if more > 0 else "")


STRICT: Final = Manner()
"""Everything is strong."""
