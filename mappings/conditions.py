"""A condition in its parts: which of them was false, and what it compared, for "why not?".

The text is cut where CEL itself would: at `||`, `&&`, `!`, brackets around a whole part, `? :`, and at the operator of
a comparison. Each piece is compiled and run like any rule, in the same sandbox; a piece that cannot stand by itself
(it uses a loop variable) is shown as it is, without a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mappings.bound import Bound
from mappings.desired import Value
from mappings.errors import EvaluationError, MappingError
from mappings.expression import Kind, Language

KINDS: Final[tuple[Kind, ...]] = ("text", "flag", "whole", "number", "texts")
COMPARISONS: Final = ("==", "!=", "<=", ">=", "<", ">")
DEEPEST: Final = 12
OPENING: Final = dict(zip("([{", ")]}", strict=True))
QUOTES: Final = "'\""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a condition. `joined` says how its own parts make its value: `&&`, `||`, `!`, `?`, or a comparison.

    `value` is None when it has none, with the `problem`.
    """

    text: str
    value: Value | None
    problem: str = ""
    joined: str = ""
    parts: tuple[Part, ...] = ()


def parts_of(language: Language, text: str, bound: Bound, *, depth: int = 0) -> Part:
    """Return the condition with the values of its parts for these facts."""
    text = _bare(text.strip())
    value, problem = _value(language, text, bound)
    if depth >= DEEPEST:
        return Part(text, value, problem)
    joined, pieces = _cut(text)
    parts = tuple(parts_of(language, piece, bound, depth=depth + 1) for piece in pieces)
    if joined in COMPARISONS:
        parts = tuple(Part(one.text, one.value, one.problem) for one in parts)
    return Part(text, value, problem, joined, parts)


def culprits(part: Part, *, wanted: bool = True) -> tuple[Part, ...]:
    """Return the smallest parts because of which the condition is not as wanted; none when it is."""
    if part.value is wanted:
        return ()
    if part.joined == "!":
        return culprits(part.parts[0], wanted=not wanted)
    if part.joined in {"&&", "||"}:
        found = tuple(one for each in part.parts for one in culprits(each, wanted=wanted))
        return found or (part,)
    return (part,)


def _value(language: Language, text: str, bound: Bound) -> tuple[Value | None, str]:
    try:
        return language.compile(text, "", *KINDS).run(bound), ""
    except MappingError:
        return None, "has no value by itself"
    except EvaluationError as error:
        return None, str(error)


def _bare(text: str) -> str:
    """Return the text without brackets around the whole of it."""
    while text.startswith("(") and _end_of(text, 0) == len(text) - 1:
        text = text[1:-1].strip()
    return text


def _cut(text: str) -> tuple[str, tuple[str, ...]]:
    """Return how the text is joined from which pieces, the loosest binding first; (empty, ()) for one that is whole."""
    if (choice := next(_places(text, ("?",)), None)) is not None:
        return _choice(text, choice[0])
    for operators in (("||",), ("&&",)):
        pieces = _split(text, operators)
        if len(pieces) > 1:
            return operators[0], tuple(pieces)
    places = list(_places(text, COMPARISONS))
    if len(places) == 1:
        at, operator = places[0]
        return operator, (text[:at].strip(), text[at + len(operator) :].strip())
    if text.startswith("!") and not text.startswith("!="):
        return "!", (text[1:].strip(),)
    return "", ()


def _choice(text: str, at: int) -> tuple[str, tuple[str, ...]]:
    """Return the three parts of a choice; CEL has no bare choice between `?` and `:`, so the first `:` is its own."""
    after = text[at + 1 :]
    place = next((place for place, _ in _places(after, (":",))), None)
    if place is None:
        return "", ()
    return "?", (text[:at].strip(), after[:place].strip(), after[place + 1 :].strip())


def _split(text: str, operators: tuple[str, ...]) -> list[str]:
    pieces, begins = [], 0
    for at, operator in _places(text, operators):
        pieces.append(text[begins:at].strip())
        begins = at + len(operator)
    return [*pieces, text[begins:].strip()]


def _places(text: str, operators: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Yield where the operators stand outside of texts and brackets."""
    at = 0
    while at < len(text):
        if text[at] in QUOTES or text[at] in OPENING:
            at = _end_of(text, at) + 1
            continue
        found = next((one for one in operators if text.startswith(one, at)), "")
        if found:
            yield at, found
        at += len(found) or 1


def _end_of(text: str, at: int) -> int:
    """Return where the text or bracket that begins here ends; the end of everything when it does not."""
    if text[at] in QUOTES:
        raw = at > 0 and text[at - 1] in "rR"
        mark = text[at] * 3 if text.startswith(text[at] * 3, at) else text[at]
        inside = at + len(mark)
        while inside < len(text) and not text.startswith(mark, inside):
            inside += 1 if raw or text[inside] != "\\" else 2
        return min(inside + len(mark), len(text)) - 1
    closing, inside = OPENING[text[at]], at + 1
    while inside < len(text) and text[inside] != closing:
        inside = _end_of(text, inside) + 1 if text[inside] in QUOTES or text[inside] in OPENING else inside + 1
    return min(inside, len(text) - 1)
