"""Does this person work here on that day? One answer for sign-in, accounts and expressions.

A day is a date, or the dates of one moment: then it is the one where the person works (`mappings.days`).
"""

from __future__ import annotations

from datetime import date, timedelta

from mappings.days import Day, day_of
from mappings.people import Person

WORKING = frozenset({"active", "leave"})
"""Values of `status` that do not end the employment; any other, also an unknown one, does: no access on doubt."""


OURS = {
    "joined": "this row is part of another person",
    "waiting": "it is not decided yet whether this is somebody we know",
}
"""Values of `status` that we give to rows which are nobody of their own -> why; no HR source can state them."""


def active_on(person: Person, day: Day) -> bool:
    """Return whether the person is employed that day: by status, by dates, and by a job when jobs are known."""
    if person.status not in WORKING:
        return False
    day = day_of(day, person)
    if person.hired_on is not None and day < person.hired_on:
        return False
    if person.leaves_on is not None and person.leaves_on < day:
        return False
    return not person.assignments or any(job.holds_on(day) for job in person.assignments)


def on_leave(person: Person, day: Day) -> bool:
    """Return whether the person is away that day: a dated leave, or the status when HR gives no dates."""
    day = day_of(day, person)
    return person.status == "leave" or any(leave.holds_on(day) for leave in person.leaves)


def absence_reason(person: Person, day: Day) -> str:
    """Return why the person is not active that day, empty when active."""
    day = day_of(day, person)
    if active_on(person, day):
        return ""
    if person.status not in WORKING:
        return OURS.get(person.status) or f"HR status is {person.status or 'not stated'}"
    if person.hired_on is not None and day < person.hired_on:
        return f"starts on {person.hired_on}"
    if person.leaves_on is not None and person.leaves_on < day:
        return f"last day was {person.leaves_on}"
    return "has no job that day"


def next_change(person: Person, day: Day) -> date | None:
    """Return the first day after `day` on which a date of this person takes effect, None when nothing is dated."""
    day = day_of(day, person)
    starts = [person.hired_on, *(job.valid_from for job in person.assignments)]
    starts += [leave.valid_from for leave in person.leaves]
    ends = [person.leaves_on, *(job.valid_to for job in person.assignments)]
    ends += [leave.valid_to for leave in person.leaves]
    days = [start for start in starts if start is not None]
    days += [end + timedelta(days=1) for end in ends if end is not None and end < date.max]
    return min((one for one in days if one > day), default=None)
