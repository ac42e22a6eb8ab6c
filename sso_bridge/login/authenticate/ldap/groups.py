"""Groups of a person, nested ones included: a bounded walk upwards in which circles end (LD-10)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

DEEPEST = 12
MOST = 5000
BATCH = 40


def nested_groups(start: str, parents: Callable[[list[str]], Iterable[str]]) -> frozenset[str]:
    """Return the names of all groups above `start`; `parents` gives the groups with one of these as direct member.

    Stops after `DEEPEST` levels or `MOST` groups: a directory that is stranger than that gives fewer, not a hang.
    """
    found: set[str] = set()
    level = [start]
    for _ in range(DEEPEST):
        above = {dn for batch in _batches(level) for dn in parents(batch)} - found
        found |= above
        if not above or len(found) > MOST:
            break
        level = sorted(above)
    return frozenset(sorted(found)[:MOST])


def _batches(names: list[str]) -> Iterator[list[str]]:
    for at in range(0, len(names), BATCH):
        yield names[at : at + BATCH]
