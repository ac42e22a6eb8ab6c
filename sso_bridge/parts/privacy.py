"""The parts that look after what is kept about people: erasing, telling, throwing away, sending the audit elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from mappings.days import Day, home_day
from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.collector import Collector, collector
from sso_bridge.audit.pruning import Pruning
from sso_bridge.clock import Clock
from sso_bridge.config import Settings
from sso_bridge.jobs.erasing import JOB as ERASING
from sso_bridge.jobs.erasing import Erasing
from sso_bridge.jobs.retention import JOB as RETENTION
from sso_bridge.jobs.retention import Retention
from sso_bridge.jobs.shipping import JOB as SHIPPING
from sso_bridge.jobs.shipping import Shipping
from sso_bridge.jobs.timetable import EveryTurn
from sso_bridge.jobs.together import Together
from sso_bridge.jobs.worker import Handler, Schedule
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.shipments import Shipments
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.eraser import Eraser
from sso_bridge.store.privacy.erasures import Erasures
from sso_bridge.store.privacy.telling import Telling
from sso_bridge.store.privacy.tombstones import Tombstones
from sso_bridge.store.queue.jobs import Jobs


@dataclass(frozen=True)
class Privacy:
    """`secret` is the one of the pairwise subjects, of which the key of the tombstones is made."""

    settings: Settings
    store: Store
    clock: Clock
    audit: AuditLog
    notary: Checkpoints
    today: Callable[[], Day]
    secret: Callable[[], bytes]

    @cached_property
    def tombstones(self) -> Tombstones:
        """Return what is left of people who were erased."""
        return Tombstones(self.store, self.secret)

    @cached_property
    def eraser(self) -> Eraser:
        """Return what erases a person."""
        kept = self.settings.keep_leavers_days
        return Eraser(self.store, self.clock, self.audit, self.tombstones, self.today, kept)

    @cached_property
    def erasures(self) -> Erasures:
        """Return the erasures that somebody proposed."""
        return Erasures(self.store, self.clock)

    @cached_property
    def telling(self) -> Telling:
        """Return what tells a person all that is kept about her."""
        return Telling(self.store, self.audit, self.clock)

    @cached_property
    def collector(self) -> Collector | None:
        """Return where the audit is sent."""
        settings = self.settings
        return collector(settings.audit_syslog, settings.audit_syslog_ca, settings.base_dir)

    @cached_property
    def shipping(self) -> Shipping:
        """Return what sends the audit."""
        shipments = Shipments(self.store)
        return Shipping(Jobs(self.store, self.clock), self.clock, self.audit, shipments, self.collector)

    @property
    def schedule(self) -> Schedule:
        """Return what workers look after all the time: checkpoints of the audit, sending it, throwing away."""
        throwing_away = EveryTurn(Jobs(self.store, self.clock), RETENTION, lambda: f"{home_day(self.today())}")
        return Together(self.notary, self.shipping, throwing_away)

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """Return what workers do for the jobs of this room."""
        pruning = Pruning(self.audit, self.notary)
        retention = Retention(self.store, self.clock, pruning, self.settings.days)
        erasing = Erasing(self.store, self.clock, self.eraser, self.erasures)
        return {RETENTION: retention.job, SHIPPING: self.shipping, ERASING: erasing}
