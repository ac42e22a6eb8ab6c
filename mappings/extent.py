"""How large a value can become: characters of a text, elements of a list; counted from the tree, before anything runs.

The engine frees nothing before an evaluation ends, so what loops leave behind adds up. A text fact counts as
`FACT` characters, one in a list of facts as `ELEMENT`: all facts together are at most 64 KiB (`expression.MOST_INPUT`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LONGEST_LIST: Final = 64
"""Elements of a fact that is a list; `facts.py` keeps to it."""
FACT: Final = 4096
ELEMENT: Final = 1024
MADE: Final = 4096
"""Characters that one of our own functions gives at most."""


@dataclass(frozen=True, slots=True)
class Extent:
    """At most `size` characters, or `items` elements, each as large as `inner`."""

    size: int = 1
    items: int = 0
    inner: Extent | None = None

    @property
    def units(self) -> int:
        """Return characters and elements, all told."""
        return self.size + self.items * (1 + (self.inner.units if self.inner else 0))

    def element(self) -> Extent:
        """Return the largest element."""
        return self.inner or SMALL

    def or_(self, other: Extent) -> Extent:
        """Return what is as large as either."""
        inner = (self.inner and other.inner and self.inner.or_(other.inner)) or self.inner or other.inner
        return Extent(max(self.size, other.size), max(self.items, other.items), inner)

    def and_(self, other: Extent) -> Extent:
        """Return both, one after the other."""
        either = self.or_(other)
        return Extent(self.size + other.size, self.items + other.items, either.inner)

    def times(self, rounds: int) -> Extent:
        """Return a list that gets this much in each round."""
        return Extent(1, self.items * rounds, self.inner)


SMALL: Final = Extent()
"""A number, a truth value, a message (whose facts are counted where they are read)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A type as far as it matters here: a text, a list of something, or something small."""

    text: bool = False
    of: Shape | None = None

    def largest(self, text: int, element: int) -> Extent:
        """Return the extent of a fact, or of what a function makes."""
        if self.of is not None:
            return Extent(1, LONGEST_LIST, self.of.largest(element, element))
        return Extent(text) if self.text else SMALL
