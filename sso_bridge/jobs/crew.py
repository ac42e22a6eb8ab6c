"""Everything that carries out plans, put together once: runs, queue, rollback, and workers."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property, partial

from mappings.days import Day, home_day, mark_of
from mappings.employment import active_on
from provisioners.platforms.register import abilities
from provisioners.sync.plan.guards import DEFAULTS, Limit
from provisioners.sync.rollout.executor import Parts as RolloutParts
from sso_bridge.audit.circumstances import Circumstances
from sso_bridge.audit.events import AuditTrail
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.clock import Clock
from sso_bridge.configuration.changing.basis import Bases
from sso_bridge.configuration.live import Live
from sso_bridge.correlation.comparing import Comparing
from sso_bridge.hr.readers import HrReaders
from sso_bridge.hr.reception import JOB as HR_IMPORT
from sso_bridge.hr.reception import Reception
from sso_bridge.jobs.asked import AskedJobs
from sso_bridge.jobs.assembly import rollout_parts
from sso_bridge.jobs.correlation import JOB as CORRELATION
from sso_bridge.jobs.correlation import LookingForPairs
from sso_bridge.jobs.directories import JOB as DIRECTORY
from sso_bridge.jobs.directories import ReadDirectory, reading_spans
from sso_bridge.jobs.drift import JOB as DRIFT
from sso_bridge.jobs.drift import DriftReader, Reading
from sso_bridge.jobs.handlers import SyncJobs
from sso_bridge.jobs.housekeeping import JOB as HOUSEKEEPING
from sso_bridge.jobs.housekeeping import Housekeeping
from sso_bridge.jobs.look import Looking, synced, target
from sso_bridge.jobs.nightly import Nightly
from sso_bridge.jobs.peers import JOB as PEERS
from sso_bridge.jobs.peers import LookingAfterPeers
from sso_bridge.jobs.pickups import JOB as PICKUP
from sso_bridge.jobs.pickups import pickup_spans
from sso_bridge.jobs.platforms import Platforms
from sso_bridge.jobs.present import PresentFacts
from sso_bridge.jobs.rollback import Rollback
from sso_bridge.jobs.soon import SyncSoon, one_at_a_time
from sso_bridge.jobs.timetable import EverySource, EveryTurn
from sso_bridge.jobs.worker import Handler, Schedule, Worker
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.queue.presence import Presence
from sso_bridge.store.sign_in.departures import Departures
from sso_bridge.store.staff.imports import Imports
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.leaver_steps import LeaverSteps
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.runs import Runs
from sso_bridge.store.sync.shadows import StoredShadows


@dataclass(frozen=True)
class Crew:
    """Workers and what they need. `today` tells the dates of this moment, for everybody.

    `syncs` when syncs begin by themselves: after each import, and every night. `notary` signs the end of the audit.
    `bases` tells whether the rules of a platform are still those a plan was made by. `look_after_peers` refreshes what
    is known of the workplaces' identity providers. `directories` reads HR sources that are directories or systems.
    `others` are handlers of further kinds of job, `watching` further schedules.
    """

    store: Store
    clock: Clock
    audit: AuditTrail
    current: Callable[[], Live]
    platforms: Platforms
    looking: Looking
    today: Callable[[], Day]
    notary: Schedule
    bases: Bases
    syncs: bool = False
    look_after_peers: Callable[[], Mapping[str, int]] = dict
    directories: HrReaders | None = None
    circumstances: Circumstances = field(default_factory=Circumstances)
    others: Mapping[str, Handler] = field(default_factory=dict)
    watching: tuple[Schedule, ...] = ()

    def day(self) -> date:
        """Return the day at home."""
        return home_day(self.today())

    @cached_property
    def plans(self) -> StoredPlans:
        """Return the kept plans."""
        return StoredPlans(self.store, self.clock)

    @cached_property
    def runs(self) -> Runs:
        """Return approvals and runs."""
        return Runs(self.store, self.clock, self.plans, self.audit, self.bases.changed, self.today)

    @cached_property
    def queue(self) -> Jobs:
        """Return the queue that web and schedules fill and workers empty."""
        return Jobs(self.store, self.clock)

    @cached_property
    def ledger(self) -> ActionLedger:
        """Return the truth about single actions."""
        return ActionLedger(self.store, self.clock)

    @cached_property
    def rollout(self) -> RolloutParts:
        """Return what executors work with."""
        departures = Departures(self.store, self.clock, self.audit, self.today)
        return rollout_parts(
            self.store,
            self.clock,
            self.looking.shadows,
            self.audit,
            self.platforms.connector,
            self.platforms.protected,
            self.present,
            lambda ids: departures.end_access("worker", ids),
        )

    @cached_property
    def present(self) -> PresentFacts:
        """Return what HR and the configuration say at the moment of a call."""
        return PresentFacts(
            People(self.store, self.clock),
            self.today,
            lambda: self.current().rules,
            lambda platform: abilities(self.current().configuration.platforms[platform].provisioning),
            self.bases.changed,
            StoredShadows(self.store, self.clock).has_account,
        )

    @cached_property
    def leaver_steps(self) -> LeaverSteps:
        """Return what sees to it that no step of a leaver is forgotten."""
        return LeaverSteps(self.store, self.clock, self.audit, self.present.has_left)

    def rollback(self, actor: str) -> Rollback:
        """Return what turns a run around, under this name in the audit."""
        return Rollback(
            self.runs,
            StoredPlans(self.store, self.clock, actor),
            StoredShadows(self.store, self.clock),
            self.ledger,
            SyncTrail(self.audit, actor),
            self._limits,
            self._works,
            self.clock,
            self.store.writing,
        )

    @cached_property
    def reception(self) -> Reception:
        """Return where HR's files arrive."""
        soon = SyncSoon(self.queue, self.syncs)
        return Reception(self.store, self.clock, self.audit, self.queue, self.current, self.today, self.syncs, soon)

    @cached_property
    def pairs(self) -> LookingForPairs:
        """Return what compares everybody by the rules in force."""
        return LookingForPairs(Comparing(self.store, self.clock, self.audit, self.today), self.current)

    def read_directory(self, reader: HrReaders) -> ReadDirectory:
        """Return what makes imports of directories and HR systems."""
        return ReadDirectory(reader, self.reception, Imports(self.store, self.clock), self.clock)

    def handlers(self) -> Mapping[str, Handler]:
        """Return what workers do for each kind of job."""
        asked = AskedJobs(self.looking, self.rollback).handlers()
        housekeeping = Housekeeping(self.store, self.clock, self.audit, self.today)
        peers = LookingAfterPeers(self.look_after_peers)
        drift = DriftReader(self.store, self.clock, self.audit, self.queue, self._readings, self.platforms.connector)
        daily: dict[str, Handler] = {HOUSEKEEPING: housekeeping, PEERS: peers, DRIFT: drift, CORRELATION: self.pairs}
        if self.directories is not None:
            daily[DIRECTORY] = self.read_directory(self.directories)
        return {
            **daily,
            **self.others,
            **self._syncing().handlers(),
            **asked,
            HR_IMPORT: self.reception.take,
        }

    def _syncing(self) -> SyncJobs:
        widely = partial(self.looking, after_changes=True)
        return SyncJobs(self.looking, self.runs, self.looking.few, widely, partial(one_at_a_time, self.store))

    def worker(
        self, *, nightly: time | None = None, zones: Callable[[], Iterable[str]] = lambda: ("UTC",), threads: int = 8
    ) -> Worker:
        """Return a worker for everything; with `nightly`, it also begins the sync of each night in these zones."""
        schedules: tuple[Schedule, ...] = (
            EveryTurn(self.queue, HOUSEKEEPING, lambda: mark_of(self.today())),
            self.notary,
            self.leaver_steps,
            EveryTurn(self.queue, PEERS, lambda: f"{self.clock():%Y-%m-%dT%H}"),
            EverySource(self.queue, self.clock, DIRECTORY, lambda: reading_spans(self.current().configuration)),
            EverySource(self.queue, self.clock, PICKUP, lambda: pickup_spans(self.current().configuration)),
            EveryTurn(self.queue, CORRELATION, lambda: self.pairs.turn(self.day())),
            *self.watching,
        )
        if nightly:
            schedules += (Nightly(self.queue, self.clock, nightly, zones),)
        return self._worker(self.handlers(), schedules, threads, 0.5)

    def helper(self, *, threads: int = 8) -> Worker:
        """Return a worker that carries out open runs and leaves queued jobs to others."""
        return self._worker({}, (), threads, 0.1)

    def _worker(
        self, handlers: Mapping[str, Handler], schedules: tuple[Schedule, ...], threads: int, idle: float
    ) -> Worker:
        return Worker(
            f"{socket.gethostname()[:32]}-{secrets.token_hex(6)}",
            self.rollout,
            queue=self.queue,
            ledger=self.ledger,
            runs=self.runs,
            handlers=handlers,
            schedules=schedules,
            presence=Presence(self.store, self.clock) if handlers else None,
            circumstances=self.circumstances,
            clock=self.clock,
            idle=idle,
            threads=threads,
        )

    def _limits(self, platform: str) -> Mapping[str, Limit]:
        configuration = self.current().configuration
        return target(configuration, platform).limits if platform in configuration.platforms else DEFAULTS

    def _readings(self) -> Mapping[str, Reading]:
        live, readings = self.current(), {}
        for name in synced(live.configuration):
            known = abilities(live.configuration.platforms[name].provisioning)
            readings[name] = Reading(known, live.rules.manner(name))
        return readings

    def _works(self, person_id: int) -> bool:
        person = People(self.store, self.clock).by_id(person_id)
        return person is not None and active_on(person, self.today())
