"""Which of several jobs is the main one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from mappings.people import Assignment


def main_of(jobs: Iterable[Assignment]) -> Assignment | None:
    """Return the job HR flags as the main one, then the largest, the oldest, the first by id; None of no jobs."""
    return min(jobs, key=lambda job: (not job.primary, -job.fte, job.valid_from or date.min, job.id), default=None)
