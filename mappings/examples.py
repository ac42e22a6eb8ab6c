"""Examples in a mapping, run at every save: `{person: {givenName: Ann}, expect: {displayName: Ann}}`.

Facts are given by the names expressions use; what is not given is empty, what is derived (`displayName`) is derived
unless it is given. `expect` names attributes, or `in_scope`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

from mappings.bound import Bound
from mappings.errors import EvaluationError, Problem
from mappings.expression import Language, Program
from mappings.facts import TYPES, VARIABLES, FactSource, empty
from mappings.people import Person
from mappings.reading import MappingRules

_FIELDS: Final = {
    "givenName": "given_name", "prefix": "name_prefix", "familyName": "family_name", "partnerName": "partner_name",
    "partnerPrefix": "partner_prefix",
    "nameOrder": "name_order", "preferredName": "preferred_name", "email": "email", "username": "username",
    "kind": "kind", "status": "status", "id": "key",
}  # fmt: skip
_CHECKS: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str,), "a text"), "bool": ((bool,), "true or false"), "double": ((int, float), "a number"),
    "int": ((int,), "a whole number"), "strings": ((list, tuple), "a list of texts"),
}  # fmt: skip
NOBODY_ID: Final = "00000000-0000-0000-0000-000000000000"


class NoChart:
    """An org chart without anybody."""

    on = days = date(2000, 1, 1)

    def unit(self, key: str) -> None:
        """Return nobody, and no unit."""

    person = unit


class WrongExample(Exception):
    """What is wrong, below the example's path."""

    def __init__(self, place: str, message: str, hint: str = "") -> None:
        self.place, self.message, self.hint = place, message, hint
        super().__init__(message)


def run_examples(
    language: Language, compiled: Mapping[str, MappingRules], documents: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield a Problem for each example that cannot be read, has no value, or gives another than expected."""
    for name, rules in compiled.items():
        yield from run_each(f"mappings.{name}.examples", documents[name], partial(_run, language, rules))


def run_each(path: str, document: Mapping[str, Any], run: Callable[[Any, str], Iterator[Problem]]) -> Iterator[Problem]:
    """Yield what is wrong with the examples of one rule; `run` takes one of them and its path."""
    examples = document.get("examples") or []
    if not isinstance(examples, list):
        yield Problem(path, "must be a list")
        return
    for at, example in enumerate(examples):
        place = f"{path}[{at}]"
        try:
            yield from run(example, place)
        except WrongExample as wrong:
            yield Problem(f"{place}{wrong.place}", wrong.message, wrong.hint)
        except EvaluationError as error:
            yield Problem(place, str(error))


def _run(language: Language, rules: MappingRules, example: Any, path: str) -> Iterator[Problem]:
    if not isinstance(example, Mapping) or not isinstance(example.get("expect"), Mapping) or not example["expect"]:
        raise WrongExample("", "must have facts (person, primary ...) and expect")
    source = FactSource(NoChart())
    bound = language.bind(facts_of(example, source), source.unit)
    programs = {rule.name: rule.program for rule in rules.attributes}
    for name, wanted in example["expect"].items():
        if name != "in_scope" and name not in programs:
            raise WrongExample(
                f".expect.{name}", "is no attribute of this mapping", _nearest(name, [*programs, "in_scope"])
            )
        try:
            given = _in_scope(rules, bound) if name == "in_scope" else programs[name].run(bound)
        except EvaluationError as error:
            yield Problem(f"{path}.expect.{name}", str(error), _rule(rules, name), *_place(rules, name))
            continue
        expected = tuple(wanted) if isinstance(wanted, list) else wanted
        if given != expected or isinstance(given, bool) != isinstance(expected, bool):
            told = f"expected {_shown(expected)}, the rule gives {_shown(given)}"
            yield Problem(f"{path}.expect.{name}", told, _rule(rules, name), 1, 1)


def _program(rules: MappingRules, name: str) -> Program | None:
    return next((rule.program for rule in rules.attributes if rule.name == name), rules.scope)


def _place(rules: MappingRules, name: str) -> tuple[int, int]:
    program = _program(rules, name)
    return program.place if program else (1, 1)


def _rule(rules: MappingRules, name: str) -> str:
    """Return which rule a mistake of an example is about; line and column are those in its expression."""
    program, part = _program(rules, name), "for" if name == "in_scope" else f"attributes.{name}"
    return f"mappings.{rules.name}.{part}: {program.source}" if program else "a mapping without for: whoever is active"


def _in_scope(rules: MappingRules, bound: Bound) -> bool:
    return bool(bound.value("person.active")) and (rules.scope is None or bool(rules.scope.run(bound)))


def facts_of(example: Mapping[str, Any], source: FactSource) -> dict[str, Any]:
    """Return the facts that an example states, all others derived or empty; WrongExample."""
    for name in example:
        if name != "expect" and name not in VARIABLES:
            raise WrongExample(f".{name}", "unknown key", _nearest(name, [*VARIABLES, "expect"]))
    given = example.get("person") or {}
    _check(given, "Person", ".person")
    stated = {field: given[name] for name, field in _FIELDS.items() if name in given}
    person = Person(**{"id": 0, "uuid": NOBODY_ID, "source": "example", "key": "", **stated})
    facts = dict(source.facts(person))
    facts["person"] = {**facts["person"], **_tupled(given)}  # type: ignore[dict-item]
    for name, type_name in VARIABLES.items():
        if name == "person" or name not in example:
            continue
        one = type_name.removeprefix("list:")
        several = example[name] if type_name != one else [example[name]]
        if not isinstance(several, list):
            raise WrongExample(f".{name}", "must be a list")
        made = [_filled(each, one, f".{name}") for each in several]
        facts[name] = made if type_name != one else made[0]
    return facts


def _filled(given: Any, type_name: str, place: str) -> dict[str, Any]:
    _check(given, type_name, place)
    made = empty(type_name) | _tupled(given)
    for name, text in TYPES[type_name].items():
        if text in TYPES and name in given:
            made[name] = _filled(given[name], text, f"{place}.{name}")
    return made


def _check(given: Any, type_name: str, place: str) -> None:
    if not isinstance(given, Mapping):
        raise WrongExample(place, "must be a mapping of facts to values")
    for name, value in given.items():
        text = TYPES[type_name].get(str(name))
        if text is None:
            raise WrongExample(
                f"{place}.{name}", f"is not a fact of {type_name}", _nearest(str(name), [*TYPES[type_name]])
            )
        if text in TYPES:
            continue
        types, spoken = _CHECKS[text]
        right = isinstance(value, types) and (text == "bool" or not isinstance(value, bool))
        if not right or (text == "strings" and not all(isinstance(one, str) for one in value)):
            raise WrongExample(f"{place}.{name}", f"must be {spoken}")


def _tupled(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def _nearest(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known))}"


def _shown(value: object) -> str:
    text = repr(list(value)) if isinstance(value, tuple) else repr(value)
    return text if len(text) <= 200 else f"{text[:200]}..."  # noqa: PLR2004 - one line on a screen
