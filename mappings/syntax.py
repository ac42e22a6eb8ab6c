"""The checked syntax tree of an expression: which facts it reads, and how much work and memory it can take at most.

Reads the engine's own serialised form (`cel.expr.CheckedExpr`, wire format of protocol buffers), so that text and tree
cannot disagree. Needed because the engine stops loops but not what happens inside one round of them.
"""

# ruff: noqa: PLR2004 - the numbers are field numbers of cel.expr.CheckedExpr (google/cel-spec, syntax.proto)

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from mappings.extent import ELEMENT, FACT, MADE, SMALL, Extent, Shape
from mappings.wire import Fields, fields, raw, raws, sub, text, whole

WEIGHT: Final = {"_+_": 10, "@in": 8}
"""Operators that copy or search; everything else of the standard library counts as one step."""
OWN_WEIGHT: Final = 12
PER_STEP: Final = 4096
"""So many characters are copied or compared in the time of a step."""
_STANDARD: Final = frozenset({
    "!_", "-_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_", "_?_:_", "_-_", "_*_", "_/_", "_%_",
    "_[_]", "size",
})  # fmt: skip
_FALLIBLE: Final = frozenset({"_[_]", "_/_", "_%_", "int", "uint", "double", "bool", "timestamp", "duration"})
"""Without a value for some operands, however well-typed. (Our own functions only refuse texts that get too long.)"""
_NO_STRICT: Final = "@not_strictly_false"
_STRING, _BYTES = 5, 6


class Weight(NamedTuple):
    """What a part of an expression takes at most: steps, memory (characters and elements), and its value's extent."""

    steps: int
    units: int
    value: Extent = SMALL


@dataclass(frozen=True, slots=True)
class Reading:
    """What a tree does: dotted facts it reads, functions it calls, messages it builds; steps and memory at most.

    Calls and messages come with the character (from 0) where they stand first; `heaviest` is where the outermost of the
    heaviest loops stands, `fallible` where the first operation stands that may have no value. `tables` are the names of
    look-up tables; an empty one stands for a name that is not written out.
    """

    paths: frozenset[str]
    calls: Mapping[str, int]
    builds: Mapping[str, int]
    steps: int
    plain: str = ""
    applied: str = ""
    units: int = 0
    heaviest: int = 0
    fallible: int = 0
    tables: Mapping[str, int] = field(default_factory=dict)


def read_tree(serialized: bytes) -> Reading:
    """Return what the checked tree does.

    `plain` is the dotted fact when the expression is nothing else, or one function `applied` to nothing but that fact.
    """
    checked = sub(fields(serialized), 2)
    places = {whole(entry, 1): whole(entry, 2) for entry in map(fields, raws(sub(checked, 5), 4))}
    types = {whole(entry, 1): sub(entry, 2) for entry in map(fields, raws(checked, 3))}
    root = sub(checked, 4)
    walk = _Walk(places, types)
    weight = walk.weigh(root, {})
    heaviest, fallible = max(walk.loops, default=(0, 0))[1], min(walk.fallible, default=0)
    return Reading(
        frozenset(walk.paths),
        walk.calls,
        walk.builds,
        weight.steps,
        *_plain(root),
        weight.units,
        -heaviest,
        fallible,
        walk.tables,
    )


