"""The plan that restores what a run has changed: attributes, states and memberships, as far as that is safe (PR-11).

Only what the run has written is written back: what somebody else changed on the platform since then stays.

Nobody is deleted, and nobody who has left is woken up: the account of a leaver stays suspended and outside of its
groups. What cannot or must not be turned around becomes a finding. The result is a plan like any other: it is guarded,
looked at, approved and audited.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mappings.desired import AccountState, Value
from provisioners import fingerprint
from provisioners.ports import OURS, AccountShadow, Shadows
from provisioners.sync.plan.change import Change, Finding, Kind, Phase
from provisioners.sync.rollout.remember import STATES

Works = Callable[[int], bool]
"""Whether this person works here today, as HR says it now."""

OPPOSITE: dict[str, Kind] = {
    "member_add": "member_remove",
    "member_remove": "member_add",
    "owner_add": "owner_remove",
    "owner_remove": "owner_add",
}
WHOLE: dict[str, Kind] = {
    "group_rename": "group_rename",
    "group_nest": "group_unnest",
    "group_unnest": "group_nest",
    "group_archive": "group_restore",
    "group_restore": "group_archive",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A change that a run has carried out, with the members that were really changed."""

    change: Change
    members: tuple[int, ...] = ()


@dataclass(slots=True)
class Undo:
    """Collects what restores a run: `changes` still to be put in order, `findings` for what stays as it is."""

    shadows: Shadows
    works: Works
    reason: str
    changes: list[Change] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def turn_around(self, made: Iterable[Made]) -> None:
        """Take what was made, in the order in which it was made."""
        accounts: dict[tuple[str, int], list[Change]] = {}
        later: list[Made] = []
        for one in made:
            if one.change.kind.startswith("account_"):
                accounts.setdefault((one.change.platform, one.change.person_id), []).append(one.change)
            else:
                later.append(one)
        for chain in accounts.values():
            self._account(chain)
        for one in reversed(later):
            self._group(one)

    def _account(self, chain: list[Change]) -> None:
        first, last = chain[0], chain[-1]
        shadow = self.shadows.account(last.platform, last.person_id)
        if shadow is None or shadow.state == "deleted" or shadow.management not in OURS:
            self._leave(last, "there is no account of ours any more; a deleted one cannot be restored")
        elif any(change.kind == "account_anonymise" for change in chain):
            self._leave(last, "an account that was anonymised cannot be restored")
        elif shadow.fingerprint != last.result:
            self._leave(last, "the account has changed since")
        else:
            self._restore(shadow, first, chain)

    def _restore(self, shadow: AccountShadow, first: Change, chain: list[Change]) -> None:
        state = self._state_before(shadow, chain)
        if state == "active" and shadow.state != "active" and not self.works(first.person_id):
            self._leave(first, "this person has left; the account stays suspended")
            state = shadow.state
        updates = [change for change in chain if change.kind == "account_update"]
        attributes = shadow.attributes
        if updates:
            attributes = {**dict.fromkeys(shadow.attributes, ""), **updates[0].before}
        known = shadow.fingerprint
        if state != shadow.state:
            kind: Kind = "account_reactivate" if state == "active" else "account_suspend"
            known = self._add(first, kind, shadow, state, shadow.attributes, known)
        if attributes != shadow.attributes:
            self._add(first, "account_update", shadow, state, attributes, known)

    def _state_before(self, shadow: AccountShadow, chain: list[Change]) -> AccountState:
        """Return the state before the run; an account that the run has made is suspended, never deleted."""
        turned = next((change.kind for change in chain if change.kind in STATES), None)
        if turned is None:
            return shadow.state
        return "active" if turned == "account_suspend" else "suspended"

    def _add(
        self,
        model: Change,
        kind: Kind,
        shadow: AccountShadow,
        state: AccountState,
        attributes: Mapping[str, Value],
        precondition: str,
    ) -> str:
        result = fingerprint.of_account(state, attributes)
        self.changes.append(
            Change(
                Phase.ACCOUNTS,
                kind,
                model.platform,
                model.person_id,
                model.person_uuid,
                model.subject,
                remote_id=shadow.remote_id,
                before=shadow.attributes,
                after=attributes,
                reason=self.reason,
                precondition=precondition,
                result=result,
                eased=dict.fromkeys(attributes, "normal") if kind == "account_update" else {},
            )
        )
        return result

    def _group(self, made: Made) -> None:
        change = made.change
        if change.kind == "group_create":
            self._leave(change, "a group that was made stays, without the members it got")
        elif change.kind == "group_delete":
            self._leave(change, "a group that was deleted cannot be restored")
        elif change.kind in WHOLE:
            self.changes.append(self._back(change, WHOLE[change.kind], ()))
        elif change.kind in OPPOSITE:
            kind = OPPOSITE[change.kind]
            back = made.members if kind.endswith("remove") else tuple(one for one in made.members if self.works(one))
            if len(back) < len(made.members):
                self._leave(change, f"{len(made.members) - len(back)} members have left and are not put back")
            if back:
                self.changes.append(self._back(change, kind, back))

    def _back(self, change: Change, kind: Kind, members: tuple[int, ...]) -> Change:
        return Change(
            change.phase,
            kind,
            change.platform,
            group=change.group,
            remote_id=change.remote_id,
            members=members,
            before=change.after,
            after=change.before,
            reason=self.reason,
        )

    def _leave(self, change: Change, why: str) -> None:
        self.findings.append(
            Finding(change.platform, "not_undone", why, person_id=change.person_id, remote_id=change.remote_id)
        )
