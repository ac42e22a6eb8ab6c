"""What is checked right before a call: still asked for, as planned, ours, and not protected (PR-03, PR-06).

The protected list comes last, so that nothing is decided between it and the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisioners.errors import LeftAlone, Stale, SyncError, TryAgain
from provisioners.ports import OURS, AccountShadow, GroupShadow, Shadows
from provisioners.sync.plan.change import REFERENCES, Change, Phase
from provisioners.sync.plan.ownership import names_of
from provisioners.sync.rollout.contract import Action, Present, Protected, Resolve, Resting
from provisioners.sync.rollout.justified import LastLook

NOBODY: frozenset[int] = frozenset()
Known = Mapping[int, AccountShadow]

ENDS = frozenset({"group_archive", "group_delete"})
LATER = "an account that this needs is still being tried"
SOON = 1.0
"""Seconds to wait for an account that is being called right now."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """An action that may be called now, with all that the call needs.

    `call` maps the person ids to hand over to their remote ids, `gone` are members whose account no longer is, `lost`
    those who are not moved with the code of the reason, `later` tells for those whose account is still being tried
    after how many seconds that is worth another look; who is so already is in none of them.
    """

    action: Action
    remote_id: str = ""
    account: AccountShadow | None = None
    group: GroupShadow | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    call: Mapping[int, str] = field(default_factory=dict)
    gone: tuple[int, ...] = ()
    lost: Mapping[int, str] = field(default_factory=dict)
    later: Mapping[int, float] = field(default_factory=dict)

    @property
    def change(self) -> Change:
        """Return the change of the action."""
        return self.action.change


Refused = tuple[Action, SyncError]


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets actions pass, or refuses them as Stale, LeftAlone or TryAgain with the reason."""

    shadows: Shadows
    protected: Protected
    resolve: Resolve
    present: Present
    resting: Resting

    def clear(self, platform: str, actions: Sequence[Action]) -> tuple[list[Cleared], list[Refused]]:
        """Check actions of one platform against what is known now; each of another target."""
        people = {each.change.person_id for each in actions} | {one for each in actions for one in each.change.members}
        known = self.shadows.of_people(platform, people - {0})
        look = LastLook(self.present, platform, actions)
        named = {one.id: names_of(one.change.after) for one in actions if one.change.kind == "account_create"}
        held = self.shadows.holders(platform, set[str]().union(*named.values())) if named else {}
        cleared: list[Cleared] = []
        refused: list[Refused] = []
        for action in actions:
            try:
                look.check(action)
                _check_free(action, named.get(action.id, ()), held)
                cleared.append(self._check(action, known, look))
            except (Stale, LeftAlone, TryAgain) as error:
                refused.append((action, error))
        return cleared, refused

    def _check(self, action: Action, known: Known, look: LastLook) -> Cleared:
        if action.change.kind.startswith("account_"):
            return self._account(action, known, look)
        if action.change.members:
            return self._members(action, known, look)
        look.group(action)
        return self._group(action)

    def _account(self, action: Action, known: Known, look: LastLook) -> Cleared:
        change = action.change
        shadow = known.get(change.person_id)
        look.account(action, shadow)
        if shadow is not None and shadow.management not in OURS:
            raise LeftAlone(f"the account is {shadow.management}")
        if (shadow.fingerprint if shadow else "") != change.precondition:
            raise Stale("the account has changed since the plan was made")
        if change.kind == "account_create":
            if shadow is not None and shadow.state != "deleted":
                raise Stale("the account exists by now")
        elif shadow is None or shadow.state == "deleted":
            raise Stale("there is no account any more")
        elif change.remote_id not in {"", shadow.remote_id}:
            raise Stale("another account has taken the place of the planned one")
        references = {name: self._reference(action, name) for name in REFERENCES & change.after.keys()}
        self._last(change, shadow)
        self._give(change)
        return Cleared(action, shadow.remote_id if shadow else "", account=shadow, references=references)

    def _give(self, change: Change) -> None:
        """Give what nobody may share to this person, for ever, in the transaction before the call."""
        for name in change.unique:
            if not self.shadows.give(change.platform, name, str(change.after[name]), change.person_id):
                raise Stale(f"the {name} was given to somebody else since the plan was made")

    def _group(self, action: Action) -> Cleared:
        change = action.change
        shadow = self.shadows.group(change.platform, change.group)
        if change.kind == "group_create":
            if shadow is not None:
                raise Stale("the group exists by now")
            self._last(change, None)
            return Cleared(action)
        shadow = _our_group(shadow)
        if change.before.get("name", shadow.name) != shadow.name:
            raise Stale("the group was renamed since the plan was made")
        if change.kind in ENDS and (shadow.members or shadow.owners or shadow.groups):
            raise Stale("somebody is still in the group, or owns it")
        if change.kind == "group_delete" and shadow.state != "archived":
            raise Stale("the group is in use again")
        references = self._inner(change) if change.kind in {"group_nest", "group_unnest"} else {}
        self._last(change, None)
        return Cleared(action, shadow.remote_id, group=shadow, references=references)

    def _inner(self, change: Change) -> dict[str, str]:
        inner = self.shadows.group(change.platform, str((change.after or change.before)["inner"]))
        if inner is None and change.kind == "group_unnest":
            return {"inner": ""}
        return {"inner": _our_group(inner).remote_id}

    def _members(self, action: Action, known: Known, look: LastLook) -> Cleared:
        change = action.change
        group = _our_group(self.shadows.group(change.platform, change.group))
        present = group.owners if change.kind.startswith("owner") else group.members
        adds = change.kind.endswith("add")
        closed = change.kind == "owner_remove" and look.is_closed(action, empty=not group.members)
        if change.kind == "owner_remove" and present and not present - set(change.members) and not closed:
            raise LeftAlone("the last owner of a group stays")
        moved = [one for one in change.members if (one in present) != adds]  # the others are so already
        resting = self.resting(action.run, change.platform, moved)
        call: dict[int, str] = {}
        gone: list[int] = []
        lost: dict[int, str] = {}
        later: dict[int, float] = {}
        for person_id in moved:
            shadow = known.get(person_id)
            verdict = look.member(action, person_id, shadow, closed=closed)
            if person_id in resting and verdict != "stale":
                later[person_id] = resting[person_id]
            elif verdict:
                lost[person_id] = verdict
            elif shadow is None or shadow.state == "deleted":
                if adds:
                    lost[person_id] = "account_missing"
                else:
                    gone.append(person_id)
            elif shadow.management not in OURS or self.protected(change, shadow):
                lost[person_id] = LeftAlone.code
            else:
                call[person_id] = shadow.remote_id
        self._last(change, None)
        if later and not call and not gone:
            raise TryAgain("members wait for their accounts", after=max(SOON, *later.values()), hint=LATER)
        return Cleared(action, group.remote_id, group=group, call=call, gone=tuple(gone), lost=lost, later=later)

    def _reference(self, action: Action, name: str) -> str:
        change = action.change
        wanted = str(change.after[name])
        person_id, found = self.resolve(change.platform, wanted) if wanted else (0, "")
        if wanted and not found:
            if change.phase is Phase.MANAGERS and (rests := self.resting(action.run, change.platform, [person_id])):
                raise TryAgain(f"the {name} is not there yet", after=max(SOON, *rests.values()), hint=LATER)
            raise Stale(f"the {name} has no account on this platform")
        return found

    def _last(self, change: Change, shadow: AccountShadow | None) -> None:
        if reason := self.protected(change, shadow):
            raise LeftAlone(reason)


def _check_free(action: Action, names: Iterable[str], held: Mapping[str, frozenset[int]]) -> None:
    if any(held.get(name, NOBODY) - {action.change.person_id} for name in names):
        raise Stale("another person's account still has this name or address")


def _our_group(shadow: GroupShadow | None) -> GroupShadow:
    if shadow is None:
        raise Stale("the group was not made")
    if shadow.management not in OURS:
        raise LeftAlone(f"the group is {shadow.management}")
    return shadow
