"""Each rule is tried at every save: one that never has a value is refused before it can leave everybody in doubt.

Tried are nobody in particular, somebody of whom everything is known, and the people of the mapping's own examples. A
rule that looks units up by their key is not tried: there are none.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from mappings.bound import Bound
from mappings.errors import EvaluationError, Problem
from mappings.examples import NoChart, WrongExample, facts_of
from mappings.expression import Language, Program
from mappings.extent import LONGEST_LIST
from mappings.facts import TYPES, VARIABLES, FactSource
from mappings.reading import MappingRules

_KNOWN: Final[dict[str, Any]] = {
    "string": "1", "bool": True, "double": 1.0, "int": 1, "strings": ["1"] * LONGEST_LIST,
}  # fmt: skip
_SAID: Final = {
    "email": "given.family@corp.example", "displayName": "Given van Family", "givenName": "Given-Name Second",
    "hiredOn": "2020-02-29", "leavesOn": "2030-12-31", "validFrom": "2020-02-29", "validTo": "2030-12-31",
}  # fmt: skip


def never_a_value(
    language: Language, compiled: Mapping[str, MappingRules], documents: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield a Problem for each rule of a mapping that has no value for anybody who was tried."""
    for name, rules in compiled.items():
        people = list(_people(language, documents[name].get("examples") or []))
        tried = [(rule.path, rule.program) for rule in rules.attributes]
        for path, program in [*tried, *([(f"mappings.{name}.for", rules.scope)] if rules.scope else [])]:
            why = "" if program.looks_up else _no_value(program, people)
            if why:
                hint = "write an example of somebody for whom it has a value"
                yield Problem(path, f"has no value for anybody who was tried: {why}", hint, *program.place)


def _no_value(program: Program, people: list[Bound]) -> str:
    why = ""
    for bound in people:
        try:
            program.run(bound)
        except EvaluationError as error:
            why = str(error)
        else:
            return ""
    return why


def _people(language: Language, examples: Any) -> Iterator[Bound]:
    source = FactSource(NoChart())
    known = {name: _filled(text) for name, text in VARIABLES.items()}
    for example in ({}, known, *examples):
        with suppress(WrongExample):
            yield language.bind(facts_of(example, source), source.unit)


def _filled(type_name: str) -> Any:
    if type_name.startswith("list:"):
        return [_filled(type_name.removeprefix("list:"))] * LONGEST_LIST
    return {
        name: _filled(text) if text in TYPES else _SAID.get(name, _KNOWN[text])
        for name, text in TYPES[type_name].items()
    }
