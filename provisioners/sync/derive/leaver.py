"""The account of somebody who left or fell out of scope: suspend first, anonymise or delete after retention (PR-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from mappings.desired import AccountState
from mappings.leavers import FINAL
from mappings.people import Person
from mappings.rules import LeaverPolicy

RETENTION = 30
"""The fewest days between suspension and what cannot be undone, whatever a policy says."""


@dataclass(frozen=True, slots=True)
class Act:
    """What to do today, and why; `none` with the reason when it is not time yet."""

    do: Literal["none", "suspend", "anonymise", "delete"]
    reason: str


def leaver_act(
    policy: LeaverPolicy, person: Person, state: AccountState, since: date | None, on: date, reason: str
) -> Act:
    """Return what the policy says for this account on this day.

    `since` is the day on which we suspended it: retention is counted from our own act, never from a date in a file.
    An account is anonymised or deleted only when it was suspended before, never in one step with leaving. Somebody who
    was anonymised before is to be so still: whoever asks sees whether that is done.
    """
    if state == "active":
        return _suspension(policy, person, on, reason)
    if state == "suspended" and since is not None:
        return _final(policy, since, on, reason)
    return Act("none", reason)


def _suspension(policy: LeaverPolicy, person: Person, on: date, reason: str) -> Act:
    first = next((step for step in policy.steps if step.do in {"suspend", "delete"}), None)
    if first is None:
        return Act("none", f"{reason}; the policy keeps the account")
    begins = left_on(person, on) + timedelta(days=first.after)
    return Act("none", f"{reason}; suspended from {begins} on") if on < begins else Act("suspend", reason)


def _final(policy: LeaverPolicy, since: date, on: date, reason: str) -> Act:
    """Return the last step whose day has come; days are counted from the step before, the first from suspension."""
    act, days = Act("none", f"{reason}; the policy keeps it suspended"), 0
    for step in policy.steps:
        if step.do not in FINAL:
            continue
        days += step.after
        kept = max(RETENTION, days)
        if on < since + timedelta(days=kept):
            coming = "deleted" if step.do == "delete" else "anonymised"
            return (
                act if act.do == "anonymise" else Act("none", f"{reason}; {coming} from {since + timedelta(kept)} on")
            )
        do: Literal["anonymise", "delete"] = "delete" if step.do == "delete" else "anonymise"
        act = Act(do, f"{reason}; suspended since {since}, kept for {kept} days")
    return act


def left_on(person: Person, on: date) -> date:
    """Return the first day on which the person was no longer here; today when HR gives no day in the past."""
    if person.leaves_on is not None and person.leaves_on < on:
        return person.leaves_on + timedelta(days=1)
    ends = [job.valid_to for job in person.assignments]
    past = [end for end in ends if end is not None and end < on]
    if ends and len(past) == len(ends):
        return max(past) + timedelta(days=1)
    return on
