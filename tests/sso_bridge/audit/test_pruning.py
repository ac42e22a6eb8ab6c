"""Throwing away the beginning of the audit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.audit.pruning import AuditBroken, Pruning
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import AuditLog, Wanted
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.audit import audit as table
from sso_bridge.store.tables.audit import audit_checkpoint
from tests.fakes.clock import FakeClock


@pytest.fixture
def notary(audit: AuditLog, keys: KeyRing, clock: FakeClock) -> Checkpoints:
    """A record a day for twenty days, a checkpoint after each fifth."""
    notary = Checkpoints(audit, keys)
    for number in range(20):
        audit.record(Event("a.b", "cli", f"t{number}"))
        if number % 5 == 4:
            notary.sign()
        clock.move(days=1)
    return notary


@pytest.fixture
def pruning(audit: AuditLog, notary: Checkpoints) -> Pruning:
    """What throws away."""
    return Pruning(audit, notary)


def test_the_rest_stays_provable(pruning: Pruning, notary: Checkpoints, audit: AuditLog, clock: FakeClock) -> None:
    """What is left verifies from a signed stub on; what went is counted in an act; a second time there is nothing."""
    before = clock() - timedelta(days=8)
    assert 12 == pruning.prune(before, why="kept for 8 days")

    verdict = notary.verify()
    assert (True, 12, 21, 2) == (verdict.sound, verdict.begins_after, verdict.records, verdict.checkpoints)
    assert [13, 14] == [record.seq for record in audit.records()][:2]
    (act,) = audit.search(Wanted(what="audit.pruned"))
    assert '"until":12' in (act.after or "")
    assert 0 == pruning.prune(before)
    assert (True, None) == (notary.verify_part(0, 100)[0].sound, notary.verify_part(0, 100)[1])
    assert 15 == notary.verify_part(0, 3)[1]


def test_all_of_it_is_old(pruning: Pruning, notary: Checkpoints, audit: AuditLog, clock: FakeClock) -> None:
    """However old all of it is, the acts of throwing it away stay, and the chain goes on from them."""
    clock.move(days=100)
    assert 20 == pruning.prune(clock())

    assert [21, 22] == [record.seq for record in audit.records()]
    assert notary.verify().sound
    assert notary.sign() is not None
    assert notary.verify().sound


def test_nobody_else_can_prune(pruning: Pruning, notary: Checkpoints, store: Store, clock: FakeClock) -> None:
    """AD-11: a stub that is not ours, and a beginning that went without one, are found."""
    pruning.prune(clock() - timedelta(days=8))
    with store.writing() as connection:
        connection.execute(update(audit_checkpoint).where(audit_checkpoint.c.seq == 12).values(seq=14))
        connection.execute(delete(table).where(table.c.seq <= 14))
    assert 14 == notary.verify().broken
    assert 14 == notary.verify_part(0, 5)[0].broken
    with store.writing() as connection:
        connection.execute(delete(audit_checkpoint).where(audit_checkpoint.c.seq == 14))
    assert 1 == notary.verify().broken


def test_a_checkpoint_is_no_stub(notary: Checkpoints, store: Store) -> None:
    """AD-11: a checkpoint of ours cannot be turned into the stub that hides the records before it."""
    with store.writing() as connection:
        connection.execute(update(audit_checkpoint).where(audit_checkpoint.c.seq == 10).values(kind="stub"))
        connection.execute(delete(table).where(table.c.seq <= 10))

    assert 10 == notary.verify().broken


def test_broken_is_kept(pruning: Pruning, store: Store, clock: FakeClock, audit: AuditLog) -> None:
    """What is not as it was written is evidence: nothing goes."""
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 3).values(actor="x"))

    with pytest.raises(AuditBroken, match="record 3"):
        pruning.prune(clock() - timedelta(days=8))

    assert 1 == next(audit.records()).seq


def test_recent(notary: Checkpoints, store: Store) -> None:
    """The end of a long audit is verified from the newest checkpoint on; what is before is not walked."""
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 3).values(actor="x"))

    assert notary.verify(recent=True).sound
    assert 15 == notary.verify(recent=True).begins_after
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 17).values(actor="x"))
    assert 17 == notary.verify(recent=True).broken
