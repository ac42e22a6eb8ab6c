"""One group rule: who is in which of its groups, what they are called, who owns them.

`members` is an expression or a list of HR keys. With `each` there is a group for every unit, manager or value of a fact
that concerns anybody; `members` may narrow it further. Groups are known by rule and unit, manager or value for ever,
never by the name HR gives them (PR-07). Owners come only from rules that name them (PR-01).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from mappings.bound import Bound
from mappings.desired import GroupKey
from mappings.expression import Program
from mappings.facts import FactSource
from mappings.groups.closing import Closing, GroupClosed
from mappings.groups.named import Named, holding
from mappings.groups.owners import Fits, Owners
from mappings.groups.places import Each, Values, path_of
from mappings.people import Facts

REMEMBERED: Final = 8192
PRIVILEGED_NAMES: Final = frozenset({
    "admin", "admins", "administrator", "administrators", "domain admins", "enterprise admins", "owners", "moderators",
    "staff", "root", "wheel", "superusers", "everyone", "system", "security", "global administrator",
})  # fmt: skip
"""A group never bears one of these alone by what HR says or a rule computes: only as it is written (PR-01)."""

_WRITTEN: Final = re.compile(r"""\s*(?:'[^'\\]*'|"[^"\\]*")\s*""")
"""A name that is written out, so that whoever weighs a change of the rule can read it."""

