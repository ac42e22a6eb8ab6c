"""Wanted groups, memberships and owners against known ones, one platform."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from mappings.desired import GroupKey, Value
from mappings.errors import EvaluationError
from mappings.rules import GroupClosed, GroupFacts
from provisioners.ports import OURS, GroupShadow, Shadows
from provisioners.sync.plan.accounts import AccountDiff
from provisioners.sync.plan.change import BATCH, Change, Finding, Kind, Phase
from provisioners.sync.plan.endings import CLOSED, archived_name, ending
from provisioners.sync.plan.focus import Beyond
from provisioners.sync.plan.group_names import names_once
from provisioners.sync.plan.nesting import Nesting

NOBODY: frozenset[int] = frozenset()


@dataclass(slots=True)
class GroupDiff:
    """Plans the groups of one platform from what `AccountDiff` has counted; `now` is for those that end."""

    accounts: AccountDiff
    shadows: Shadows
    now: datetime
    findings: list[Finding] = field(default_factory=list)
    known_members: int = 0
    _known: dict[str, GroupShadow] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _nesting: Nesting = field(init=False)
    _own: frozenset[str] = frozenset()
    _led: set[str] = field(default_factory=set)

    def changes(self) -> Iterator[Change]:
        """Yield all group changes, group by group."""
        descriptor = self.accounts.derivation.descriptor
        if not descriptor.groups:
            return
        self._known = {shadow.key: shadow for shadow in self.shadows.groups(self.accounts.platform)}
        self.known_members = sum(len(shadow.members) for shadow in self._known.values())
        self._nesting = Nesting(self._parent, self._known)
        wanted = self._nesting.reach(self.accounts.members) if descriptor.nests else set(self.accounts.members)
        if self.accounts.only:
            self._led = set[str]().union(*map(self._owned_by, self.accounts.only.seen | self.accounts.only.line))
            self._fetch(wanted | self._led)
        ours = [key for key in sorted(self._known.keys() | wanted) if not self._left_alone(key)]
        facts = {
            key: found for key in ours if (found := self._facts(key, empty=self._is_empty(key, wanted))) is not None
        }
        if descriptor.nests:
            self._nesting.stay(key for key, found in facts.items() if found is not CLOSED)
        self._names = {} if self.accounts.only else self._once(facts, ours)
        for key in ours:
            if key in facts:
                if self.accounts.only.exact:
                    self._check(key, facts[key])
                yield from self._group(key, facts[key])

    def _fetch(self, keys: Iterable[str]) -> None:
        """Get to know these groups too, where a plan for one person knows only those the person is in."""
        for key in sorted(set(keys) - self._known.keys()):
            shadow = self.shadows.group(self.accounts.platform, key)
            if shadow is not None:
                self._known[key] = shadow

    def _owned_by(self, person_id: int) -> set[str]:
        derivation = self.accounts.derivation
        person, platform = derivation.person(person_id), derivation.platform
        self._own |= {person.key}
        if person_id in self.accounts.only.line:
            return set(map(str, derivation.rules.near(platform, person.key, ())))
        led = set(derivation.chart.led_by(person.key))
        if self.accounts.only.exact:
            if derivation.rules.owns_elsewhere(platform, person.key, leads=bool(led)):
                raise Beyond(f"owners of groups on {platform} are named in a way that does not tell which groups")
            led |= set(derivation.chart.below(led))
        return set(map(str, derivation.rules.near(platform, person.key, sorted(led))))

    def _is_empty(self, key: str, wanted: Collection[str]) -> bool:
        """Return whether nobody is wanted in this group; in a plan for one person, all others stay where they are."""
        only, shadow = self.accounts.only, self._known.get(key)
        return key not in wanted and not (only and shadow is not None and shadow.members - only.ids)

    def _check(self, key: str, facts: GroupFacts) -> None:
        """Raise Beyond when more would be done to the group than who is in it and who owns it."""
        shadow, derivation, what = self._known.get(key), self.accounts.derivation, ""
        woken = shadow is None or not shadow.members
        if facts is CLOSED:
            closing = derivation.rules.closing(derivation.platform, _key(key))
            what = "is over" if shadow and (derivation.descriptor.nests or ending(closing, shadow, self.now)) else ""
        elif shadow is None or shadow.state == "archived":
            what = "has to be made"
        elif (woken or _key(key).of in self._own) and self._nests(key):
            what = "may be inside another one now"
        elif shadow.name not in ({facts.name} if woken else {facts.name, f"{facts.name} ({key})"}):
            what = "has another name"
        elif self._described(shadow, facts):
            what = "has another description"
        if what:
            raise Beyond(f"the group {key} on {derivation.platform} {what}")

    def _nests(self, key: str) -> bool:
        derivation = self.accounts.derivation
        return derivation.descriptor.nests and derivation.rules.nests(derivation.platform, _key(key))

    def _described(self, shadow: GroupShadow, facts: GroupFacts) -> bool:
        return self.accounts.derivation.descriptor.describes and shadow.description != facts.description

    def _group(self, key: str, facts: GroupFacts) -> Iterator[Change]:
        shadow = self._known.get(key)
        if facts is not CLOSED:
            yield from self._named(key, shadow, facts)
        yield from self._nested(key, shadow)
        yield from self._filled(key, shadow)
        if self.accounts.derivation.descriptor.owners:
            yield from self._owned(key, shadow, facts)
        if facts is CLOSED and shadow is not None and not self.accounts.only:
            closing = self.accounts.derivation.rules.closing(self.accounts.platform, _key(key))
            if (act := ending(closing, shadow, self.now)) is not None:
                name = archived_name(shadow)
                yield self._change(act.kind, Phase.DELETIONS, key, shadow, after={"name": name}, reason=act.reason)

    def _left_alone(self, key: str) -> bool:
        shadow, reason = self._known.get(key), ""
        if shadow is not None and shadow.management not in OURS:
            reason = f"the group is {shadow.management}"
        elif self.accounts.protected.group(key, shadow.remote_id if shadow else ""):
            reason = "on the protected list"
        if reason:
            self._tell(key, reason)
        return bool(reason)

    def _facts(self, key: str, *, empty: bool) -> GroupFacts | None:
        derivation = self.accounts.derivation
        try:
            facts = derivation.rules.group(derivation.platform, _key(key), derivation.chart, self._fits)
        except GroupClosed:
            return CLOSED
        except EvaluationError as error:
            self._tell(key, f"a rule has no value: {error}")
            return None
        return CLOSED if empty and facts.passing else facts

    def _fits(self, key: str) -> bool:
        person = self.accounts.derivation.chart.person(key)
        return person is not None and self.accounts.expects(person.id)

    def _parent(self, key: str) -> str:
        derivation = self.accounts.derivation
        try:
            found = derivation.rules.parent(derivation.platform, _key(key), derivation.chart)
        except EvaluationError:
            return ""
        return str(found) if found is not None else ""

    def _once(self, facts: Mapping[str, GroupFacts], ours: Iterable[str]) -> dict[str, str]:
        kept = self._known.keys() - {key for key in ours if facts.get(key, CLOSED) is not CLOSED}
        wanted = {key: found.name for key, found in facts.items() if found is not CLOSED}
        return names_once(wanted, self._known, (self._known[key].name for key in kept))

    def _named(self, key: str, shadow: GroupShadow | None, facts: GroupFacts) -> Iterator[Change]:
        if self.accounts.only:
            return
        after: dict[str, Value] = {"name": self._names[key]}
        if shadow is None:
            describes = self.accounts.derivation.descriptor.describes
            after |= {"description": facts.description} if describes and facts.description else {}
            yield self._change("group_create", Phase.GROUPS, key, shadow, after=after, reason=f"rule {key}")
            return
        before: dict[str, Value] = {"name": shadow.name}
        if self._described(shadow, facts):
            before, after = before | {"description": shadow.description}, after | {"description": facts.description}
        if shadow.state == "archived":
            reason = "there is something behind the group again"
            yield self._change("group_restore", Phase.GROUPS, key, shadow, before=before, after=after, reason=reason)
        elif before != after:
            reason = "the rule gives another name" if before["name"] != after["name"] else "the rule describes it so"
            yield self._change("group_rename", Phase.GROUPS, key, shadow, before=before, after=after, reason=reason)

    def _nested(self, key: str, shadow: GroupShadow | None) -> Iterator[Change]:
        if not self.accounts.derivation.descriptor.nests or self.accounts.only:
            return
        for inner, people in self._nesting.gone(key):
            before: dict[str, Value] = {"inner": inner, "people": people}
            reason = "no longer inside by the rule"
            yield self._change("group_unnest", Phase.MEMBERSHIPS, key, shadow, before=before, reason=reason)
        for inner in self._nesting.new(key):
            yield self._change(
                "group_nest", Phase.MEMBERSHIPS, key, shadow, after={"inner": inner}, reason="inside by the rule"
            )

    def _filled(self, key: str, shadow: GroupShadow | None) -> Iterator[Change]:
        present = shadow.members if shadow else NOBODY
        wanted = self.accounts.members.get(key, [])
        if len(wanted) == len(present) and present.issuperset(wanted):
            return
        add = [each for each in wanted if each not in present]
        remove = present.difference(wanted)
        yield from self._moved("member_remove", Phase.MEMBERSHIPS, key, shadow, remove, "no longer meets the rule")
        yield from self._moved("member_add", Phase.MEMBERSHIPS, key, shadow, add, f"meets rule {key}")

    def _owned(self, key: str, shadow: GroupShadow | None, facts: GroupFacts) -> Iterator[Change]:
        """Owners come only from a rule that names them (PR-01) and are people with an account."""
        chart = self.accounts.derivation.chart
        people = [chart.person(each) for each in facts.owners]
        wanted = {person.id for person in people if person is not None}
        present = shadow.owners if shadow else NOBODY
        if not wanted and facts is not CLOSED:
            if facts.asked:
                self.findings.append(
                    Finding(self.accounts.platform, "no_owner", _nobody(key, present), remote_id=_id(shadow))
                )
            return
        if self._decides(key, shadow) and (wanted ^ present) - self.accounts.only.ids:
            raise Beyond(f"somebody else begins or ceases to own the group {key} on {self.accounts.platform}")
        yield from self._moved("owner_add", Phase.OWNERS, key, shadow, wanted - present, "owner by the rule")
        yield from self._moved(
            "owner_remove", Phase.OWNERS, key, shadow, present - wanted, "no longer owner by the rule"
        )

    def _decides(self, key: str, shadow: GroupShadow | None) -> bool:
        """Return whether the few in this plan decide who owns the group: they lead it, or nobody else is in it."""
        only = self.accounts.only
        return only.exact and (key in self._led or shadow is None or not shadow.members - only.ids)

    def _moved(
        self, kind: Kind, phase: Phase, key: str, shadow: GroupShadow | None, ids: Iterable[int], reason: str
    ) -> Iterator[Change]:
        """Yield batches; leavers are apart from the others, since their accounts are suspended first (PR-09)."""
        only, doubtful, suspended = self.accounts.only, self.accounts.doubtful, self.accounts.suspended
        moved = sorted(each for each in ids if each not in doubtful and only.has(each))
        parts = ([one for one in moved if one not in suspended], [one for one in moved if one in suspended])
        for members in sorted(tuple(part[at : at + BATCH]) for part in parts for at in range(0, len(part), BATCH)):
            yield self._change(kind, phase, key, shadow, members=members, reason=reason)

    def _change(
        self,
        kind: Kind,
        phase: Phase,
        key: str,
        shadow: GroupShadow | None,
        *,
        members: tuple[int, ...] = (),
        before: Mapping[str, Value] | None = None,
        after: Mapping[str, Value] | None = None,
        reason: str,
    ) -> Change:
        return Change(
            phase,
            kind,
            self.accounts.platform,
            group=key,
            remote_id=_id(shadow),
            members=members,
            before=before or {},
            after=after or {},
            reason=reason,
        )

    def _tell(self, key: str, detail: str) -> None:
        remote_id = _id(self._known.get(key))
        self.findings.append(Finding(self.accounts.platform, "group", f"{key}: {detail}", remote_id=remote_id))


def _key(text: str) -> GroupKey:
    rule, _, of = text.partition("/")
    return GroupKey(rule, of)


def _id(shadow: GroupShadow | None) -> str:
    return shadow.remote_id if shadow else ""


def _nobody(key: str, present: frozenset[int]) -> str:
    stays = "the present ones stay" if present else "it has none"
    return f"{key}: nobody whom the rule names as owner has an account here; {stays}"