@dataclass(slots=True)
class _Walk:
    places: Mapping[int, int]
    types: Mapping[int, Fields]
    paths: set[str] = field(default_factory=set)
    calls: dict[str, int] = field(default_factory=dict)
    builds: dict[str, int] = field(default_factory=dict)
    loops: list[tuple[int, int]] = field(default_factory=list)
    fallible: list[int] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)

    def weigh(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        """Return what one node takes; `bound` are the loop variables around it."""
        dotted = _dotted(node, bound)
        if dotted:
            self.paths.add(dotted)
            return Weight(1, 0, self._shape(node).largest(FACT, ELEMENT))
        kinds = {3: self._constant, 4: self._variable, 5: self._select, 6: self._call, 7: self._list, 8: self._struct}
        known = next((weigh for number, weigh in kinds.items() if number in node), self._loop)
        return known(node, bound)

    def _constant(self, node: Fields, _bound: Mapping[str, Extent]) -> Weight:
        written = len(raw(sub(node, 3), 6)) + len(raw(sub(node, 3), 7))
        return Weight(1, written, Extent(max(written, 1)))

    def _variable(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        return Weight(1, 0, bound[text(sub(node, 4), 1)])

    def _select(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        of = self.weigh(sub(sub(node, 5), 1), bound)
        return Weight(1 + of.steps, of.units, self._shape(node).largest(ELEMENT, ELEMENT))

    def _list(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        return self._made([self.weigh(fields(each), bound) for each in raws(sub(node, 7), 1)])

    def _struct(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        struct = sub(node, 8)
        if 1 in struct:
            self.builds.setdefault(text(struct, 1), self._place(node))
        entries = [fields(each) for each in raws(struct, 2)]
        keys = [self.weigh(sub(entry, 3), bound) for entry in entries if 3 in entry]
        values = [self.weigh(sub(entry, 4), bound) for entry in entries]
        made = self._made([*keys, *values])
        return made._replace(value=Extent(1, len(entries), made.value.inner))

    def _made(self, parts: list[Weight]) -> Weight:
        inner = _largest(part.value for part in parts)
        made = Extent(1, len(parts), inner)
        return Weight(1 + sum(part.steps for part in parts), made.units + sum(part.units for part in parts), made)

    def _call(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        call = sub(node, 6)
        name = text(call, 2)
        self.calls.setdefault(name, self._place(node))
        parts = [self.weigh(fields(each), bound) for each in (*raws(call, 1), *raws(call, 3))]
        standard = name in _STANDARD or name == _NO_STRICT
        if name == "table":
            self.tables.setdefault(text(sub(fields(raws(call, 3)[0]), 3), 6), self._place(node))
        if name in _FALLIBLE:
            self.fallible.append(self._place(node))
        own = 1 if standard else WEIGHT.get(name, OWN_WEIGHT)
        own += sum(part.value.units for part in parts) // PER_STEP
        value = self._given(name, node, [part.value for part in parts])
        made = 0 if name in {"_[_]", "_?_:_"} else value.units
        return Weight(own + sum(part.steps for part in parts), made + sum(part.units for part in parts), value)

    def _given(self, name: str, node: Fields, parts: list[Extent]) -> Extent:
        """Return the extent of what a function gives for operands of these."""
        if name == "_[_]":
            return parts[0].element()
        if name == "_?_:_":
            return parts[1].or_(parts[2])
        shape = self._shape(node)
        if not shape.text and shape.of is None:
            return SMALL
        if name == "_+_":
            return parts[0].and_(parts[1])
        made = shape.largest(MADE, MADE)
        return made.or_(_largest(parts)) if name in {"string", "bytes"} else made

    def _loop(self, node: Fields, bound: Mapping[str, Extent]) -> Weight:
        loop = sub(node, 9)
        ranged, start = self.weigh(sub(loop, 2), bound), self.weigh(sub(loop, 4), bound)
        rounds, total = ranged.value.items, text(loop, 3)
        inner = {**bound, **{text(loop, part): ranged.value.element() for part in (1, 8) if part in loop}}
        inside = {**inner, total: start.value}
        ends, step = self.weigh(sub(loop, 5), inside), self.weigh(sub(loop, 6), inside)
        collected = start.value.or_(step.value.times(rounds)) if step.value.items else start.value
        after = self.weigh(sub(loop, 7), {**bound, total: collected})
        parts = (ranged, start, after)
        steps = rounds * (ends.steps + step.steps) + sum(part.steps for part in parts)
        units = rounds * (ends.units + step.units) + sum(part.units for part in parts) + collected.units
        self.loops.append((steps + units // PER_STEP, -self._place(node)))
        return Weight(steps, units, after.value)

    def _place(self, node: Fields) -> int:
        return self.places.get(whole(node, 2), 0)

    def _shape(self, node: Fields) -> Shape:
        return _shape(self.types.get(whole(node, 2), {}))


def _shape(type_: Fields) -> Shape:
    if 6 in type_:
        return Shape(of=_shape(sub(sub(type_, 6), 1)))
    return Shape(text=whole(type_, 3) in {_STRING, _BYTES})


def _largest(extents: Iterable[Extent]) -> Extent:
    largest = SMALL
    for each in extents:
        largest = largest.or_(each)
    return largest


def _plain(root: Fields) -> tuple[str, str]:
    """Return (`person.email`, `trim`) for `person.email.trim()`, (`person.email`, empty) for the fact alone."""
    call = sub(root, 6)
    if 1 in call and 3 not in call:
        path = _dotted(sub(call, 1), {})
        return (path, text(call, 2)) if path else ("", "")
    return _dotted(root, {}), ""


def _dotted(node: Fields, bound: Mapping[str, Extent]) -> str:
    """Return `person.email` for a chain of selections on a variable, empty for anything else."""
    if 4 in node:
        name = text(sub(node, 4), 1)
        return "" if name in bound else name
    if 5 in node and 3 not in sub(node, 5):
        select = sub(node, 5)
        of = _dotted(sub(select, 1), bound)
        return f"{of}.{text(select, 2)}" if of else ""
    return ""
