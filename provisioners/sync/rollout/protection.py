"""The protected list of each platform as the gate asks it: last, right before a call (PR-06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from provisioners.ports import AccountShadow
from provisioners.sync.plan.change import Change
from provisioners.sync.plan.ownership import Protected


@dataclass(frozen=True, slots=True)
class ProtectedList:
    """Fulfils `contract.Protected`; `of` gives a platform's list as it stands now, not as it stood at planning."""

    of: Callable[[str], Protected]

    def __call__(self, change: Change, shadow: AccountShadow | None) -> str:
        """Return why this must be left alone; an empty text when it need not."""
        entries = self.of(change.platform)
        if change.group and entries.group(change.group, change.remote_id):
            return "the group is on the protected list"
        if shadow is not None and entries.account(shadow.remote_id, shadow.attributes):
            return "the account is on the protected list"
        if not change.group and entries.account(change.remote_id, change.before, change.after):
            return "the account is on the protected list"
        return ""
