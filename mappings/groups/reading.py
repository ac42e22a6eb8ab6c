"""One entry of `groups` as an administrator wrote it -> a compiled rule; every mistake becomes a Problem."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from mappings.expression import Kind, Program
from mappings.facts import OWN_TO_ONE, TYPES, VARIABLES
from mappings.groups import places
from mappings.groups.closing import read_closing
from mappings.groups.named import Named
from mappings.groups.owners import Naming, Owners
from mappings.groups.places import REACHES, RECOGNISED, SHORT, Each
from mappings.groups.rule import GroupRule
from mappings.reads import Reads

KEYS: Final = (
    "on", "each", "reach", "depth", "when", "nested", "members", "include", "exclude", "owners", "deputies",
    "otherwise", "name", "description", "closed", "examples",
)  # fmt: skip
MOST_DEPTH: Final = 64
NOBODY: Final = "nobody"


class GroupReader:
    """Reads one rule."""

    def __init__(self, reads: Reads, name: str, document: Any) -> None:
        self._reads = reads
        self._name = name
        self._path = f"groups.{name}"
        self._body = reads.body(document, self._path, KEYS)

    def rule(self, platforms: Iterable[str]) -> GroupRule:
        """Return the compiled rule."""
        each = self._each()
        on = self._reads.texts(self._body.get("on", []), f"{self._path}.on")
        self._reads.unknown(on, list(platforms), f"{self._path}.on", "platform")
        members, each = self._members(each)
        rule = GroupRule(
            self._name, frozenset(on), members, each, self._impersonal("when", each, "flag"), self._owners(each),
            self._impersonal("name", each, "text"), self._impersonal("description", each, "text"), self._named(each),
            self._reads.flag(self._body, f"{self._path}.nested"),
            read_closing(self._body.get("closed"), f"{self._path}.closed", self._reads.problem),
        )  # fmt: skip
        self._check_nesting(rule)
        return rule

    def _each(self) -> Each:
        said = self._body.get("each", "")
        kind = self._kind(said)
        reach = self._body.get("reach", "")
        if "reach" in self._body and reach not in REACHES.get(kind, ()):
            known = " or ".join(REACHES.get(kind, ())) or "left out: it belongs to each: unit and each: manager"
            self._wrong("reach", f"must be {known}")
            reach = ""
        fact = {"unit": ("person", "units"), "manager": ("person", "managers")}.get(kind, ())
        fact = tuple(SHORT.get(said, said).split(".")) if kind == "fact" else fact
        return Each(kind, reach, self._depth(kind), fact)

    def _kind(self, said: Any) -> places.Kind:
        if said in {"", "unit", "manager"}:
            return said  # type: ignore[no-any-return]
        path = SHORT.get(said, said) if isinstance(said, str) else ""
        if path in OWN_TO_ONE:
            self._wrong("each", "is different for each person: that would be a group for everybody")
        elif _type_of(path) not in {"string", "strings"}:
            hint = f"write unit, manager, {', '.join(SHORT)}, or a fact such as primary.unitName"
            self._wrong("each", "is no fact that is a text", hint)
        else:
            return "fact"
        return ""

    def _depth(self, kind: places.Kind) -> int:
        depth = self._body.get("depth", 0)
        right = type(depth) is int and 0 <= depth <= MOST_DEPTH
        if not right or ("depth" in self._body and (kind != "unit" or not depth)):
            self._wrong("depth", "must be a number from 1 to 64, together with each: unit")
            return 0
        return int(depth)

    def _members(self, each: Each) -> tuple[Program | frozenset[str] | None, Each]:
        members, path = self._body.get("members"), f"{self._path}.members"
        if isinstance(members, list):
            if each.kind:
                self._wrong("members", "with each, members must be an expression")
            return frozenset(self._reads.texts(members, path)), each
        if members is None:
            if not each.kind:
                self._wrong("members", "is missing", "write an expression or a list of HR keys")
            return None, each
        program = self._reads.program(members, path, "flag")
        if program is not None and not each.kind and "group" in program.variables:
            self._wrong("members", "cannot use group", "only rules with each have groups of their own")
        plain = " ".join(str(members).split())
        if each.kind and plain == "true":
            return None, each
        known = RECOGNISED.get((each.kind, plain))
        if known is None or each.reach not in {"", known[0]}:
            return program or frozenset(), each
        return None, Each(each.kind, known[0], each.depth, known[1])

    def _owners(self, each: Each) -> Owners:
        otherwise, nobody = self._body.get("otherwise", []), False
        if otherwise == NOBODY:
            otherwise, nobody = [], True
        last = self._reads.texts(otherwise, f"{self._path}.otherwise")
        goes_up = each.kind in {"unit", "manager"} and not nobody
        return Owners(self._naming("owners", each), self._naming("deputies", each), goes_up, tuple(last))

    def _naming(self, key: str, each: Each) -> Naming:
        said = self._body.get(key, [])
        if isinstance(said, list):
            return tuple(self._reads.texts(said, f"{self._path}.{key}"))
        return self._impersonal(key, each, "text", "texts") or ()

    def _impersonal(self, key: str, each: Each, *kinds: Kind) -> Program | None:
        if key not in self._body:
            return None
        program = self._reads.program(self._body[key], f"{self._path}.{key}", *kinds)
        own = {each.variable, "group"} if each.kind else set[str]()
        for read in program.reads if program else ():
            if read.split(".")[0] not in own:
                said = "only unit('key')" if not own else f"only {' and '.join(sorted(own))}, and unit('key')"
                self._wrong(key, f"cannot use {read}", f"a group is no person: it sees {said}")
        return program

    def _named(self, each: Each) -> dict[str, tuple[Named, ...]]:
        found: dict[str, tuple[Named, ...]] = {}
        for key in ("include", "exclude"):
            said = self._body.get(key, [])
            if not isinstance(said, list):
                self._wrong(key, "must be a list of {person: ..., reason: ..., until: ...}")
                continue
            for at, one in enumerate(said):
                named = self._one_named(one, f"{self._path}.{key}[{at}]", each, joins=key == "include")
                if named is not None:
                    found[named.person] = (*found.get(named.person, ()), named)
        return found

    def _one_named(self, said: Any, path: str, each: Each, *, joins: bool) -> Named | None:
        before = len(self._reads.problems)
        body = self._reads.body(said, path, ("person", "reason", "since", "until", "of"))
        texts = {name: body.get(name, "") for name in ("person", "reason", "of")}
        for name, value in texts.items():
            if not isinstance(value, str) or (name != "of" and not value.strip()):
                self._reads.problem(f"{path}.{name}", "must be a text, and say something")
        of = texts["of"]
        if of and not each.kind:
            self._reads.problem(f"{path}.of", "belongs to rules with each")
        elif joins and each.kind and not of:
            self._reads.problem(f"{path}.of", "is missing", "name the unit, manager or value whose group it is")
        until = self._day(body.get("until"), f"{path}.until")
        since = self._day(body["since"], f"{path}.since") if "since" in body else None
        if until and since and until < since:
            self._reads.problem(f"{path}.until", "is before since")
        if len(self._reads.problems) > before or until is None:
            return None
        return Named(texts["person"], joins, texts["reason"], until, since, of)

    def _day(self, said: Any, path: str) -> date | None:
        try:
            return date.fromisoformat(said)
        except (TypeError, ValueError):
            self._reads.problem(path, "must be a day", "write it as 2027-01-31; the day itself is included")
            return None

    def _check_nesting(self, rule: GroupRule) -> None:
        if not rule.nested:
            return
        if rule.each.kind not in {"unit", "manager"} or rule.each.reach in {"own", "direct"}:
            self._wrong("nested", "only groups of a whole unit tree or a whole manager line can hold each other")
        elif isinstance(rule.members, Program) and {rule.each.variable, "group"} & set(rule.members.variables):
            hint = "narrow by what people are; write when for which units have a group"
            self._wrong("nested", f"members cannot use {rule.each.variable} or group then", hint)

    def _wrong(self, key: str, message: str, hint: str = "") -> None:
        self._reads.problem(f"{self._path}.{key}", message, hint)


def _type_of(path: str) -> str:
    """Return the declared type of a fact, empty when there is no such fact."""
    first, *names = path.split(".")
    text = VARIABLES.get(first, "").removeprefix("list:") if first != "group" else ""
    for name in names:
        text = TYPES.get(text, {}).get(name, "")
    return text
