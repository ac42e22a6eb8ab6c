"""From the document an administrator wrote to compiled mappings and group rules; every mistake becomes a Problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, cast

from mappings.claims import check_names
from mappings.errors import MappingError, Problem
from mappings.expression import Kind, Language, Program
from mappings.groups.reading import GroupReader
from mappings.groups.rule import GroupRule
from mappings.leavers import LeaverPolicy, read_leaver
from mappings.manner import STRENGTHS, WITHOUTS, Manner, Strength, Without

MAPPING_KEYS: Final = ("for", "external", "attributes", "release", "leaver", "examples")
ATTRIBUTE_KEYS: Final = ("value", "strength", "empty", "unique")
UNIQUE_KINDS: Final[tuple[Kind, ...]] = ("texts", "text")
VALUE_KINDS: Final[tuple[Kind, ...]] = ("text", "flag", "whole", "number", "texts")


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """One attribute: its program, how firmly its value is held on the platform, and what happens without one."""

    name: str
    program: Program
    strength: Strength
    path: str
    without: Without = "clear"
    unique: bool = False


@dataclass(frozen=True, slots=True)
class MappingRules:
    """One compiled mapping."""

    name: str
    scope: Program | None
    attributes: tuple[AttributeRule, ...]
    release: tuple[str, ...]
    leaver: LeaverPolicy
    external: bool = False

    def manner(self) -> Manner:
        """Return how the attributes are held on a platform."""
        return Manner(
            {rule.name: rule.strength for rule in self.attributes},
            {rule.name: rule.without for rule in self.attributes if rule.without != "clear"},
            frozenset(rule.name for rule in self.attributes if rule.unique),
        )


class Reader:
    """Collects problems while it compiles; raises none."""

    def __init__(self, language: Language, problems: list[Problem] | None = None) -> None:
        self.language = language
        self.problems: list[Problem] = [] if problems is None else problems

    def mapping(self, name: str, document: Any) -> MappingRules:
        """Return one entry of `mappings`."""
        path = f"mappings.{name}"
        body = self.body(document, path, MAPPING_KEYS)
        attributes = self.body(body.get("attributes", {}), f"{path}.attributes")
        rules = [self._attribute(path, str(key), value) for key, value in attributes.items()]
        release = self.texts(body.get("release", []), f"{path}.release")
        check_names(map(str, attributes), release, path, self.problems)
        scope = self.program(body["for"], f"{path}.for", "flag") if "for" in body else None
        for program, place in ((scope, f"{path}.for"), *((rule.program, rule.path) for rule in rules if rule)):
            if program is not None and "group" in program.variables:
                self.problem(place, "cannot use group", "only the rules under groups have groups of their own")
        return MappingRules(
            name,
            scope,
            tuple(rule for rule in rules if rule is not None),
            tuple(dict.fromkeys(release)),
            read_leaver(body.get("leaver"), f"{path}.leaver", self.problems),
            self.flag(body, f"{path}.external"),
        )

    def flag(self, body: Mapping[str, Any], path: str) -> bool:
        """Return the true or false at the end of the path."""
        said = body.get(path.rpartition(".")[2], False)
        if not isinstance(said, bool):
            self.problem(path, "must be true or false")
        return said is True

    def group(self, name: str, document: Any, platforms: Iterable[str]) -> GroupRule:
        """Return one entry of `groups`."""
        return GroupReader(self, name, document).rule(platforms)

    def program(self, source: Any, path: str, *kinds: Kind) -> Program | None:
        """Return the compiled expression, or None with its problems noted."""
        try:
            return self.language.compile(source, path, *kinds)
        except MappingError as error:
            self.problems.extend(error.problems)
            return None

    def problem(self, path: str, message: str, hint: str = "") -> None:
        """Note one mistake."""
        self.problems.append(Problem(path, message, hint))

    def unknown(self, names: Iterable[str], known: list[str], path: str, what: str) -> None:
        """Note each name that is not known, with the nearest one that is."""
        for name in names:
            if name not in known:
                close = get_close_matches(name, known, 1)
                hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known)) or 'none'}"
                self.problem(path, f"unknown {what} {name}", hint)

    def _attribute(self, path: str, name: str, value: Any) -> AttributeRule | None:
        path = f"{path}.attributes.{name}"
        body = value if isinstance(value, Mapping) else {"value": value}
        self.unknown(map(str, body), list(ATTRIBUTE_KEYS), path, "key")
        strength = cast("Strength", self._one_of(body, f"{path}.strength", STRENGTHS, "strong"))
        without = cast("Without", self._one_of(body, f"{path}.empty", WITHOUTS, "clear"))
        if strength == "weak" and "empty" in body and without != "keep":
            self.problem(f"{path}.empty", "a weak attribute is never emptied", "leave it out, or write keep")
        unique = self.flag(body, f"{path}.unique")
        program = self.program(body.get("value", ""), path, *(UNIQUE_KINDS if unique else VALUE_KINDS))
        return AttributeRule(name, program, strength, path, without, unique) if program else None

    def _one_of(self, body: Mapping[str, Any], path: str, known: tuple[str, ...], default: str) -> str:
        said = body.get(path.rpartition(".")[2], default)
        if said in known:
            return str(said)
        self.problem(path, f"must be {', '.join(known[:-1])} or {known[-1]}")
        return default

    def body(self, document: Any, path: str, keys: tuple[str, ...] = ()) -> Mapping[str, Any]:
        """Return the mapping, empty when it is none; with `keys` others are mistakes."""
        if not isinstance(document, Mapping):
            self.problem(path, "must be a mapping of keys to values")
            return {}
        if keys:
            for key in document:
                self.unknown([str(key)], list(keys), f"{path}.{key}", "key")
        return document

    def texts(self, value: Any, path: str) -> list[str]:
        """Return the list of texts, empty when it is none."""
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.problem(path, "must be a list of texts")
        return []
