"""Group rules: who is in which group, what it is called, who owns it.

`members` is an expression or a list of HR keys. `each: unit` makes a group for every unit on the path of one of a
person's jobs (down to `depth`), `each: manager` one for every manager above the person; `members` then decides. Groups
are known by rule and unit or manager for ever, never by the name HR gives them (PR-07). Owners come only from `owners`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from mappings.bound import Bound
from mappings.desired import GroupKey, Value
from mappings.employment import active_on
from mappings.errors import EvaluationError
from mappings.expression import Program
from mappings.facts import FactSource
from mappings.people import OrgChart

REMEMBERED: Final = 8192
PRIVILEGED_NAMES: Final = frozenset({
    "admin", "admins", "administrator", "administrators", "domain admins", "enterprise admins", "owners", "moderators",
    "staff", "root", "wheel", "superusers", "everyone", "system", "security", "global administrator",
})  # fmt: skip
"""A group whose name comes from HR never bears one of these alone (PR-01)."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A group's name as people see it, and the HR keys of its owners (head first, then deputy)."""

    name: str
    owners: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupRule:
    """One compiled rule."""

    name: str
    on: frozenset[str]
    members: Program | frozenset[str]
    each: Literal["", "unit", "manager"] = ""
    depth: int = 0
    owners: Program | tuple[str, ...] = ()
    title: Program | None = None
    _known: dict[tuple[object, ...], tuple[GroupKey, ...]] = field(default_factory=dict, compare=False, repr=False)

    def of(self, bound: Bound, source: FactSource) -> tuple[GroupKey, ...]:
        """Return the groups of this rule the person is in."""
        if isinstance(self.members, frozenset):
            return (GroupKey(self.name),) if bound.value("person.id") in self.members else ()
        if not self.each:
            return (GroupKey(self.name),) if self.members.run(bound) else ()
        candidates = self._candidates(bound, source)
        outer = self._outer(self.members)
        if outer is None:
            return self._chosen(self.members, candidates, bound, source)
        key = (candidates, *map(bound.value, outer))
        found = self._known.get(key)
        if found is None:
            found = self._chosen(self.members, candidates, bound, source)
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[key] = found
        return found

    def describe(self, key: GroupKey, source: FactSource, bound: Bound) -> GroupFacts:
        """Return name and owners of one group; `bound` has the group's own `unit` or `manager`. Only active owners."""
        wanted: Value = self.owners.run(bound) if isinstance(self.owners, Program) else self.owners
        named = (wanted,) if isinstance(wanted, str) else wanted if isinstance(wanted, tuple) else ()
        owners = tuple(dict.fromkeys(one for one in named if one and _active(one, source.chart)))
        return GroupFacts(self._named(key, bound), owners)

    def _named(self, key: GroupKey, bound: Bound) -> str:
        if self.title is not None:
            given = str(self.title.run(bound)).strip()
        else:
            fact = {"unit": "unit.name", "manager": "manager.displayName"}.get(self.each, "")
            given = str(bound.value(fact)).strip() if fact else self.name
        name = given or str(key)
        return f"{name} ({key})" if key.of and name.lower() in PRIVILEGED_NAMES else name

    def _candidates(self, bound: Bound, source: FactSource) -> tuple[str, ...]:
        if self.each == "manager":
            return bound.value("person.managers")  # type: ignore[return-value]
        units: dict[str, None] = {}
        for own in bound.value("person.units"):  # type: ignore[attr-defined]
            path: Any = source.unit(own)["path"]
            units |= dict.fromkeys(path[: self.depth] if self.depth else path)
        return tuple(units)

    def _chosen(
        self, members: Program, candidates: tuple[str, ...], bound: Bound, source: FactSource
    ) -> tuple[GroupKey, ...]:
        look = source.unit if self.each == "unit" else source.manager
        return tuple(GroupKey(self.name, one) for one in candidates if members.run(bound.having(self.each, look(one))))

    def _outer(self, members: Program) -> tuple[str, ...] | None:
        """Return the facts about the person that decide, None when more than the candidate's key is needed of it."""
        keys = {"unit": "unit.key", "manager": "manager.id"}
        rest = tuple(read for read in members.reads if read != keys[self.each])
        deep = any(read.split(".")[0] == self.each for read in rest)
        return None if deep or not members.remembers else rest


def group_facts(key: GroupKey, each: str, source: FactSource) -> Mapping[str, object]:
    """Return the facts a group's `owners` and `name` see: its own unit or manager, and nobody in particular."""
    if each == "unit" and source.chart.unit(key.of) is None:
        raise EvaluationError(f"there is no unit behind the group {key}")
    nobody = dict(source.nobody())
    if each:
        nobody[each] = source.unit(key.of) if each == "unit" else source.manager(key.of)
    return nobody


def _active(key: str, chart: OrgChart) -> bool:
    person = chart.person(key)
    return person is not None and active_on(person, chart.on)
