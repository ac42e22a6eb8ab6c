"""All group rules of one platform, with an index of the people who are listed by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Final

from mappings.bound import Bound
from mappings.desired import GroupKey
from mappings.facts import FactSource
from mappings.groups.closing import GroupClosed
from mappings.groups.named import mark
from mappings.groups.rule import GroupRule, Keys

_BITS: Final = (1 << 64) - 1


class GroupBook:
    """Made once per revision. Rules that only list people are looked up, all others are asked one by one."""

    def __init__(self, rules: Iterable[GroupRule]) -> None:
        self.rules = tuple(rules)
        self._by_name = {rule.name: rule for rule in self.rules}
        self._asked = tuple(rule for rule in self.rules if not isinstance(rule.members, frozenset))
        self._nests = any(rule.nested for rule in self.rules)
        self._listed: dict[str, list[GroupRule]] = {}
        for rule in self.rules:
            if isinstance(rule.members, frozenset):
                for person in rule.members | rule.named.keys():
                    self._listed.setdefault(person, []).append(rule)

    def of(self, bound: Bound, source: FactSource, known: dict[str, Keys]) -> Keys:
        """Return the groups this person is in; `known` keeps answers for other platforms with the same rules."""
        found: list[GroupKey] = []
        for rule in self._asked:
            mine = known.get(rule.name)
            if mine is None:
                mine = known[rule.name] = rule.of(bound, source)
            found += mine
        for rule in self._listed.get(str(bound.value("person.id")), ()) if self._listed else ():
            found += rule.of(bound, source)
        return tuple(found)

    def direct(self, found: Keys, blank: Bound, source: FactSource) -> Keys:
        """Return the groups a person must be put into where groups can hold groups."""
        if not self._nests:
            return found
        own: list[GroupKey] = []
        for rule in self.rules:
            own += rule.direct(tuple(key for key in found if key.rule == rule.name), blank, source)
        return tuple(own)

    def rule(self, key: GroupKey) -> GroupRule:
        """Return the rule behind a group; GroupClosed when there is none any more."""
        found = self._by_name.get(key.rule)
        if found is None or bool(key.of) != bool(found.each.kind):
            raise GroupClosed(f"there is no rule behind the group {key}")
        return found

    def near(self, person: str, led: Iterable[str]) -> Iterator[GroupKey]:
        """Yield the groups that a person may own who leads these units: those of the units, single ones, the own."""
        units = tuple(led)
        for rule in self.rules:
            kind = rule.each.kind
            for of in units if kind == "unit" else (person,) if kind == "manager" else () if kind else ("",):
                if rule.owners.asked or kind == "manager":
                    yield GroupKey(rule.name, of)

    def owns_elsewhere(self, person: str, *, leads: bool) -> bool:
        """Return whether this person, who may lead units, may own groups of a rule that are not told by `near`."""
        return any(rule.each.kind and rule.owners.reaches(person, rule.each.kind, leads=leads) for rule in self.rules)

    def marks(self, day: date) -> dict[str, int]:
        """Return for each person named in an exception 64 bits that change with the exceptions that count that day."""
        found: dict[str, int] = {}
        for rule in self.rules:
            for person, named in rule.named.items():
                found[person] = (found.get(person, 0) * 31 + mark(named, day)) & _BITS
        return found
