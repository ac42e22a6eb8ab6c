"""Does this person work here on that day? One answer for sign-in, accounts and expressions."""

from __future__ import annotations

from datetime import date

from mappings.people import Person

WORKING = frozenset({"active", "leave"})
"""Values of `status` that do not end the employment; any other, also an unknown one, does: no access on doubt."""


def active_on(person: Person, day: date) -> bool:
    """Return whether the person is employed that day: by status, by dates, and by a job when jobs are known."""
    if person.status not in WORKING:
        return False
    if person.hired_on is not None and day < person.hired_on:
        return False
    if person.leaves_on is not None and person.leaves_on < day:
        return False
    return not person.assignments or any(job.holds_on(day) for job in person.assignments)
