"""People who are put into a group, or kept out of it, by name: with a reason, and until a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b


@dataclass(frozen=True, slots=True)
class Named:
    """One exception of a group rule. `of` is the unit, manager or value it is about; empty for all groups of the rule.

    It holds from `since` (from ever without it) to `until`, both days included.
    """

    person: str
    joins: bool
    reason: str
    until: date
    since: date | None = None
    of: str = ""

    def holds_on(self, day: date) -> bool:
        """Return whether it counts on that day."""
        return day <= self.until and (self.since is None or self.since <= day)

    def __str__(self) -> str:
        """Return what explanations show."""
        return f"{'included' if self.joins else 'excluded'} until {self.until}: {self.reason}"


def holding(named: Iterable[Named], day: date) -> tuple[Named, ...]:
    """Return the exceptions that count on that day."""
    return tuple(one for one in named if one.holds_on(day))


def mark(named: Iterable[Named], day: date) -> int:
    """Return 64 bits that differ when other exceptions count: what is remembered of a person rests on them too."""
    said = "\n".join(f"{one.joins} {one.of}" for one in holding(named, day))
    return int.from_bytes(blake2b(said.encode(), digest_size=8).digest())
