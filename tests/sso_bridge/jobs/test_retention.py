"""How long things are kept."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.audit.pruning import Pruning
from sso_bridge.jobs.port import Job
from sso_bridge.jobs.retention import JOB, Days, Retention
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.audit import audit as audit_table
from tests.fakes.clock import FakeClock
from tests.fakes.planted import Planting

KINDS = {
    "sign_in_trace": "began_at", "bridge_session": "ends_at", "openid_grant": "ends_at", "hr_import": "finished_at",
    "plan": "made_at", "run": "finished_at", "job": "finished_at", "account_shadow": "changed_at",
}  # fmt: skip
"""Table -> the moment that counts."""


@pytest.fixture
def planted(store: Store, clock: FakeClock) -> Store:
    """One row of each kind, as old as can be."""
    with store.writing() as connection:
        Planting(connection).plant()
        for name, column in KINDS.items():
            connection.execute(update(metadata.tables[name]).values({column: clock() - timedelta(days=4000)}))
        connection.execute(update(metadata.tables["job"]).values(state="done"))
        newer = metadata.tables["hr_import"]
        row = connection.execute(select(newer)).one()._asdict()
        again: dict[str, Any] = {"id": 2, "uuid": "2", "idempotency_key": "2", "complete": True}
        connection.execute(insert(newer), row | again)
        connection.execute(
            insert(newer), row | again | {"id": 3, "uuid": "3", "idempotency_key": "3", "complete": False}
        )
    return store


def count(store: Store) -> dict[str, int]:
    """Return how many rows there are of each kind."""
    with store.reading() as connection:
        return {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar() or 0
            for name in (*KINDS, "action", "approval", "plan_item")
        }


def test_old_things_go(planted: Store, clock: FakeClock) -> None:
    """PR-15: what is older than it is kept goes, with what hangs on it; what guards compare with stays."""
    told = Retention(planted, clock)()

    left = count(planted)
    assert {"runs": 1, "plans": 1, "imports": 1, "jobs": 1, "accounts": 1} == {
        name: told[name] for name in ("runs", "plans", "imports", "jobs", "accounts")
    }
    assert {"hr_import", "account_shadow"} == {name for name, rows in left.items() if rows}
    with planted.reading() as connection:
        newest = connection.execute(select(metadata.tables["hr_import"].c.id)).scalars().all()
        attributes = connection.execute(select(metadata.tables["account_shadow"].c.attributes)).scalar()
    assert ([2, 3], {}) == (sorted(newest), attributes)
    assert 0 == sum(Retention(planted, clock)().values())


def test_young_things_stay(planted: Store, clock: FakeClock) -> None:
    """Everything is kept as long as it says: a day before, nothing goes."""
    with planted.writing() as connection:
        for name, column in KINDS.items():
            connection.execute(update(metadata.tables[name]).values({column: clock() - timedelta(days=29)}))
    before = count(planted)

    Retention(planted, clock)()

    assert before == count(planted)


def test_work_under_way_stays(planted: Store, clock: FakeClock) -> None:
    """A run that has not ended keeps its plan and its approval, however old they are; open jobs stay."""
    with planted.writing() as connection:
        connection.execute(update(metadata.tables["run"]).values(finished_at=None))
        connection.execute(update(metadata.tables["job"]).values(state="waiting"))

    Retention(planted, clock)()

    left = count(planted)
    assert (1, 1, 1, 1, 1) == tuple(left[name] for name in ("run", "plan", "approval", "action", "job"))


def test_the_audit(store: Store, clock: FakeClock, audit: AuditLog, keys: KeyRing) -> None:
    """AD-11: the audit is pruned when it says so; a broken one is kept, and the rest is done all the same."""
    notary = Checkpoints(audit, keys)
    audit.record(Event("a.b", "cli"), Event("a.c", "cli"))
    clock.move(days=11)
    audit.record(Event("a.d", "cli"))
    pruning = Pruning(audit, notary)

    assert "audit" not in Retention(store, clock, pruning)()
    assert 2 == Retention(store, clock, pruning, Days(audit=10))()["audit"]
    assert notary.verify().sound
    clock.move(days=11)
    audit.record(Event("a.e", "cli"))
    with store.writing() as connection:
        connection.execute(update(audit_table).where(audit_table.c.seq == 3).values(actor="x"))
    told = Retention(store, clock, pruning, Days(audit=10)).job(Job(1, JOB))
    assert "audit" not in (told.result or {})