Bind = Callable[[Facts], Bound]
Keys = tuple[GroupKey, ...]


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A group's name and description as people see them, and the HR keys of its owners.

    `asked` tells whether the rule names owners at all; `passing` whether the group is no more as soon as it is empty.
    """

    name: str
    owners: tuple[str, ...] = ()
    description: str = ""
    asked: bool = field(default=False, compare=False)
    passing: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class GroupRule:
    """One compiled rule."""

    name: str
    on: frozenset[str]
    members: Program | frozenset[str] | None
    each: Each = field(default_factory=Each)
    when: Program | None = None
    owners: Owners = field(default_factory=Owners)
    title: Program | None = None
    description: Program | None = None
    named: Mapping[str, tuple[Named, ...]] = field(default_factory=dict)
    nested: bool = False
    closing: Closing = field(default_factory=Closing)
    _known: dict[object, Keys] = field(default_factory=dict, compare=False, repr=False)

    def of(self, bound: Bound, source: FactSource) -> Keys:
        """Return the groups of this rule the person is in; for a nested rule also those around them."""
        found = self._by_rule(bound, source)
        named = self.named.get(str(bound.value("person.id"))) if self.named else None
        return self._with_named(found, named, bound, source) if named else found

    def direct(self, found: Keys, blank: Bound, source: FactSource) -> Keys:
        """Return those of a person's groups that no other one of them brings along, when groups hold groups."""
        if not self.nested or len(found) < 2:  # noqa: PLR2004 - one group is inside no other
            return found
        known = source.groups.get((self.name, "direct", found))
        if known is None:
            around = {above for key in found for above in self._around(key, blank, source)}
            known = self._keep(source, (self.name, "direct", found), tuple(key for key in found if key not in around))
        return known

    def parent(self, key: GroupKey, blank: Bound, source: FactSource) -> GroupKey | None:
        """Return the group that holds this one; None at the top, for a rule that does not nest, and inside a loop."""
        above = self.each.above(key.of, source) if self.nested else ()
        for of in above:
            if self._exists(of, blank, source):
                return None if self.each.is_looped(key.of, of, source) else GroupKey(self.name, of)
        return None

    def describe(self, key: GroupKey, source: FactSource, bind: Bind, fits: Fits) -> GroupFacts:
        """Return name, description and owners of one group; GroupClosed when nothing stands behind it any more."""
        if key.of and not self._is_there(key.of, source):
            raise GroupClosed(f"there is no {self.each.kind} behind the group {key}")
        bound = self.placed(bind(source.nobody()), key.of, source)
        if self.when is not None and not self.when.run(bound):
            raise GroupClosed(f"groups.{self.name}.when leaves out {key.of}")
        owners = self.owners.choose(self._upwards(bound, key.of, source), source.chart, fits)
        said = str(self.description.run(bound)).strip() if self.description else ""
        passing = self.each.kind in {"manager", "fact"}
        return GroupFacts(self._called(key, bound), owners, said, self.owners.asked, passing)

    def _by_rule(self, bound: Bound, source: FactSource) -> Keys:
        members = self.members
        if isinstance(members, frozenset):
            return (GroupKey(self.name),) if bound.value("person.id") in members else ()
        if not self.each.kind:
            return (GroupKey(self.name),) if members is not None and members.run(bound) else ()
        basis = self.each.basis(bound)
        if not basis:
            return ()
        places = source.groups.get((self.name, basis))
        if places is None:
            places = self._keep(source, (self.name, basis), self._places(basis, bound, source))
        return places if members is None or not places else self._met(members, places, bound, source)

    def _places(self, basis: Values, bound: Bound, source: FactSource) -> Keys:
        found = self.each.spread(basis, source)
        return tuple(GroupKey(self.name, of) for of in found if self._meets_when(of, bound, source))

    def _met(self, members: Program, places: Keys, bound: Bound, source: FactSource) -> Keys:
        outer = self._outer(members)
        if outer is None:
            return tuple(key for key in places if members.run(self.placed(bound, key.of, source)))
        memo = (places, *map(bound.value, outer))
        found = self._known.get(memo)
        if found is None:
            found = tuple(key for key in places if members.run(self.placed(bound, key.of, source)))
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[memo] = found
        return found

    def _outer(self, members: Program) -> tuple[str, ...] | None:
        """Return the facts about the person that decide, None when more than the group's key is needed of the group."""
        own = {"unit": "unit.key", "manager": "manager.id"}.get(self.each.kind, "group.of")
        rest = tuple(read for read in members.reads if read not in {own, "group.of"})
        deep = any(read.split(".")[0] in {self.each.variable, "group"} for read in rest)
        return None if deep or not members.remembers else rest

    def _with_named(self, found: Keys, named: tuple[Named, ...], bound: Bound, source: FactSource) -> Keys:
        now = holding(named, source.chart.on)
        kept = dict.fromkeys(found)
        for one in now:
            if one.joins and (not self.each.kind or self._exists(one.of, bound, source)):
                key = GroupKey(self.name, one.of)
                kept |= dict.fromkeys((key, *self._around(key, bound, source)))
        out = {GroupKey(self.name, one.of) for one in now if not one.joins}
        if any(not one.joins and not one.of for one in now):
            return ()
        return tuple(key for key in kept if out.isdisjoint((key, *self._around(key, bound, source))))

    def _around(self, key: GroupKey, blank: Bound, source: FactSource) -> Iterator[GroupKey]:
        parent = self.parent(key, blank, source)
        while parent is not None:
            yield parent
            parent = self.parent(parent, blank, source)

    def _exists(self, of: str, bound: Bound, source: FactSource) -> bool:
        return self._is_there(of, source) and self._meets_when(of, bound, source)

    def _is_there(self, of: str, source: FactSource) -> bool:
        if self.each.kind == "unit":
            path = path_of(of, source)
            return bool(path) and self.each.is_within(len(path))
        return self.each.kind == "fact" or source.chart.person(of) is not None

    def _meets_when(self, of: str, bound: Bound, source: FactSource) -> bool:
        return self.when is None or bool(self.when.run(self.placed(bound, of, source)))

    def placed(self, bound: Bound, of: str, source: FactSource) -> Bound:
        """Return the facts with the group's own `group` and `unit` or `manager`."""
        if self.each.kind == "unit":
            bound = bound.having("unit", source.unit(of))
        elif self.each.kind == "manager":
            bound = bound.having("manager", source.manager(of))
        return bound.having("group", {"rule": self.name, "of": of})

    def _upwards(self, bound: Bound, of: str, source: FactSource) -> Iterator[Bound]:
        yield bound
        for above in self.each.above(of, source) if of else ():
            yield self.placed(bound, above, source)

    def _called(self, key: GroupKey, bound: Bound) -> str:
        if self.title is not None:
            given = str(self.title.run(bound)).strip()
        else:
            fact = {"unit": "unit.name", "manager": "manager.displayName", "fact": "group.of"}.get(self.each.kind, "")
            given = str(bound.value(fact)).strip() if fact else self.name
        name = given or str(key)
        made = key.of or (self.title is not None and not _WRITTEN.fullmatch(self.title.source))
        return f"{name} ({key})" if made and name.lower() in PRIVILEGED_NAMES else name

    @staticmethod
    def _keep(source: FactSource, memo: object, found: Keys) -> Keys:
        if len(source.groups) >= REMEMBERED:
            source.groups.clear()
        source.groups[memo] = found
        return found
