"""From the document an administrator wrote to compiled mappings and group rules; every mistake becomes a Problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final, Literal, cast

from mappings.claims import check_names
from mappings.errors import MappingError, Problem
from mappings.expression import Kind, Language, Program
from mappings.groups import GroupRule
from mappings.leavers import LeaverPolicy, read_leaver

Strength = Literal["weak", "normal", "strong"]
MAPPING_KEYS: Final = ("for", "external", "attributes", "release", "leaver", "examples")
GROUP_KEYS: Final = ("on", "each", "depth", "members", "owners", "name")
VALUE_KINDS: Final[tuple[Kind, ...]] = ("text", "flag", "whole", "number", "texts")
MOST_DEPTH: Final = 64


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """One attribute: its program, and how firmly it is held.

    `weak` is written when the account is made and then left alone; `normal` follows HR; `strong` also undoes
    changes made on the platform.
    """

    name: str
    program: Program
    strength: Strength
    path: str


@dataclass(frozen=True, slots=True)
class MappingRules:
    """One compiled mapping."""

    name: str
    scope: Program | None
    attributes: tuple[AttributeRule, ...]
    release: tuple[str, ...]
    leaver: LeaverPolicy
    external: bool = False


class Reader:
    """Collects problems while it compiles; raises none."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.problems: list[Problem] = []

    def mapping(self, name: str, document: Any) -> MappingRules:
        """Return one entry of `mappings`."""
        path = f"mappings.{name}"
        body = self._body(document, path, MAPPING_KEYS)
        attributes = self._body(body.get("attributes", {}), f"{path}.attributes")
        rules = [self._attribute(path, str(key), value) for key, value in attributes.items()]
        release = self._texts(body.get("release", []), f"{path}.release")
        check_names(map(str, attributes), release, path, self.problems)
        return MappingRules(
            name,
            self.program(body["for"], f"{path}.for", "flag") if "for" in body else None,
            tuple(rule for rule in rules if rule is not None),
            tuple(dict.fromkeys(release)),
            read_leaver(body.get("leaver"), f"{path}.leaver", self.problems),
            self._flag(body, f"{path}.external"),
        )

    def _flag(self, body: Mapping[str, Any], path: str) -> bool:
        said = body.get(path.rpartition(".")[2], False)
        if not isinstance(said, bool):
            self.problem(path, "must be true or false")
        return said is True

    def group(self, name: str, document: Any, platforms: Iterable[str]) -> GroupRule:
        """Return one entry of `groups`."""
        path = f"groups.{name}"
        body = self._body(document, path, GROUP_KEYS)
        each = body.get("each", "")
        if each not in {"", "unit", "manager"}:
            self.problem(f"{path}.each", "must be unit or manager")
            each = ""
        on = self._texts(body.get("on", []), f"{path}.on")
        self.unknown(on, list(platforms), f"{path}.on", "platform")
        return GroupRule(
            name, frozenset(on), self._members(body, path, each), each, self._depth(body, path, each),
            self._owners(body, path, each), self._title(body, path, each),
        )  # fmt: skip

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
        strength = "normal"
        if isinstance(value, Mapping):
            self.unknown(value, ["value", "strength"], path, "key")
            strength, value = value.get("strength", "normal"), value.get("value", "")
        if strength != "normal":
            hint = "leave it out: the value of the mapping is kept up at every sync"
            self.problem(f"{path}.strength", "only normal is supported by now", hint)
        program = self.program(value, path, *VALUE_KINDS)
        return AttributeRule(name, program, cast("Strength", strength), path) if program else None

    def _members(self, body: Mapping[str, Any], path: str, each: str) -> Program | frozenset[str]:
        members = body.get("members")
        if isinstance(members, list):
            if each:
                self.problem(f"{path}.members", "with each, members must be an expression")
            return frozenset(self._texts(members, f"{path}.members"))
        if members is None:
            self.problem(f"{path}.members", "is missing", "write an expression or a list of HR keys")
            return frozenset()
        return self.program(members, f"{path}.members", "flag") or frozenset()

    def _owners(self, body: Mapping[str, Any], path: str, each: str) -> Program | tuple[str, ...]:
        owners = body.get("owners", [])
        if isinstance(owners, list):
            return tuple(self._texts(owners, f"{path}.owners"))
        return self._impersonal(owners, f"{path}.owners", each, "text", "texts") or ()

    def _title(self, body: Mapping[str, Any], path: str, each: str) -> Program | None:
        return self._impersonal(body["name"], f"{path}.name", each, "text") if "name" in body else None

    def _impersonal(self, source: Any, path: str, each: str, *kinds: Kind) -> Program | None:
        program = self.program(source, path, *kinds)
        for read in program.reads if program else ():
            if read.split(".")[0] != each:
                what = f"only the group's own {each}, and unit('key')" if each else "only unit('key')"
                self.problem(path, f"cannot use {read}", f"a group is no person: it sees {what}")
        return program

    def _depth(self, body: Mapping[str, Any], path: str, each: str) -> int:
        depth = body.get("depth", 0)
        if (
            type(depth) is not int
            or not 0 <= depth <= MOST_DEPTH
            or ("depth" in body and (each != "unit" or not depth))
        ):
            self.problem(f"{path}.depth", "must be a number from 1 to 64, together with each: unit")
            return 0
        return depth

    def _body(self, document: Any, path: str, keys: tuple[str, ...] = ()) -> Mapping[str, Any]:
        if not isinstance(document, Mapping):
            self.problem(path, "must be a mapping of keys to values")
            return {}
        if keys:
            for key in document:
                self.unknown([str(key)], list(keys), f"{path}.{key}", "key")
        return document

    def _texts(self, value: Any, path: str) -> list[str]:
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return value
        self.problem(path, "must be a list of texts")
        return []
