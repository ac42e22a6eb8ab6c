"""The checked syntax tree of an expression: which facts it reads, and how much work it can make at most.

Reads the engine's own serialised form (`cel.expr.CheckedExpr`, wire format of protocol buffers), so that text and tree
cannot disagree. Needed because the engine stops loops but not what happens inside one round of them.
"""

# ruff: noqa: PLR2004 - the numbers are field numbers of cel.expr.CheckedExpr (google/cel-spec, syntax.proto)

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_LIST: Final = 64
"""Elements of a fact that is a list; `facts.py` keeps to it."""
WEIGHT: Final = {"_+_": 10, "@in": 8}
"""Operators that copy or search; everything else of the standard library counts as one step."""
OWN_WEIGHT: Final = 12
_STANDARD: Final = frozenset({
    "!_", "-_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "_?_:_", "_-_", "_*_", "_/_", "_%_",
    "_[_]", "size",
})  # fmt: skip
_NO_STRICT: Final = "@not_strictly_false"
_VARINT, _BYTES = 0, 2

Fields = dict[int, list[bytes | int]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tree does: dotted facts it reads, functions it calls, messages it builds, steps it takes at most."""

    paths: frozenset[str]
    calls: frozenset[str]
    builds: frozenset[str]
    steps: int
    plain: str = ""
    applied: str = ""


def read_tree(serialized: bytes) -> Reading:
    """Return what the checked tree does.

    `plain` is the dotted fact when the expression is nothing else, or one function `applied` to nothing but that fact.
    """
    root = _sub(_fields(_raw(_fields(serialized), 2)), 4)
    walk = _Walk()
    steps = walk.cost(root, frozenset())
    reads, calls, builds = (frozenset(each) for each in (walk.paths, walk.calls, walk.builds))
    return Reading(reads, calls, builds, steps, *_plain(root))


class _Walk:
    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.calls: set[str] = set()
        self.builds: set[str] = set()

    def cost(self, node: Fields, bound: frozenset[str]) -> int:
        """Return the steps of one node; `bound` are the loop variables around it."""
        dotted = _dotted(node, bound)
        if dotted:
            self.paths.add(dotted)
            return 1
        kinds = {5: self._select, 6: self._call, 7: self._list, 8: self._struct, 9: self._loop}
        return next((cost(_sub(node, number), bound) for number, cost in kinds.items() if number in node), 1)

    def _select(self, select: Fields, bound: frozenset[str]) -> int:
        return 1 + self.cost(_sub(select, 1), bound)

    def _list(self, made: Fields, bound: frozenset[str]) -> int:
        return 1 + sum(self.cost(_fields(raw), bound) for raw in _raws(made, 1))

    def _call(self, call: Fields, bound: frozenset[str]) -> int:
        name = _raw(call, 2).decode()
        self.calls.add(name)
        parts = [*_raws(call, 1), *_raws(call, 3)]
        own = 1 if name in _STANDARD or name == _NO_STRICT else WEIGHT.get(name, OWN_WEIGHT)
        return own + sum(self.cost(_fields(raw), bound) for raw in parts)

    def _struct(self, struct: Fields, bound: frozenset[str]) -> int:
        if 1 in struct:
            self.builds.add(_raw(struct, 1).decode())
        entries = [_fields(raw) for raw in _raws(struct, 2)]
        return 1 + sum(self.cost(_sub(entry, part), bound) for entry in entries for part in (3, 4) if part in entry)

    def _loop(self, loop: Fields, bound: frozenset[str]) -> int:
        ranged = _sub(loop, 2)
        inner = bound | {_raw(loop, part).decode() for part in (1, 3, 8) if part in loop}
        rounds = len(_raws(_sub(ranged, 7), 1)) if 7 in ranged else LONGEST_LIST
        inside = sum(self.cost(_sub(loop, part), inner) for part in (5, 6) if part in loop)
        around = sum(self.cost(_sub(loop, part), inner) for part in (4, 7) if part in loop)
        return self.cost(ranged, bound) + around + rounds * inside


def _plain(root: Fields) -> tuple[str, str]:
    """Return (`person.email`, `trim`) for `person.email.trim()`, (`person.email`, empty) for the fact alone."""
    call = _sub(root, 6)
    if 1 in call and 3 not in call:
        path = _dotted(_sub(call, 1), frozenset())
        return (path, _raw(call, 2).decode()) if path else ("", "")
    return _dotted(root, frozenset()), ""


def _dotted(node: Fields, bound: frozenset[str]) -> str:
    """Return `person.email` for a chain of selections on a variable, empty for anything else."""
    if 4 in node:
        name = _raw(_sub(node, 4), 1).decode()
        return "" if name in bound else name
    if 5 in node and 3 not in _sub(node, 5):
        select = _sub(node, 5)
        of = _dotted(_sub(select, 1), bound)
        return f"{of}.{_raw(select, 2).decode()}" if of else ""
    return ""


def _sub(fields: Fields, number: int) -> Fields:
    return _fields(_raw(fields, number))


def _raw(fields: Fields, number: int) -> bytes:
    return _raws(fields, number)[-1] if number in fields else b""


def _raws(fields: Fields, number: int) -> list[bytes]:
    return [value for value in fields.get(number, []) if isinstance(value, bytes)]


def _fields(message: bytes) -> Fields:
    found: Fields = {}
    for number, value in _decode(message):
        found.setdefault(number, []).append(value)
    return found


def _decode(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif kind == _BYTES:
            length, at = _varint(message, at)
            yield number, message[at : at + length]
            at += length
        else:
            raise ValueError("the engine gave a tree of an unknown form")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
