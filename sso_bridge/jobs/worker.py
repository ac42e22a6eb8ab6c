"""A worker: runs queued jobs, carries out open runs, and begins what a schedule asks for.

Any number of workers on any number of machines may run; what one leaves behind when it is killed, another takes over
when the lease has ended (PR-10, TM-02). `stop` ends gracefully: calls under way are finished and written down.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Protocol

import structlog

from provisioners.errors import SyncError, TryAgain
from provisioners.sync.rollout.executor import Executor, Parts
from provisioners.sync.rollout.retry import told
from sso_bridge.audit.circumstances import Circumstance, Circumstances
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome, Queue
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.runs import Runs

log = structlog.get_logger(__name__)

Handler = Callable[[Job], Outcome]
"""Does a job of one kind. Safe to repeat: a job whose worker was killed is begun again."""

RETRY_AFTER = timedelta(seconds=30)


class Schedule(Protocol):
    """Something that enqueues work when its time has come; harmless when every worker asks."""

    def tick(self) -> None:
        """Enqueue what is due."""
        ...


class Presence(Protocol):
    """Where a worker shows that it lives (`store.presence.Presence`)."""

    def note(self, name: str, doing: str) -> None:
        """Write that this worker lives, and what it does."""
        ...

    def gone(self, name: str) -> None:
        """Write that it has ended."""
        ...


class Worker:
    """One worker process. `name` is unique; `renew_every` is well below the length of a lease."""

    def __init__(
        self,
        name: str,
        parts: Parts,
        *,
        queue: Queue,
        ledger: ActionLedger,
        runs: Runs,
        handlers: Mapping[str, Handler],
        schedules: tuple[Schedule, ...] = (),
        presence: Presence | None = None,
        circumstances: Circumstances | None = None,
        clock: Clock,
        idle: float = 0.5,
        renew_every: float = 4.0,
        threads: int = 8,
    ) -> None:
        self.name = name
        self._parts = parts
        self._queue = queue
        self._ledger = ledger
        self._runs = runs
        self._handlers = handlers
        self._schedules = schedules
        self._presence = presence
        self._circumstances = circumstances or Circumstances()
        self._doing = ""
        self._clock = clock
        self._idle = idle
        self._renew_every = renew_every
        self._threads = threads
        self._stop = threading.Event()
        self._over = threading.Event()
        self._owners: set[str] = set()
        self._busy: dict[str, threading.Thread] = {}
        self._drains = 0

    def stop(self) -> None:
        """Ask for a graceful end; `run` returns when all calls under way are written down."""
        self._stop.set()

    def run(self, until: Callable[[], bool] = lambda: False) -> None:
        """Work until stopped, or until `until` says so."""
        log.info("worker.started", worker=self.name)
        self._circumstances.everywhere(Circumstance(f"worker:{self.name}"))
        beat = threading.Thread(target=self._renew, name="renew")
        jobs = threading.Thread(target=self._jobs, name="jobs")
        beat.start()
        jobs.start()
        try:
            while not self._stop.is_set() and not until():
                self._safely(self._look_around)
                self._stop.wait(self._idle)
        finally:
            self._stop.set()
            for thread in (*self._busy.values(), jobs):
                thread.join()
            self._over.set()
            beat.join()
            if self._presence is not None:
                self._safely(partial(self._presence.gone, self.name))
        log.info("worker.stopped", worker=self.name)

    def _look_around(self) -> None:
        for schedule in self._schedules:
            schedule.tick()
        self._runs.close_finished()
        for platform in self._ledger.platforms():
            known = self._busy.get(platform)
            if known is None or not known.is_alive():
                self._drains += 1
                thread = threading.Thread(target=self._drain, args=(platform, self._drains), name=f"drain-{platform}")
                self._busy[platform] = thread
                thread.start()

    def _drain(self, platform: str, number: int) -> None:
        """Each drain owns its leases: when it fails, they are not renewed and somebody takes them over."""
        owner = f"{self.name}#{number}"
        self._owners.add(owner)
        try:
            self._safely(lambda: Executor(self._parts, platform, owner, threads=self._threads).drain(self._stop.wait))
            self._safely(self._runs.close_finished)
        finally:
            self._owners.discard(owner)

    def _job(self) -> bool:
        job = self._queue.lease(self.name)
        if job is None:
            return False
        log.info("job.started", job=job.id, what=job.what, attempt=job.attempts)
        self._doing = f"{job.what}, job {job.id}"
        outcome = self._outcome(job)
        self._doing = ""
        self._queue.finish(job, self.name, outcome)
        log.info("job.ended", job=job.id, what=job.what, failed=bool(outcome.error))
        return True

    def _outcome(self, job: Job) -> Outcome:
        handler = self._handlers.get(job.what)
        if handler is None:
            return Outcome(error=f"nobody here knows how to do {job.what!r}")
        try:
            with self._circumstances.during(Circumstance(f"worker:{self.name}", f"job:{job.id}")):
                return handler(job)
        except TryAgain as error:
            return Outcome(error=told(error), again=self._clock() + timedelta(seconds=error.after or 30))
        except SyncError as error:
            return Outcome(error=f"{error.code}: {told(error)}")
        except Exception as error:  # one bad job must not end the worker (TM-02)
            log.exception("job.fault", job=job.id, what=job.what)
            return Outcome(error=f"fault ({type(error).__name__})", again=self._clock() + RETRY_AFTER)

    def _jobs(self) -> None:
        """Do jobs one after the other; a worker without handlers leaves them to others."""
        while self._handlers and not self._stop.is_set():
            if not self._safely(self._job):
                self._stop.wait(self._idle)

    def _renew(self) -> None:
        """Keep what we have leased until the last call under way is over, and show that we live."""
        self._safely(self._show)
        while not self._over.wait(self._renew_every):
            self._safely(self._show)
            self._safely(partial(self._queue.renew, self.name))
            for owner in tuple(self._owners):
                self._safely(partial(self._ledger.renew, owner))

    def _show(self) -> None:
        if self._presence is not None:
            carried = [name for name, thread in tuple(self._busy.items()) if thread.is_alive()]
            rollout = f"carries out changes on {', '.join(sorted(carried))}" if carried else ""
            self._presence.note(self.name, "; ".join(one for one in (self._doing, rollout) if one) or "waits for work")

    def _safely(self, step: Callable[[], object]) -> object:
        """Do it; a fault is logged and work goes on, the leases see to what was left behind."""
        with suppress(Exception):
            try:
                return step()
            except Exception:
                log.exception("worker.fault", worker=self.name)
                raise
        return None
