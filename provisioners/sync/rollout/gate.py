"""What is checked right before a call: still as planned, ours, and not protected (PR-03, PR-06).

The protected list comes last, so that nothing is decided between it and the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisioners.errors import LeftAlone, Stale, SyncError
from provisioners.ports import OURS, AccountShadow, GroupShadow, Shadows
from provisioners.sync.plan.change import REFERENCES, Change
from provisioners.sync.rollout.contract import Action, Protected, Resolve

Known = Mapping[int, AccountShadow]
Working = Callable[[Iterable[int]], frozenset[int]]
"""Tells who of these people works here today, as HR says it now."""

GIVES = frozenset({"account_create", "account_reactivate", "member_add", "owner_add"})
"""What nobody gets who has left since the plan was made (PR-11)."""


@dataclass(frozen=True, slots=True)
class Cleared:
    """An action that may be called now, with all that the call needs.

    `call` maps the person ids to hand over to their remote ids, `gone` are members whose account no longer is,
    `missing` those who have no account yet, `left` those we must not touch; who is so already is in none of them.
    """

    action: Action
    remote_id: str = ""
    account: AccountShadow | None = None
    group: GroupShadow | None = None
    references: Mapping[str, str] = field(default_factory=dict)
    call: Mapping[int, str] = field(default_factory=dict)
    gone: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()
    left: tuple[int, ...] = ()

    @property
    def change(self) -> Change:
        """Return the change of the action."""
        return self.action.change


Refused = tuple[Action, SyncError]


@dataclass(frozen=True, slots=True)
class Gate:
    """Lets actions pass, or refuses them as Stale or LeftAlone with the reason."""

    shadows: Shadows
    protected: Protected
    resolve: Resolve
    works: Working

    def clear(self, platform: str, actions: Sequence[Action]) -> tuple[list[Cleared], list[Refused]]:
        """Check actions of one platform against what is known now; each of another target."""
        people = {each.change.person_id for each in actions} | {one for each in actions for one in each.change.members}
        known = self.shadows.of_people(platform, people - {0})
        here = self.works(_given(actions))
        cleared: list[Cleared] = []
        refused: list[Refused] = []
        for action in actions:
            try:
                cleared.append(self._check(action, known, here))
            except (Stale, LeftAlone) as error:
                refused.append((action, error))
        return cleared, refused

    def _check(self, action: Action, known: Known, here: frozenset[int]) -> Cleared:
        if action.change.kind.startswith("account_"):
            return self._account(action, known, here)
        if action.change.members:
            return self._members(action, known, here)
        return self._group(action)

    def _account(self, action: Action, known: Known, here: frozenset[int]) -> Cleared:
        change = action.change
        if change.kind in GIVES and change.person_id not in here:
            raise Stale("this person has left since the plan was made")
        shadow = known.get(change.person_id)
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
        references = {name: self._reference(change, name) for name in REFERENCES & change.after.keys()}
        self._last(change, shadow)
        return Cleared(action, shadow.remote_id if shadow else "", account=shadow, references=references)

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
        self._last(change, None)
        return Cleared(action, shadow.remote_id, group=shadow)

    def _members(self, action: Action, known: Known, here: frozenset[int]) -> Cleared:
        change = action.change
        group = _our_group(self.shadows.group(change.platform, change.group))
        present = group.owners if change.kind.startswith("owner") else group.members
        adds = change.kind.endswith("add")
        if change.kind == "owner_remove" and present and not present - set(change.members):
            raise LeftAlone("the last owner of a group stays")
        call: dict[int, str] = {}
        gone: list[int] = []
        missing: list[int] = []
        left: list[int] = []
        for person_id in change.members:
            shadow = known.get(person_id)
            if (person_id in present) == adds:
                continue  # so already
            if shadow is None or shadow.state == "deleted":
                (missing if adds else gone).append(person_id)
            elif shadow.management not in OURS or self.protected(change, shadow) or (adds and person_id not in here):
                left.append(person_id)
            else:
                call[person_id] = shadow.remote_id
        self._last(change, None)
        return Cleared(
            action, group.remote_id, group=group, call=call, gone=tuple(gone), missing=tuple(missing), left=tuple(left)
        )

    def _reference(self, change: Change, name: str) -> str:
        wanted = str(change.after[name])
        found = self.resolve(change.platform, wanted) if wanted else ""
        if wanted and not found:
            raise Stale(f"the {name} has no account on this platform")
        return found

    def _last(self, change: Change, shadow: AccountShadow | None) -> None:
        if reason := self.protected(change, shadow):
            raise LeftAlone(reason)


def _given(actions: Iterable[Action]) -> set[int]:
    giving = [action.change for action in actions if action.change.kind in GIVES]
    return {one for change in giving for one in (change.members or (change.person_id,))}


def _our_group(shadow: GroupShadow | None) -> GroupShadow:
    if shadow is None:
        raise Stale("the group was not made")
    if shadow.management not in OURS:
        raise LeftAlone(f"the group is {shadow.management}")
    return shadow
