"""The approval of one exact plan: its digest, who gave it, until when, and which guards it lifts (AD-08)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioners.errors import Stale, SyncError
from provisioners.sync.plan.change import Change

APPROVED_FOR = timedelta(hours=24)


class NotApproved(SyncError):
    """The plan is unknown, or nobody approved it, or not any more."""

    code = "not_approved"


class SecondPersonNeeded(NotApproved):
    """What a guard holds is approved by somebody else than who made the plan (AD-08)."""

    code = "second_person_needed"


@dataclass(frozen=True, slots=True)
class Approval:
    """Holds for the plan with this digest only, and until `until`."""

    id: int
    digest: str
    by: str
    until: datetime
    releases: frozenset[str] = frozenset()

    def check(self, digest: str, now: datetime) -> None:
        """Raise Stale when this is another plan than the approved one, NotApproved when the approval has ended."""
        if digest != self.digest:
            raise Stale("the plan is not the one that was approved", hint="look at it again, then approve it")
        if now >= self.until:
            raise NotApproved("the approval has ended", hint="approve the plan again; an approval holds for 24 hours")


def held_back(change: Change, given: Approval) -> str:
    """Return why this change is not carried out although the plan was approved; empty when it is."""
    if change.held and change.held not in given.releases:
        return f"held by the guard {change.held}"
    return ""
