"""What the engine says is wrong with an expression, in our words: line, column, the sentence, and what may be meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from mappings.errors import Problem

_ERROR: Final = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_QUOTED: Final = re.compile(
    r"^(undefined field|undeclared reference to) '([^']*)'(?: not found in struct 'facts\.(\w+)')?"
)


def complaints(path: str, said: str, known: Mapping[str, list[str]]) -> list[Problem]:
    """Return what was said as problems, each with a place; `known` are the facts of each type, and all other names."""
    if "recursion" in said:
        return [Problem(path, "nested too deeply: at most 32 in each other", line=1, column=1)]
    found = []
    for line, column, message in dict.fromkeys(_ERROR.findall(said)):
        plain = spoken(message.split(" (in container")[0].removesuffix(" [INVALID_ARGUMENT]"))
        place = (max(int(line), 1), max(int(column), 1))
        found.append(Problem(path, plain, _hint(message, known), *place))
    return found or [Problem(path, "cannot be read", line=1, column=1)]


def spoken(text: str) -> str:
    """Return the engine's words without its own names for our types."""
    return text.replace("'facts.", "'").replace("facts.", "").replace("not found in struct", "is not a fact of")


def _hint(message: str, known: Mapping[str, list[str]]) -> str:
    match = _QUOTED.match(message)
    if match is None:
        return ""
    _, name, struct = match.groups()
    names = known.get(struct or "", known[""])
    if name in names:
        return "it takes other arguments"
    close = get_close_matches(name, names, 1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(names))}"
