"""Wanted groups, memberships and owners against known ones, one platform."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from mappings.desired import GroupKey
from mappings.errors import EvaluationError
from mappings.rules import GroupFacts
from provisioners.ports import OURS, GroupShadow, Shadows
from provisioners.sync.plan.accounts import AccountDiff
from provisioners.sync.plan.change import BATCH, Change, Finding, Kind, Phase

NOBODY: frozenset[int] = frozenset()


@dataclass(slots=True)
class GroupDiff:
    """Plans the groups of one platform from what `AccountDiff` has counted."""

    accounts: AccountDiff
    shadows: Shadows
    findings: list[Finding] = field(default_factory=list)
    known_members: int = 0

    def changes(self) -> Iterator[Change]:
        """Yield all group changes; a group that no rule fills any more loses its members, not its life."""
        descriptor = self.accounts.derivation.descriptor
        if not descriptor.groups:
            return
        known = {shadow.key: shadow for shadow in self.shadows.groups(self.accounts.platform)}
        for key in sorted(known.keys() | self.accounts.members.keys()):
            shadow = known.get(key)
            self.known_members += len(shadow.members) if shadow else 0
            if self._left_alone(key, shadow):
                continue
            facts = self._facts(key) if key in self.accounts.members else GroupFacts(shadow.name if shadow else key)
            if facts is not None:
                yield from self._named(key, shadow, facts)
                yield from self._filled(key, shadow)
                if descriptor.owners and key in self.accounts.members:
                    yield from self._owned(key, shadow, facts)

    def _left_alone(self, key: str, shadow: GroupShadow | None) -> bool:
        reason = ""
        if shadow is not None and shadow.management not in OURS:
            reason = f"the group is {shadow.management}"
        elif self.accounts.protected.group(key, shadow.remote_id if shadow else ""):
            reason = "on the protected list"
        if reason:
            self._tell(key, reason, shadow)
        return bool(reason)

    def _facts(self, key: str) -> GroupFacts | None:
        derivation = self.accounts.derivation
        rule, _, of = key.partition("/")
        try:
            return derivation.rules.group(derivation.platform, GroupKey(rule, of), derivation.chart)
        except EvaluationError as error:
            self._tell(key, f"a rule has no value: {error}", None)
            return None

    def _named(self, key: str, shadow: GroupShadow | None, facts: GroupFacts) -> Iterator[Change]:
        if self.accounts.only:
            return
        if shadow is None:
            yield self._change("group_create", Phase.GROUPS, key, shadow, after=facts.name, reason=f"rule {key}")
        elif shadow.name != facts.name:
            reason = "the rule gives another name"
            yield self._change(
                "group_rename", Phase.GROUPS, key, shadow, before=shadow.name, after=facts.name, reason=reason
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
        wanted = {person.id for person in people if person is not None and self.accounts.expects(person.id)}
        present = shadow.owners if shadow else NOBODY
        if not wanted:
            if facts.owners:
                self._tell(key, "no owner with an account; the present ones stay", shadow)
            return
        yield from self._moved("owner_add", Phase.OWNERS, key, shadow, wanted - present, "head or deputy by the rule")
        yield from self._moved("owner_remove", Phase.OWNERS, key, shadow, present - wanted, "no longer head or deputy")

    def _moved(
        self, kind: Kind, phase: Phase, key: str, shadow: GroupShadow | None, ids: Iterable[int], reason: str
    ) -> Iterator[Change]:
        """Yield batches; leavers are apart from the others, since their accounts are suspended first (PR-09)."""
        only, doubtful, suspended = self.accounts.only, self.accounts.doubtful, self.accounts.suspended
        moved = sorted(each for each in ids if each not in doubtful and only in {0, each})
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
        before: str = "",
        after: str = "",
        reason: str,
    ) -> Change:
        return Change(
            phase,
            kind,
            self.accounts.platform,
            group=key,
            remote_id=shadow.remote_id if shadow else "",
            members=members,
            before={"name": before} if before else {},
            after={"name": after} if after else {},
            reason=reason,
        )

    def _tell(self, key: str, detail: str, shadow: GroupShadow | None) -> None:
        remote_id = shadow.remote_id if shadow else ""
        self.findings.append(Finding(self.accounts.platform, "group", f"{key}: {detail}", remote_id=remote_id))
