"""Which groups are inside which, where a platform lets groups hold groups; wanted against known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from provisioners.ports import GroupShadow

Parent = Callable[[str], str]
"""Returns the key of the group that holds this one, empty at the top and for a group behind which nothing stands."""


@dataclass(slots=True)
class Nesting:
    """`inside` holds by key the groups that ought to be inside, once `reach` has gone up from those with members."""

    parent: Parent
    known: Mapping[str, GroupShadow]
    inside: dict[str, set[str]] = field(default_factory=dict)

    def reach(self, keys: Iterable[str]) -> set[str]:
        """Return these groups and all around them: they must be there though nobody is in them directly."""
        found: set[str] = set()
        for key in keys:
            inner = key
            while inner and inner not in found:
                found.add(inner)
                outer = self.parent(inner)
                if outer:
                    self.inside.setdefault(outer, set()).add(inner)
                inner = outer
        return found

    def stay(self, keys: Iterable[str]) -> None:
        """Let these groups, which are there though nobody is in them, be inside where they belong if that is there."""
        there = set(keys)
        for inner in there:
            outer = self.parent(inner)
            if outer in there:
                self.inside.setdefault(outer, set()).add(inner)

    def gone(self, key: str) -> Iterator[tuple[str, int]]:
        """Yield the groups to take out of this one, and how many people are taken out with each."""
        shadow = self.known.get(key)
        for inner in sorted(shadow.groups - self.inside.get(key, set())) if shadow else ():
            yield inner, len(self._people(inner))

    def new(self, key: str) -> list[str]:
        """Return the groups to put into this one."""
        shadow = self.known.get(key)
        return sorted(self.inside.get(key, set()) - (shadow.groups if shadow else frozenset()))

    def _people(self, key: str) -> set[int]:
        """Return who is known to be in this group, also by groups inside it."""
        people, seen, ahead = set[int](), set[str](), [key]
        while ahead:
            each = ahead.pop()
            shadow = self.known.get(each)
            if shadow is not None and each not in seen:
                seen.add(each)
                people |= shadow.members
                ahead += shadow.groups
        return people
