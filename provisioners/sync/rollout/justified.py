"""Is a change still what HR and the rules ask for, at the moment before its call? If not, it is stale (PR-03, PR-11).

What takes something away is always derived anew: nobody loses an account or a group who belongs there by now. What
gives is derived anew when the organisation or the day is another one than the plan was made for. A plan that turns a
run around goes against the rules on purpose: it is only kept from giving anything to somebody who has left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from provisioners.errors import Stale
from provisioners.fingerprint import REFERENCES, as_text, of_account
from provisioners.ports import OURS, AccountShadow
from provisioners.sync.derive.wanted import Wanted
from provisioners.sync.plan.change import Change
from provisioners.sync.rollout.contract import Action, Present

GIVES = frozenset({"account_create", "account_reactivate", "member_add", "owner_add"})
"""What nobody gets who has left since the plan was made (PR-11)."""
TAKES = frozenset({"account_suspend", "account_delete", "account_anonymise", "member_remove", "owner_remove"})
ENDS = frozenset({"group_archive", "group_delete", "group_unnest"})
"""What takes a group away, or out of another one: the rules are asked once more, always."""
ACTS = {"account_suspend": "suspend", "account_delete": "delete", "account_anonymise": "anonymise"}

Verdict = Literal["", "stale", "suspension_first"]
"""Why a member is not moved; empty when it is. `suspension_first`: the account is to be suspended before (PR-09)."""


class LastLook:
    """One look at what holds now, for all actions of a wave on one platform."""

    def __init__(self, present: Present, platform: str, actions: Sequence[Action]) -> None:
        self._present = present
        self._platform = platform
        self._changed = {
            each for each in {one.basis.revision for one in actions} if present.rules_changed(platform, each)
        }
        self._same = {each: present.is_same(each) for each in {one.basis for one in actions}}
        self._here = present.works(_people(one.change for one in actions if one.change.kind in GIVES))
        self._wanted: Mapping[int, Wanted] = present.wanted(
            platform, _people(one.change for one in actions if self._derives(one))
        )

    def check(self, action: Action) -> None:
        """Raise Stale when the rules of the platform have changed since the plan was made."""
        if action.basis.revision in self._changed:
            raise Stale("the rules of this platform have changed since the plan was made")

    def account(self, action: Action, shadow: AccountShadow | None) -> None:
        """Raise Stale when this change of an account is not asked for any more."""
        change = action.change
        if change.kind in GIVES and change.person_id not in self._here:
            raise Stale("this person has left since the plan was made")
        if not self._derives(action):
            return
        wanted = self._wanted.get(change.person_id, Wanted(change.person_id))
        if wanted.doubt:
            raise Stale("a rule has no value for this person by now")
        if change.kind in ACTS:
            if wanted.in_scope:
                raise Stale("this person belongs here again; nothing is taken away")
            if shadow is not None and self._present.leaver(shadow).do != ACTS[change.kind]:
                raise Stale("the leaver policy asks for something else by now")
        elif not wanted.in_scope or (wanted.waits and change.kind in GIVES):
            raise Stale("this person does not belong here any more, or waits for a wave")
        elif change.kind != "account_reactivate" and not _as_wanted(change, wanted):
            raise Stale("HR or the rules give other values by now")

    def member(self, action: Action, person_id: int, shadow: AccountShadow | None, *, closed: bool = False) -> Verdict:
        """Return why this person is not put into the group, or taken out of it; nobody belongs to a `closed` one."""
        change = action.change
        if change.kind in GIVES and person_id not in self._here:
            return "stale"
        if not self._derives(action):
            return ""
        wanted = self._wanted.get(person_id, Wanted(person_id))
        belongs = wanted.in_scope and not closed and self._in_group(change, person_id, wanted)
        if wanted.doubt or belongs is not (change.kind in GIVES):
            return "stale"
        return "suspension_first" if not wanted.in_scope and self._awaits_suspension(shadow) else ""

    def group(self, action: Action) -> None:
        """Raise Stale when this change of a group itself is not asked for any more."""
        change = action.change
        if action.basis.undoes or change.kind not in ENDS:
            return
        if change.kind == "group_unnest":
            if self._present.around(self._platform, str(change.before["inner"])) == change.group:
                raise Stale("the inner group belongs there again")
        elif not self.is_closed(action, empty=True):
            raise Stale("there is something behind the group again")

    def is_closed(self, action: Action, *, empty: bool) -> bool:
        """Return whether nothing stands behind the group any more, so that nobody need own it."""
        return self._present.is_closed(self._platform, action.change.group, empty=empty)

    def _in_group(self, change: Change, person_id: int, wanted: Wanted) -> bool | None:
        if change.kind.startswith("member"):
            return change.group in wanted.groups
        owners = self._present.owners(self._platform, change.group)
        return None if owners is None else person_id in owners

    def _awaits_suspension(self, shadow: AccountShadow | None) -> bool:
        if shadow is None or shadow.state != "active" or shadow.management not in OURS:
            return False
        return self._present.leaver(shadow).do == "suspend"

    def _derives(self, action: Action) -> bool:
        kind, basis = action.change.kind, action.basis
        if basis.undoes or basis.revision in self._changed or not (action.change.person_id or action.change.members):
            return False
        return kind in TAKES or not self._same[basis]


def _people(changes: Iterable[Change]) -> set[int]:
    return {one for change in changes for one in (change.members or (change.person_id,))}


def _as_wanted(change: Change, wanted: Wanted) -> bool:
    """Return whether the change brings what is wanted now; what an account may have otherwise does not count."""
    if any(change.after.get(name) not in options for name, options in wanted.candidates.items()):
        return False
    left_out = REFERENCES | wanted.loose
    held = {name: value for name, value in change.after.items() if name not in left_out}
    return of_account("active", held) == as_text(wanted.firm if wanted.loose else wanted.bits)
