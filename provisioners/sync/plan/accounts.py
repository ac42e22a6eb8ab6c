"""Wanted accounts against known ones, one platform: which changes, in which order, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from mappings.desired import Value
from provisioners.fingerprint import as_text, of_account, of_reference
from provisioners.ports import OURS, AccountShadow, Shadows
from provisioners.sync.derive.leaver import leaver_act
from provisioners.sync.derive.wanted import Derivation, Wanted
from provisioners.sync.plan.change import REFERENCES, Change, Finding, Kind, Phase
from provisioners.sync.plan.ownership import Protected, Taken

Subject = Callable[[str, str], str]
"""(platform, person's UUID) -> what sign-in calls this person there."""

BATCH = 500


@dataclass(slots=True)
class AccountDiff:
    """Plans the accounts of one platform. After `changes`, `members` holds who is wanted in which group."""

    derivation: Derivation
    shadows: Shadows
    protected: Protected
    subject: Subject
    on: date
    only: int = 0
    findings: list[Finding] = field(default_factory=list)
    members: dict[str, list[int]] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    wanted: set[int] = field(default_factory=set)
    active: int = 0

    @property
    def platform(self) -> str:
        """Return the name of the platform."""
        return self.derivation.platform

    def changes(self, progress: Callable[[int], None] | None = None) -> list[Change]:
        """Return all account changes of the platform, in no order; managers are decided when all wanted are known."""
        known = self.shadows.states(self.platform)
        taken = self._taken()
        waiting: list[tuple[Wanted, str, bool]] = []
        found: list[Change] = []
        for wanted in self.derivation.everyone(progress=progress):
            person_id = wanted.person.id
            fingerprint, state, management = known.get(person_id, ("", "", "managed"))
            self.active += state == "active" and management in OURS
            if wanted.doubt:
                self._doubt(wanted, state)
            elif management not in OURS:
                self._stand_back(wanted, f"the account is {management}")
            elif wanted.in_scope:
                self._count(wanted)
                at = fingerprint if state == "active" else ""
                if self.only in {0, person_id} and (wanted.manager or as_text(wanted.bits) != at):
                    waiting.append((wanted, at, person_id in known))
            elif state in {"active", "suspended"} and self.only in {0, person_id}:
                found.extend(self._leaver(wanted))
        for batch in _batches(waiting):
            found.extend(self._bring_all(batch, taken))
        return found

    def _bring_all(self, batch: list[tuple[Wanted, str, bool]], taken: Taken) -> Iterator[Change]:
        due: list[tuple[Wanted, int, bool]] = []
        for wanted, at, known in batch:
            manager = wanted.manager if wanted.manager in self.wanted else 0
            if self._bits(wanted, manager) != at:
                due.append((wanted, manager, known))
        shadows = self.shadows.some(self.platform, [wanted.person.id for wanted, _, known in due if known])
        for wanted, manager, _ in due:
            yield from self._bring(wanted, manager, shadows.get(wanted.person.id), taken)

    def _count(self, wanted: Wanted) -> None:
        self.wanted.add(wanted.person.id)
        for key in wanted.groups:
            self.members.setdefault(key, []).append(wanted.person.id)

    def _doubt(self, wanted: Wanted, state: str) -> None:
        """Nothing can be said of this person: everything stays as it is, and somebody is told."""
        self.doubtful.add(wanted.person.id)
        if state == "active":
            self.wanted.add(wanted.person.id)
        self.findings.append(Finding(self.platform, "no_value", wanted.doubt, wanted.person.id))

    def _stand_back(self, wanted: Wanted, reason: str, remote_id: str = "") -> None:
        """Leave the account as it is, and its memberships too."""
        self.doubtful.add(wanted.person.id)
        self.findings.append(Finding(self.platform, "left_alone", reason, wanted.person.id, remote_id))

    def _taken(self) -> Taken:
        taken = Taken()
        for shadow in self.shadows.unowned(self.platform):
            taken.add(shadow)
            what = "protected" if self.protected.account(shadow.remote_id, shadow.attributes) else "not_ours"
            detail = "an account on the platform that we neither made nor adopted; it is left alone"
            self.findings.append(Finding(self.platform, what, detail, remote_id=shadow.remote_id))
        return taken

    def _bits(self, wanted: Wanted, manager: int) -> str:
        return as_text(wanted.bits ^ of_reference("manager", self._uuid(manager)))

    def _uuid(self, person_id: int) -> str:
        person = self.derivation.chart.by_id(person_id) if person_id else None
        return person.uuid if person else ""

    def _bring(self, wanted: Wanted, manager: int, shadow: AccountShadow | None, taken: Taken) -> Iterator[Change]:
        """Create, reactivate or update, as a chain of preconditions; the manager comes in a later phase."""
        if wanted.attributes is None:
            wanted = self.derivation.evaluate(wanted.person)
        attributes = dict(wanted.attributes or {})
        reason = self._left_alone(wanted, shadow, attributes) or taken.clash(wanted.person.id, attributes)
        if reason:
            self._stand_back(wanted, reason, shadow.remote_id if shadow else "")
            return
        at = shadow.fingerprint if shadow else ""
        if shadow is None or shadow.state == "deleted":
            result = of_account("active", attributes)
            yield self._change("account_create", wanted, shadow, {}, attributes, at, result)
        else:
            attributes = {**attributes, **_references(shadow.attributes)}
            result = of_account("active", attributes)
            yield from self._wake_and_update(wanted, shadow, attributes, result)
        uuid = self._uuid(manager)
        if str(attributes.get("manager", "")) != uuid:
            after = {**attributes, "manager": uuid}
            last = of_account("active", after)
            managers = self._change("account_update", wanted, shadow, attributes, after, result, last)
            reason = "the manager according to HR" if uuid else "no manager with an account here"
            yield replace(managers, phase=Phase.MANAGERS, reason=reason)

    def _wake_and_update(
        self, wanted: Wanted, shadow: AccountShadow, attributes: Mapping[str, Value], result: str
    ) -> Iterator[Change]:
        known, at = shadow.attributes, shadow.fingerprint
        if shadow.state == "suspended":
            awake = of_account("active", known)
            yield self._change("account_reactivate", wanted, shadow, known, known, at, awake)
            at = awake
        if result != at:
            after = {**{name: "" for name in known if name not in attributes}, **attributes}
            yield self._change("account_update", wanted, shadow, known, after, at, result)

    def _left_alone(self, wanted: Wanted, shadow: AccountShadow | None, attributes: Mapping[str, Value]) -> str:
        known = shadow.attributes if shadow else {}
        if self.protected.account(shadow.remote_id if shadow else "", known, attributes):
            return "on the protected list"
        return wanted.doubt

    def _leaver(self, wanted: Wanted) -> Iterator[Change]:
        shadow = self.shadows.account(self.platform, wanted.person.id)
        if shadow is None:
            return
        reason = wanted.reason or self.derivation.evaluate(wanted.person).reason
        if self.protected.account(shadow.remote_id, shadow.attributes):
            self._stand_back(wanted, f"on the protected list, though {reason}", shadow.remote_id)
            return
        since = shadow.state_since.date() if shadow.state_since else None
        policy = self.derivation.rules.leaver(self.platform)
        act = leaver_act(policy, wanted.person, shadow.state, since, self.on, reason)
        if act.do == "suspend":
            result = of_account("suspended", shadow.attributes)
            yield self._change("account_suspend", wanted, shadow, {}, {}, shadow.fingerprint, result, act.reason)
        elif act.do == "delete" and self.derivation.descriptor.deletes:
            result = of_account("deleted", {})
            yield self._change(
                "account_delete", wanted, shadow, shadow.attributes, {}, shadow.fingerprint, result, act.reason
            )

    def _change(
        self,
        kind: Kind,
        wanted: Wanted,
        shadow: AccountShadow | None,
        before: Mapping[str, Value],
        after: Mapping[str, Value],
        precondition: str,
        result: str,
        reason: str = "",
    ) -> Change:
        person = wanted.person
        return Change(
            Phase.DELETIONS if kind == "account_delete" else Phase.ACCOUNTS,
            kind,
            self.platform,
            person_id=person.id,
            person_uuid=person.uuid,
            subject=self.subject(self.platform, person.uuid),
            remote_id=shadow.remote_id if shadow and shadow.state != "deleted" else "",
            before=before,
            after=after,
            reason=reason or wanted.reason,
            precondition=precondition,
            result=result,
        )


def _references(attributes: Mapping[str, Value]) -> dict[str, Value]:
    return {name: attributes[name] for name in REFERENCES & attributes.keys() if attributes[name] != ""}


def _batches(items: list[tuple[Wanted, str, bool]]) -> Iterator[list[tuple[Wanted, str, bool]]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
