"""What a rule may do at most, and what it may not do at all: decided from its tree, before it ever runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Final

from mappings.errors import Problem
from mappings.syntax import Reading

MOST_STEPS: Final = 50_000
MOST_MADE: Final = 4 << 20
"""Characters and elements; the facts may be 16 times as long as they are counted, so this is 64 MiB."""
_FORBIDDEN: Final = {"dyn": "types must be known", "type": "types are no values here"}


def place_of(source: str, at: int) -> tuple[int, int]:
    """Return line and column, from 1, of a character counted from 0."""
    before = source[:at]
    return before.count("\n") + 1, at - before.rfind("\n")


def refusals(tree: Reading, source: str, path: str) -> list[Problem]:
    """Return a Problem, with line and column, for each thing that a checked expression does and may not."""
    return [Problem(path, message, "", *place_of(source, at)) for at, message in sorted(_refused(tree))]


def missing_tables(tree: Reading, source: str, path: str, tables: Collection[str]) -> Iterator[Problem]:
    """Yield a Problem for each look-up table that is not there, or whose name is not written out."""
    for name, at in tree.tables.items():
        if not name:
            hint = "write table('name', ...)"
            yield Problem(path, "the name of a table is written out, in quotes", hint, *place_of(source, at))
        elif name not in tables:
            close = get_close_matches(name, tables, 1)
            hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(tables)) or 'none'}"
            yield Problem(path, f"there is no table {name}", hint, *place_of(source, at))


def _refused(tree: Reading) -> Iterator[tuple[int, str]]:
    for name in _FORBIDDEN.keys() & tree.calls.keys():
        yield tree.calls[name], f"{name}() is not available: {_FORBIDDEN[name]}"
    for name, at in tree.builds.items():
        yield at, f"{name}{{}} cannot be built in a rule"
    work, memory = tree.steps / MOST_STEPS, tree.units / MOST_MADE
    if max(work, memory) > 1:
        steps = f"could take {tree.steps:,} steps, {MOST_STEPS:,} are allowed"
        characters = f"could make {tree.units:,} characters, {MOST_MADE:,} are allowed"
        yield tree.heaviest, steps if work > memory else characters
