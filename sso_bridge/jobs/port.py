"""What durable work must offer, whoever does it (decision 0601)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

JobState = Literal["waiting", "leased", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of queued work. `arguments` and `result` are JSON without secrets (PR-12)."""

    id: int
    what: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    state: JobState = "waiting"
    by: str = ""
    attempts: int = 0
    result: Mapping[str, Any] | None = None
    error: str = ""
    created_at: datetime | None = None
    finished_at: datetime | None = None


class Queue(Protocol):
    """Enqueueing joins the open transaction: an act, its audit and its job are kept or lost together."""

    def enqueue(self, what: str, arguments: Mapping[str, Any], *, key: str, by: str) -> int:
        """Queue the work once per key; return its id, also when it is queued already."""
        ...

    def job(self, job_id: int) -> Job | None:
        """Return the job as it stands, or None."""
        ...

    def cancel(self, job_id: int) -> bool:
        """Cancel what has not ended; return whether there was anything to cancel."""
        ...

    def lease(self, owner: str) -> Job | None:
        """Take the oldest job that is due, or whose worker has died; None when there is none."""
        ...

    def renew(self, owner: str) -> None:
        """Keep the leases of a living worker."""
        ...

    def finish(self, job: Job, owner: str, outcome: Outcome) -> bool:
        """Write how it ended; False (and nothing written) when the lease was lost meanwhile."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended: with a result, an error, or to be tried again at `again`."""

    result: Mapping[str, Any] | None = None
    error: str = ""
    again: datetime | None = None
