"""A worker process for one SCIM platform: `python -m tests.journeys.scim_worker DATABASE URL TOKEN NAME`.

Everything is the real thing; only the lease is short, so that a test need not wait long for a dead worker's work.
"""

from __future__ import annotations

import sys
import threading
from datetime import timedelta

import requests

from provisioners.platforms.opening import Opening
from provisioners.platforms.register import open_connector
from provisioners.sync.plan.ownership import Protected
from sso_bridge.clock import now
from sso_bridge.commands.stopping import stopping
from sso_bridge.jobs.assembly import rollout_parts
from sso_bridge.jobs.pace import Pace
from sso_bridge.jobs.worker import Worker
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.sync.allowance import Allowance
from sso_bridge.store.sync.ledger import ActionLedger
from sso_bridge.store.sync.plans import StoredPlans
from sso_bridge.store.sync.runs import Runs
from sso_bridge.store.sync.shadows import StoredShadows
from tests.fakes.rollouts import FakePresent

LEASE = timedelta(seconds=1.5)


def scim_worker(database: str, url: str, token: str, name: str, threads: int = 4) -> Worker:
    store = Store(database)
    audit = AuditLog(store, now)
    pace = Pace(Allowance(store, now), "chat", 1000.0, clock=now, wait=threading.Event().wait)
    settings = {"connector": "scim", "url": url, "token": "env:TOKEN"}
    opening = Opening("chat", settings, requests.Session(), pace, now, lambda _: token)
    connector = open_connector("scim", opening)
    shadows, present = StoredShadows(store, now), FakePresent()
    parts = rollout_parts(
        store, now, shadows, audit, lambda _: connector, lambda _: Protected(), present, list, lease=LEASE
    )
    return Worker(
        name, parts, queue=Jobs(store, now, lease=LEASE), ledger=ActionLedger(store, now, lease=LEASE),
        runs=Runs(store, now, StoredPlans(store, now), audit, lambda *_: False), handlers={}, clock=now,
        idle=0.05, renew_every=0.4, threads=threads,
    )  # fmt: skip


if __name__ == "__main__":
    worker = scim_worker(*sys.argv[1:5])
    with stopping(worker):
        worker.run()
