"""Wanted accounts against known ones, one platform: which changes, in which order, and what is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from mappings.desired import Value
from provisioners.fingerprint import as_text, of_account, of_reference
from provisioners.ports import OURS, AccountShadow, Shadows
from provisioners.sync.derive.block import Derived
from provisioners.sync.derive.leaver import leaver_act
from provisioners.sync.derive.wanted import Derivation, Wanted
from provisioners.sync.plan.change import REFERENCES, Change, Finding, Kind, Phase
from provisioners.sync.plan.ownership import Protected, Taken
from provisioners.sync.plan.spool import Spool

Subject = Callable[[str, str], str]
"""(platform, person's UUID) -> what sign-in calls this person there."""

UNKNOWN = ("", "", "managed")
LIVING = frozenset({"active", "suspended"})


class _Waiting(NamedTuple):
    """Somebody who is wanted and whose account may have to change; `at` is what an active account has now.

    `attributes` is None for somebody whose answer was remembered: the values are asked for when they are needed.
    """

    person_id: int
    bits: int
    manager: int
    at: str
    reason: str
    attributes: dict[str, Value] | None


@dataclass(slots=True)
class AccountDiff:
    """Plans the accounts of one platform. After `changes`, `members` holds who is wanted in which group."""

    derivation: Derivation
    shadows: Shadows
    protected: Protected
    subject: Subject
    on: date
    waiting: Spool[_Waiting]
    only: int = 0
    findings: list[Finding] = field(default_factory=list)
    members: dict[str, list[int]] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)
    wanted: set[int] = field(default_factory=set)
    active: int = 0
    _leavers: list[int] = field(default_factory=list)
    _states: Mapping[int, tuple[str, str, str]] = field(default_factory=dict)
    _references: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Fetch what is known of the platform."""
        self._states = self.shadows.states(self.platform)

    @property
    def platform(self) -> str:
        """Return the name of the platform."""
        return self.derivation.platform

    def take(self, id_: int, inputs: int) -> None:
        """Compare one person; all people come once, in the order of their ids, then `changes` is called."""
        at, state, management = self._states.get(id_, UNKNOWN)
        if state == "active" and management in OURS:
            self.active += 1
        row: Derived | Wanted | None = self.derivation.known(id_, inputs)
        if row is None:
            row = wanted = self.derivation.derive(id_, inputs)
            if wanted.doubt:
                self._doubt(wanted, state)
                return
        if management not in OURS:
            self._stand_back(id_, f"the account is {management}")
        elif row.bits:
            self.wanted.add(id_)
            for key in row.groups:
                self.members.setdefault(key, []).append(id_)
            due = row.manager or state != "active" or as_text(row.bits) != at
            if due and self.only in {0, id_}:
                now = at if state == "active" else ""
                reason, attributes = (row.reason, row.attributes) if isinstance(row, Wanted) else ("", None)
                self.waiting.append(_Waiting(id_, row.bits, row.manager, now, reason, attributes))
        elif state in LIVING and self.only in {0, id_}:
            self._leavers.append(id_)

    def changes(self) -> Iterator[list[Change]]:
        """Yield the account changes person by person, leavers first; managers are decided now that all are known."""
        self.derivation.close()
        for person_id in self._leavers:
            yield list(self._leaver(person_id))
        taken = self._taken()
        for block in self.waiting.blocks():
            due = [(each, manager) for each in block if self._due(each, manager := self._manager(each))]
            ids = [each.person_id for each, _ in due if each.person_id in self._states]
            shadows = self.shadows.some(self.platform, ids) if ids else {}
            for each, manager in due:
                yield list(self._bring(self._again(each), manager, shadows.get(each.person_id), taken))

    def _manager(self, each: _Waiting) -> int:
        return each.manager if each.manager in self.wanted else 0

    def _due(self, each: _Waiting, manager: int) -> bool:
        return as_text(each.bits ^ self._reference(manager)) != each.at

    def _again(self, each: _Waiting) -> Wanted:
        if each.attributes is None:
            return self.derivation.again(each.person_id)
        return Wanted(each.person_id, each.bits, each.manager, (), each.attributes, each.reason)

    def _reference(self, manager: int) -> int:
        bits = self._references.get(manager)
        if bits is None:
            bits = self._references[manager] = of_reference("manager", self._uuid(manager))
        return bits

    def _doubt(self, wanted: Wanted, state: str) -> None:
        """Nothing can be said of this person: everything stays as it is, and somebody is told."""
        self.doubtful.add(wanted.person_id)
        if state == "active":
            self.wanted.add(wanted.person_id)
        self.findings.append(Finding(self.platform, "no_value", wanted.doubt, wanted.person_id))

    def _stand_back(self, person_id: int, reason: str, remote_id: str = "") -> None:
        """Leave the account as it is, and its memberships too."""
        self.doubtful.add(person_id)
        self.findings.append(Finding(self.platform, "left_alone", reason, person_id, remote_id))

    def _taken(self) -> Taken:
        taken = Taken()
        for shadow in self.shadows.unowned(self.platform):
            taken.add(shadow)
            what = "protected" if self.protected.account(shadow.remote_id, shadow.attributes) else "not_ours"
            detail = "an account on the platform that we neither made nor adopted; it is left alone"
            self.findings.append(Finding(self.platform, what, detail, remote_id=shadow.remote_id))
        return taken

    def _uuid(self, person_id: int) -> str:
        return self.derivation.chart.uuid_of(person_id) if person_id else ""

    def _bring(self, wanted: Wanted, manager: int, shadow: AccountShadow | None, taken: Taken) -> Iterator[Change]:
        """Create, reactivate or update, as a chain of preconditions; the manager comes in a later phase."""
        attributes = dict(wanted.attributes or {})
        reason = self._left_alone(wanted, shadow, attributes) or taken.clash(wanted.person_id, attributes)
        if reason:
            self._stand_back(wanted.person_id, reason, shadow.remote_id if shadow else "")
            return
        at = shadow.fingerprint if shadow else ""
        if shadow is None or shadow.state == "deleted":
            result = as_text(wanted.bits)
            yield self._change("account_create", wanted, shadow, {}, attributes, at, result)
        else:
            attributes = {**attributes, **_held_references(shadow.attributes)}
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

    def _leaver(self, person_id: int) -> Iterator[Change]:
        person = self.derivation.person(person_id)
        wanted = self.derivation.evaluate(person)
        shadow = self.shadows.some(self.platform, [person_id])[person_id]
        reason = wanted.reason
        if wanted.doubt:
            self._stand_back(person_id, wanted.doubt, shadow.remote_id)
            return
        if self.protected.account(shadow.remote_id, shadow.attributes):
            self._stand_back(wanted.person_id, f"on the protected list, though {reason}", shadow.remote_id)
            return
        since = shadow.state_since.date() if shadow.state_since else None
        policy = self.derivation.rules.leaver(self.platform)
        act = leaver_act(policy, person, shadow.state, since, self.on, reason)
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
        uuid = self._uuid(wanted.person_id)
        return Change(
            Phase.DELETIONS if kind == "account_delete" else Phase.ACCOUNTS,
            kind,
            self.platform,
            person_id=wanted.person_id,
            person_uuid=uuid,
            subject=self.subject(self.platform, uuid),
            remote_id=shadow.remote_id if shadow and shadow.state != "deleted" else "",
            before=before,
            after=after,
            reason=reason or wanted.reason,
            precondition=precondition,
            result=result,
        )


def _held_references(attributes: Mapping[str, Value]) -> dict[str, Value]:
    return {name: attributes[name] for name in REFERENCES & attributes.keys() if attributes[name] != ""}
