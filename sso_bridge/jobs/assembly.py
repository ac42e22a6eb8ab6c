"""The parts of a rollout put together on the store; only platforms and their protected lists differ."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.contract import Connectors, Present
from provisioners.sync.rollout.executor import Parts, SignOut
from provisioners.sync.rollout.gate import Gate
from provisioners.sync.rollout.protection import ProtectedList
from provisioners.sync.rollout.retry import Jitter
from sso_bridge.audit.events import AuditTrail
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.allowance import Allowance
from sso_bridge.store.sync.ledger import LEASE, ActionLedger
from sso_bridge.store.sync.shadows import StoredShadows


def rollout_parts(
    store: Store,
    clock: Clock,
    shadows: StoredShadows,
    audit: AuditTrail,
    connectors: Connectors,
    protected: Callable[[str], Protected],
    present: Present,
    sign_out: SignOut,
    *,
    jitter: Jitter = random.random,
    lease: timedelta = LEASE,
) -> Parts:
    """Return what executors work with; `protected` and `present` are asked right before each call."""
    people = People(store, clock)

    def resolve(platform: str, uuid: str) -> tuple[int, str]:
        person = people.by_uuid(uuid)
        return (0, "") if person is None else (person.id, shadows.remote_ids(platform, [person.id]).get(person.id, ""))

    ledger = ActionLedger(store, clock, lease=lease)

    return Parts(
        ledger=ledger,
        shadows=shadows,
        trail=SyncTrail(audit),
        limiter=Allowance(store, clock),
        gate=Gate(shadows, ProtectedList(protected), resolve, present, ledger.resting),
        connectors=connectors,
        transaction=store.writing,
        clock=clock,
        jitter=jitter,
        sign_out=sign_out,
    )
