"""An event of HR on its whole way: sent, kept for a worker, taken in, planned for whom it concerns, its run opened."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from provisioners.platforms.descriptor import Descriptor
from provisioners.platforms.memory import DESCRIPTOR
from provisioners.platforms.memory.connector import Memory
from provisioners.sync.collect.opened import Upload
from provisioners.sync.plan.diff import Target
from sso_bridge.audit.events import AuditTrail
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.live import Live
from sso_bridge.hr.reception import JOB as HR_IMPORT
from sso_bridge.hr.reception import Reception
from sso_bridge.jobs.handlers import SyncJobs
from sso_bridge.jobs.look import Looking
from sso_bridge.jobs.soon import SyncSoon, one_at_a_time
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.runs import Runs


class Measured(Protocol):
    """The company whose event it is."""

    store: Store
    audit: AuditTrail

    def clock(self) -> datetime: ...

    def change(self, id_: int) -> Upload: ...


@dataclass(frozen=True)
class BenchLooking(Looking):
    """Plans for platforms that can hold this."""

    holds: Descriptor = DESCRIPTOR

    def targets(self, live: Live, names: Collection[str]) -> list[Target]:  # noqa: ARG002 - as in Looking
        return [Target(name, self.holds) for name in names]


def to_actions(company: Measured, rules: Mapping[str, Any], holds: Descriptor, id_: int) -> int:
    """Send one change and do what is queued, until the actions lie in the ledger; return how many changes they are."""
    store, clock, audit = company.store, company.clock, company.audit
    own = {"login": {"protocol": "none"}, "provisioning": {"connector": "memory"}}
    platforms = {name: {**body, **own} for name, body in rules["platforms"].items()}
    document = {**rules, "platforms": platforms, "hr_sources": {"payroll": {"kind": "csv"}}}
    checked = parse(document)
    live, queue = Live(1, checked.configuration, checked.rules, document), Jobs(store, clock)

    def today() -> Any:
        return clock().date()

    looking = BenchLooking(store, clock, audit, lambda: live, Memory, lambda: b"bench" * 8, today, holds=holds)
    runs = Runs(store, clock, StoredPlans(store, clock), audit, lambda _platform, _revision: False, today)
    widely = partial(looking, after_changes=True)
    syncs = SyncJobs(looking, runs, looking.few, widely, partial(one_at_a_time, store))
    reception = Reception(store, clock, audit, queue, lambda: live, today, syncs=True, soon=SyncSoon(queue, syncs=True))
    handlers = {**syncs.handlers(), HR_IMPORT: reception.take}
    reception.receive([company.change(id_)], "payroll", complete=False, actor="bench", key="event")
    changes = 0
    while (job := queue.lease("bench")) is not None:
        outcome = handlers[job.what](job)
        result = dict(outcome.result or {})
        assert not outcome.error, outcome
        assert "everybody" not in result, result
        queue.finish(job, "bench", outcome)
        changes = result.get("changes", changes)
    return changes
