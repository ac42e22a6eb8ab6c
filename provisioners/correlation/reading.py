"""The part `correlation` of a configuration -> compiled rules, or all mistakes with their paths; examples are run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

from mappings.errors import Problem
from mappings.people import Person
from provisioners.correlation.aspects import OF_ACCOUNTS, OF_PEOPLE, STRONG, TOO_VAGUE, of_person
from provisioners.correlation.precedence import ATTRIBUTES, EMPTIES, Empty, Precedence, Turn
from provisioners.correlation.rules import Correlation, Rule

PARTS: Final = ("certain", "review", "people", "accounts", "precedence", "examples")
OF_PRECEDENCE: Final = ("sources", "work", "empty", "attributes")
OF_TURN: Final = ("sources", "empty")
OF_RULE: Final = ("name", "equal", "alike", "unless_differs", "score")
STATED: Final = {
    "number": "key", "other_number": "other_number", "birth_date": "birth_date", "email": "email",
    "username": "username", "given_name": "given_name", "name_prefix": "name_prefix", "family_name": "family_name",
    "partner_name": "partner_name", "preferred_name": "preferred_name",
}  # fmt: skip
"""What an example may state of a row -> the field of a person."""
MOST: Final = 50
LONGEST: Final = 80
LEAST_LIKENESS: Final = 0.7
TOP: Final = 100


@dataclass(slots=True)
class Reading:
    """Reads the part and keeps the mistakes in `problems`."""

    platforms: Sequence[str]
    problems: list[Problem] = field(default_factory=list)
    sources: Sequence[str] = ()

    def whole(self, body: Mapping[str, Any]) -> Correlation:
        """Return the rules that could be read; the problems tell the rest."""
        path = "correlation"
        self._known(body, PARTS, path)
        certain, review = self._number(body, "certain", 95, path), self._number(body, "review", 60, path)
        if review > certain:
            self._tell(f"{path}.review", "is above certain")
        people = tuple(self._rules(body.get("people"), f"{path}.people", OF_PEOPLE, accounts=False))
        accounts = tuple(self._rules(body.get("accounts"), f"{path}.accounts", OF_ACCOUNTS, accounts=True))
        precedence = self._precedence(body["precedence"], f"{path}.precedence") if "precedence" in body else None
        made = Correlation(people, accounts, certain, review, precedence or Precedence())
        for place, rule in enumerate(people):
            if rule.score >= certain and not rule.is_strong:
                hint = f"add one of {', '.join(sorted(STRONG))} to equal, or give it a score below certain"
                self._tell(f"{path}.people[{place}].score", "names and addresses alone are never certain", hint)
        if not self.problems:
            self._examples(body.get("examples"), made, f"{path}.examples")
        return made

    def _rules(self, said: object, path: str, known: Sequence[str], *, accounts: bool) -> Iterator[Rule]:
        names: set[str] = set()
        for place, body in enumerate(self._list(said, path)):
            here = f"{path}[{place}]"
            if not isinstance(body, Mapping):
                self._tell(here, "must be a rule: name, equal, score")
                continue
            rule = self._rule(body, here, known, accounts=accounts)
            if rule is not None:
                if rule.name in names:
                    self._tell(f"{here}.name", "is the name of another rule")
                names.add(rule.name)
                yield rule

    def _rule(self, body: Mapping[str, Any], path: str, known: Sequence[str], *, accounts: bool) -> Rule | None:
        before = len(self.problems)
        self._known(body, (*OF_RULE, "on") if accounts else OF_RULE, path)
        name = body.get("name")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST:
            self._tell(f"{path}.name", f"must be a text of at most {LONGEST} characters")
        equal = self._aspects(body.get("equal"), f"{path}.equal", known)
        unless = self._aspects(body.get("unless_differs"), f"{path}.unless_differs", known)
        if not equal:
            self._tell(f"{path}.equal", "must name what finds a pair", f"there are: {', '.join(known)}")
        elif any(vague.issuperset(equal) for vague in TOO_VAGUE):
            self._tell(
                f"{path}.equal", "would find half the company", "name, besides, a surname, an address or a number"
            )
        alike = self._alike(body.get("alike"), f"{path}.alike", known)
        score = self._number(body, "score", None, path)
        on = tuple(str(each) for each in self._list(body.get("on"), f"{path}.on"))
        for each in on:
            if each not in self.platforms:
                self._tell(f"{path}.on", f"unknown platform {each[:64]}", _nearest(each, self.platforms))
        if len(self.problems) > before:
            return None
        return Rule(str(name), equal, score, alike, unless, on)

    def _precedence(self, said: object, path: str) -> Precedence:
        body = self._body(said, OF_PRECEDENCE, path)
        sources = self._sources(body.get("sources"), f"{path}.sources", needed=True)
        attributes = self._body(body.get("attributes", {}), tuple(ATTRIBUTES), f"{path}.attributes")
        turns = {str(name): self._turn(turn, f"{path}.attributes.{name}") for name, turn in attributes.items()}
        work = self._sources(body.get("work"), f"{path}.work", needed="work" in body)
        return Precedence(sources, work, self._empty(body, path) or "next", turns)

    def _turn(self, said: object, path: str) -> Turn:
        """Return the order for one attribute: a list of sources, or that and what becomes of an empty value."""
        if isinstance(said, list | tuple):
            return Turn(self._sources(said, path, needed=True))
        body = self._body(said, OF_TURN, path)
        sources = self._sources(body.get("sources"), f"{path}.sources", needed="empty" not in body)
        return Turn(sources, self._empty(body, path))

    def _sources(self, said: object, path: str, *, needed: bool) -> tuple[str, ...]:
        before, found = len(self.problems), self._list(said, path)
        if needed and not found and len(self.problems) == before:
            self._tell(
                path, "must name the HR sources in their order", f"there are: {', '.join(self.sources) or 'none'}"
            )
        for place, name in enumerate(found):
            if name not in self.sources:
                self._tell(f"{path}[{place}]", "unknown HR source", _nearest(str(name)[:64], self.sources))
            elif name in found[:place]:
                self._tell(f"{path}[{place}]", "is there already")
        return tuple(map(str, found))

    def _empty(self, body: Mapping[str, Any], path: str) -> Empty | None:
        said = body.get("empty")
        if "empty" in body and said not in EMPTIES:
            self._tell(f"{path}.empty", f"must be one of: {', '.join(EMPTIES)}")
        return next((each for each in EMPTIES if each == said), None)

    def _body(self, said: object, known: Sequence[str], path: str) -> Mapping[str, Any]:
        if not isinstance(said, Mapping):
            self._tell(path, "must be a mapping", f"there are: {', '.join(known)}")
            return {}
        self._known(said, known, path)
        return said

    def _aspects(self, said: object, path: str, known: Sequence[str]) -> tuple[str, ...]:
        found = []
        for place, each in enumerate(self._list(said, path)):
            if isinstance(each, str) and each in known:
                found.append(each)
            else:
                self._tell(f"{path}[{place}]", "cannot be compared", _nearest(str(each), known))
        return tuple(dict.fromkeys(found))

    def _alike(self, said: object, path: str, known: Sequence[str]) -> dict[str, float]:
        found: dict[str, float] = {}
        names = [each for each in known if each in {"given_name", "surname", "full_name"}]
        if said is not None and not isinstance(said, Mapping):
            self._tell(path, "must be a mapping such as {surname: 0.9}")
            return found
        for name, least in (said or {}).items():
            if name not in names:
                self._tell(f"{path}.{name}", "is compared exactly or not at all", _nearest(str(name), names))
            elif isinstance(least, bool) or not isinstance(least, int | float) or not LEAST_LIKENESS <= least <= 1:
                self._tell(f"{path}.{name}", f"must be a number from {LEAST_LIKENESS} to 1")
            else:
                found[name] = float(least)
        return found

    def _examples(self, said: object, rules: Correlation, path: str) -> None:
        for place, body in enumerate(self._list(said, path)):
            here = f"{path}[{place}]"
            if not isinstance(body, Mapping):
                self._tell(here, "must be an example: row, person, expect")
                continue
            self._known(body, ("row", "person", "expect"), here)
            before = len(self.problems)
            row, person = (self._stated(body.get(side), f"{here}.{side}") for side in ("row", "person"))
            if len(self.problems) > before:
                continue
            found = rules.weigh_people(of_person(row), of_person(person)).verdict
            if body.get("expect") != found:
                self._tell(f"{here}.expect", f"the rules say {found}")

    def _stated(self, said: object, path: str) -> Person:
        if not isinstance(said, Mapping):
            self._tell(path, "must be a mapping of what HR states")
            return Person(0, "", "", "")
        self._known(said, tuple(STATED), path)
        values: dict[str, Any] = {"key": ""}
        for name, value in said.items():
            if name == "birth_date":
                try:
                    values[name] = date.fromisoformat(str(value))
                except ValueError:
                    self._tell(f"{path}.{name}", "must be a day such as 1984-05-30")
            elif name in STATED and isinstance(value, str):
                values[STATED[name]] = value
            elif name in STATED:
                self._tell(f"{path}.{name}", "must be a text")
        return Person(id=0, uuid="", source="", **values)

    def _list(self, said: object, path: str) -> Sequence[Any]:
        if said is None:
            return ()
        if not isinstance(said, list | tuple) or len(said) > MOST:
            self._tell(path, f"must be a list of at most {MOST}")
            return ()
        return said

    def _number(self, body: Mapping[str, Any], name: str, default: int | None, path: str) -> int:
        value = body.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= TOP:
            self._tell(f"{path}.{name}", f"must be a whole number from 1 to {TOP}")
            return TOP
        return value

    def _known(self, body: Mapping[str, Any], known: Sequence[str], path: str) -> None:
        for name in body:
            if name not in known:
                self._tell(f"{path}.{name}", "unknown key", _nearest(str(name), known))

    def _tell(self, path: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(path, message, hint))


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"there are: {', '.join(known) or 'none'}"
