"""Examples in a group rule, run at every save: `{person: {unitPath: [root, sales]}, in: [units/sales], not_in: [...]}`.

Facts are given as in the examples of a mapping. Units and managers that are named exist; `units` may tell more of them:
`{sales: {parent: root, kind: department}}`. With `on` the example plays on that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, Final

from mappings.desired import GroupKey
from mappings.errors import Problem
from mappings.examples import NOBODY_ID, WrongExample, facts_of, run_each
from mappings.expression import Language
from mappings.facts import FactSource
from mappings.groups.rule import GroupRule
from mappings.people import Assignment, Person, Unit

KEYS: Final = ("in", "not_in", "units", "on")
_TOLD: Final = ("name", "parent", "kind", "head", "deputy")


class _Told:
    """An org chart of the units and people that an example names."""

    def __init__(self, on: date, units: Mapping[str, Unit], lines: Mapping[str, str]) -> None:
        self.on = self.days = on
        self._units = units
        self._lines = lines

    def unit(self, key: str) -> Unit | None:
        """Return a unit that the example names."""
        return self._units.get(key)

    def person(self, key: str) -> Person | None:
        """Return a manager that the example names."""
        if key not in self._lines:
            return None
        return Person(0, NOBODY_ID, "example", key, assignments=(Assignment(key, manager=self._lines[key]),))


def run_group_examples(
    language: Language, rules: Mapping[str, GroupRule], documents: Mapping[str, Any]
) -> Iterator[Problem]:
    """Yield a Problem for each example that cannot be read, or that the rule answers in another way."""
    for name, rule in rules.items():
        yield from run_each(f"groups.{name}.examples", documents[name], partial(_run, language, rule))


def _run(language: Language, rule: GroupRule, example: Any, path: str) -> Iterator[Problem]:
    if not isinstance(example, Mapping) or not ({"in", "not_in"} & example.keys()):
        raise WrongExample("", "must have facts (person, primary ...) and in or not_in")
    if "expect" in example:
        raise WrongExample(".expect", "unknown key", "a group rule gives groups: write in and not_in")
    wanted = {part: _keys(rule, example.get(part, []), f".{part}") for part in ("in", "not_in")}
    stated = {name: value for name, value in example.items() if name not in KEYS}
    source = FactSource(_chart(example, _complete(facts_of(stated, FactSource(_Told(date.min, {}, {}))))))
    facts = _complete(facts_of(stated, source))
    if not facts["person"]["unitPath"]:
        facts["person"]["unitPath"] = source.unit(facts["primary"]["unit"])["path"]
    found = rule.of(language.bind(facts, source.unit), source)
    said = ", ".join(map(str, found)) or "no group"
    for key in wanted["in"]:
        if key not in found:
            yield Problem(f"{path}.in", f"expected {key}, the rule gives {said}")
    for key in wanted["not_in"]:
        if key in found:
            yield Problem(f"{path}.not_in", f"expected without {key}, the rule gives {said}")


def _complete(facts: dict[str, Any]) -> dict[str, Any]:
    """Fill in what follows: the main job is a job, and its unit ends the path."""
    person, jobs = dict(facts["person"]), facts["assignments"] or [facts["primary"]]
    units = (*person["unitPath"][-1:], *(job["unit"] for job in jobs))
    person["units"] = person["units"] or tuple(dict.fromkeys(key for key in units if key))
    return {**facts, "person": person, "assignments": jobs}


def _keys(rule: GroupRule, said: Any, place: str) -> list[GroupKey]:
    texts = [said] if isinstance(said, str) else said
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise WrongExample(place, "must be a list of groups")
    keys = [GroupKey(*one.split("/", 1)) for one in texts]
    for key in keys:
        if key.rule != rule.name or bool(key.of) != bool(rule.each.kind):
            written = f"{rule.name}/..." if rule.each.kind else rule.name
            raise WrongExample(place, f"{key} is no group of this rule", f"write {written}")
    return keys


def _chart(example: Mapping[str, Any], facts: Mapping[str, Any]) -> _Told:
    person, units = facts["person"], dict[str, Unit]()
    for path in (person["unitPath"], facts["unit"]["path"], *([one] for one in person["units"])):
        for above, key in zip(("", *path), path, strict=False):
            units.setdefault(key, Unit(key, parent=above))
    said = example.get("units") or {}
    if not isinstance(said, Mapping):
        raise WrongExample(".units", "must be a mapping of units to what is told of them")
    for key, body in said.items():
        if not isinstance(body, Mapping) or not set(body) <= set(_TOLD) or not all(map(_is_text, body.values())):
            raise WrongExample(f".units.{key}", f"must be a mapping with some of {', '.join(_TOLD)}, all texts")
        units[str(key)] = replace(units.get(str(key), Unit(str(key))), **body)
    above = (*person["managers"], "")
    return _Told(_day(example), units, dict(zip(person["managers"], above[1:], strict=True)))


def _day(example: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(example.get("on", "2000-01-01"))
    except (TypeError, ValueError):
        raise WrongExample(".on", "must be a day", "write it as 2027-01-31") from None


def _is_text(value: object) -> bool:
    return isinstance(value, str)
