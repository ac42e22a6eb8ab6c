"""Whom a plan is about: everybody, one person that somebody asked about, or a few of whom HR said something new."""

from __future__ import annotations

from dataclasses import dataclass

NOBODY: frozenset[int] = frozenset()


class Beyond(Exception):
    """More than these few people is concerned: only a plan for everybody is right. The text says what."""


@dataclass(frozen=True, slots=True)
class Focus:
    """A plan for the people with these ids of ours; for everybody without any.

    Of those in `seen` others may notice something, and those in `line` work below them: whoever owns groups because of
    them is decided anew. A plan that `follows` changes does all that a plan for everybody would do because of them, or
    raises Beyond; one that does not changes nothing but these people's own accounts and places in groups.
    """

    ids: frozenset[int] = NOBODY
    seen: frozenset[int] = NOBODY
    line: frozenset[int] = NOBODY
    follows: bool = False

    @classmethod
    def on(cls, id_: int) -> Focus:
        """Return the focus on one person, whom somebody asked about; on everybody for 0."""
        return cls(frozenset({id_}), frozenset({id_})) if id_ else EVERYBODY

    @property
    def exact(self) -> bool:
        """Return whether what follows for others has to be told."""
        return self.follows and bool(self.ids)

    @property
    def scope(self) -> dict[str, str]:
        """Return what the scope of a plan says of it."""
        if self.follows:
            return {**AFTER_CHANGES, **({"people": str(len(self.ids))} if self.ids else {})}
        return {"person": ",".join(map(str, sorted(self.ids)))} if self.ids else {}

    def __bool__(self) -> bool:
        """Return whether it is not everybody."""
        return bool(self.ids)

    def has(self, id_: int) -> bool:
        """Return whether the plan is about this person."""
        return not self.ids or id_ in self.ids


EVERYBODY = Focus()
ALL_AFTER_CHANGES = Focus(follows=True)
AFTER_CHANGES = {"after": "changes"}
"""The scope of plans that follow what HR said of a few people: their changes add up over a day (`plan.guards`)."""
