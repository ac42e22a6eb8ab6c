"""The account of somebody who left or fell out of scope: suspend first, delete after retention (PR-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from mappings.desired import AccountState
from mappings.people import Person
from mappings.rules import LeaverPolicy

RETENTION = 30
"""The fewest days between suspension and deletion, whatever a policy says."""


@dataclass(frozen=True, slots=True)
class Act:
    """What to do today, and why; `none` with the reason when it is not time yet."""

    do: Literal["none", "suspend", "delete"]
    reason: str


def leaver_act(
    policy: LeaverPolicy, person: Person, state: AccountState, since: date | None, on: date, reason: str
) -> Act:
    """Return what the policy says for this account on this day.

    `since` is the day on which we suspended it: retention is counted from our own act, never from a date in a file.
    An account is deleted only when it was suspended before, so deletion is never in one step with leaving.
    """
    if state == "active":
        return _suspension(policy, person, on, reason)
    if state == "suspended" and since is not None:
        return _deletion(policy, since, on, reason)
    return Act("none", reason)


def _suspension(policy: LeaverPolicy, person: Person, on: date, reason: str) -> Act:
    first = next((step for step in policy.steps if step.do in {"suspend", "delete"}), None)
    if first is None:
        return Act("none", f"{reason}; the policy keeps the account")
    begins = left_on(person, on) + timedelta(days=first.after)
    return Act("none", f"{reason}; suspended from {begins} on") if on < begins else Act("suspend", reason)


def _deletion(policy: LeaverPolicy, since: date, on: date, reason: str) -> Act:
    deletion = next((step for step in policy.steps if step.do == "delete"), None)
    if deletion is None:
        return Act("none", f"{reason}; the policy keeps it suspended")
    days = max(RETENTION, deletion.after)
    if on < since + timedelta(days=days):
        return Act("none", f"{reason}; deleted from {since + timedelta(days=days)} on")
    return Act("delete", f"{reason}; suspended since {since}, kept for {days} days")


def left_on(person: Person, on: date) -> date:
    """Return the first day on which the person was no longer here; today when HR gives no day in the past."""
    if person.leaves_on is not None and person.leaves_on < on:
        return person.leaves_on + timedelta(days=1)
    ends = [job.valid_to for job in person.assignments]
    past = [end for end in ends if end is not None and end < on]
    if ends and len(past) == len(ends):
        return max(past) + timedelta(days=1)
    return on
