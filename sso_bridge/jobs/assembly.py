"""The parts of a rollout put together on the store; only platforms and their protected lists differ."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.contract import Connectors
from provisioners.sync.rollout.executor import Parts
from provisioners.sync.rollout.gate import Gate, Working
from provisioners.sync.rollout.protection import ProtectedList
from provisioners.sync.rollout.retry import Jitter
from sso_bridge.audit.events import AuditTrail
from sso_bridge.audit.trail import SyncTrail
from sso_bridge.clock import Clock
from sso_bridge.store.allowance import Allowance
from sso_bridge.store.engine import Store
from sso_bridge.store.ledger import LEASE, ActionLedger
from sso_bridge.store.people import People
from sso_bridge.store.shadows import StoredShadows


def rollout_parts(
    store: Store,
    clock: Clock,
    audit: AuditTrail,
    connectors: Connectors,
    protected: Callable[[str], Protected],
    works: Working,
    *,
    jitter: Jitter = random.random,
    lease: timedelta = LEASE,
) -> Parts:
    """Return what executors work with; `protected` and `works` are asked right before each call."""
    shadows = StoredShadows(store, clock)
    people = People(store, clock)

    def resolve(platform: str, uuid: str) -> str:
        person = people.by_uuid(uuid)
        return "" if person is None else shadows.remote_ids(platform, [person.id]).get(person.id, "")

    return Parts(
        ledger=ActionLedger(store, clock, lease=lease),
        shadows=shadows,
        trail=SyncTrail(audit),
        limiter=Allowance(store, clock),
        gate=Gate(shadows, ProtectedList(protected), resolve, works),
        connectors=connectors,
        transaction=store.writing,
        clock=clock,
        jitter=jitter,
    )
