"""How a table says what its columns hold about people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Holding:
    """What the columns of one table hold. Every column stands in exactly one of the lists; a test looks.

    `what` tells the person whose data it is what this is. `person` are columns with our id of the person whose row it
    is, `about` those that say something about that person, `told` texts and JSON that may name anybody, `people`
    columns with the ids of several people, `nothing` what names and describes nobody. `end` is what erasing a person
    does with her rows: `deleted`, `blanked` (the row is needed, its words are not), or `kept` by a rule of its own; a
    table that is `emptied` is made anew out of others.
    """

    what: str
    person: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    nothing: tuple[str, ...] = ()
    end: Literal["", "deleted", "blanked", "kept", "emptied"] = ""
    columns: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Put all names together."""
        every = (*self.person, *self.about, *self.told, *self.people, *self.nothing)
        object.__setattr__(self, "columns", frozenset(every))
        if len(self.columns) != len(every):
            raise ValueError("a column stands in two lists")


def words(text: str) -> tuple[str, ...]:
    """Return the names in a line."""
    return tuple(text.split())
