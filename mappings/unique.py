"""Values that no two people may share: a rule gives candidates, best first; who gets which is decided elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mappings.bound import Bound
from mappings.desired import Value
from mappings.reading import AttributeRule

Candidates = Mapping[str, tuple[str, ...]]
"""Attribute -> what may be given to this person, best first; without empty texts, each once."""


def attributes_of(
    rules: Iterable[AttributeRule], bound: Bound, known: dict[str, Value]
) -> tuple[dict[str, Value], dict[str, tuple[str, ...]]]:
    """Return the values, and the candidates where there is a choice; a choice begins with its first candidate.

    `known` keeps the values of expressions for other mappings that say the same of this person.
    """
    values: dict[str, Value] = {}
    candidates: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        program = rule.program
        value = known.get(program.source)
        if value is None:
            value = known[program.source] = program.run(bound)
        if rule.unique:
            texts = value if isinstance(value, tuple) else (str(value),)
            candidates[rule.name] = tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
            value = next(iter(candidates[rule.name]), "")
        values[rule.name] = value
    return values, candidates
