"""Queued work: what was asked of the workers, and how it ended; and the workers themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import By, Code, Newest, Since, Until
from sso_bridge.admin.bounds import BOTH
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Conflict, NotFound
from sso_bridge.api.route import NUMBER, Answer, Call, Route, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Queue
from sso_bridge.store.administration.overview import Overview
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.presence import Presence
from sso_bridge.store.queue.standstill import standstill

BASE = "/admin/v1/jobs"
WORKERS = "/admin/v1/workers"
State = Literal["waiting", "leased", "done", "failed", "cancelled"]


class Which(Newest):
    """Which jobs."""

    state: State | None = None
    what: Code | None = Field(default=None, description="Only this kind of work.", examples=["rollout"])
    by: By | None = None
    since: Since | None = None
    until: Until | None = None


class JobTold(Told):
    """One job. `result` tells what came of it: the number of a plan or a run, the state of an import."""

    id: int
    what: str
    state: State
    by: str
    attempts: int
    created_at: datetime | None
    finished_at: datetime | None
    result: dict[str, Any] | None
    error: str = Field(description="Why it failed, or is tried again; empty when it did not.")


class JobList(Told):
    """A page of jobs."""

    items: list[JobTold]
    next: Next


class WorkerTold(Told):
    """One worker, as it was last seen."""

    name: str
    began_at: datetime
    seen_at: datetime
    doing: str
    running: bool = Field(description="False when it was not seen for five minutes: it was killed, or cut off.")


class WorkerList(Told):
    """The workers of the last day that did not end properly, and those that run."""

    items: list[WorkerTold]
    waiting: str = Field(description="What waits for longer than a minute while nobody takes it up; empty: nothing.")


class JobRoutes:
    """The routes of jobs and workers."""

    def __init__(
        self, store: Store, queue: Queue, overview: Overview, audit: AuditTrail, clock: Clock, reach: Reach
    ) -> None:
        self._reach = reach
        self._store = store
        self._queue = queue
        self._overview = overview
        self._audit = audit
        self._clock = clock
        self._presence = Presence(store, clock)

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"job": NUMBER}, "result": JobTold, "within": BOTH}
        return (
            Route("GET", BASE, "jobs.read", self.newest, "Jobs, newest first", query=Which, result=JobList,
                  description="With delegated rights: those that this token asked for.", within=BOTH),
            Route("GET", f"{BASE}/{{job}}", "jobs.read", self.read, "One job", **one),
            Route("POST", f"{BASE}/{{job}}/cancel", "jobs.cancel", self.cancel, "Cancel what has not ended",
                  problems=(409,), **one),
            Route("GET", WORKERS, "jobs.read", self.workers, "Who works, and what waits", result=WorkerList),
        )  # fmt: skip

    def newest(self, call: Call) -> Answer:
        """Return a page of jobs."""
        asked: Which = call.query
        rows, following = page_of(
            lambda count, before: self._overview.jobs(count, before, asked.filters()),
            lambda row: self._reach.own(call.token, row["by"]), lambda row: row["id"], asked.limit, asked.before,
        )  # fmt: skip
        return Answer(JobList(items=[told(row) for row in rows], next=following))

    def read(self, call: Call) -> Answer:
        """Return one job."""
        return Answer(_of(self._job(call)))

    def cancel(self, call: Call) -> Answer:
        """Cancel one job."""
        with self._store.writing():
            job = self._job(call)
            if not self._queue.cancel(job.id):
                raise Conflict("the job has ended already")
            sides = ({"state": job.state}, {"state": "cancelled"})
            self._audit.record(Event("job.cancelled", call.actor, f"job:{job.id}", *sides, reference=call.request_id))
        return self.read(call)

    def workers(self, _call: Call) -> Answer:
        """Return the workers."""
        running = {one.name for one in self._presence.running()}
        items = [
            WorkerTold(name=one.name, began_at=one.began_at, seen_at=one.seen_at, doing=one.doing,
                       running=one.name in running)
            for one in self._presence.all()
        ]  # fmt: skip
        return Answer(WorkerList(items=items, waiting=standstill(self._store, self._clock())))

    def _job(self, call: Call) -> Job:
        job = self._queue.job(call.path["job"])
        if job is None or not self._reach.own(call.token, job.by):
            raise NotFound
        return job


def queued(queue: Queue, what: str, arguments: Mapping[str, Any], call: Call, key: str = "") -> Answer:
    """Queue work under the caller's name, and say where it can be followed."""
    number = queue.enqueue(what, arguments, key=key or f"{what}:{call.request_id}", by=call.actor)
    job = queue.job(number)
    if job is None:
        raise NotFound
    return Answer(_of(job), {"Location": f"{BASE}/{number}"})


def told(row: Mapping[str, Any]) -> JobTold:
    """Return the job of a row."""
    return JobTold(**{name: row[name] for name in JobTold.model_fields if name != "error"}, error=row["error"] or "")


def _of(job: Job) -> JobTold:
    result = None if job.result is None else dict(job.result)
    return JobTold(
        id=job.id, what=job.what, state=job.state, by=job.by, attempts=job.attempts, created_at=job.created_at,
        finished_at=job.finished_at, result=result, error=job.error,
    )  # fmt: skip
