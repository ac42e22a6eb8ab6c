"""The proof that the audit is as it was written (AD-11)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, text, update

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.audit.record import START, Record, link
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.audit import audit as table
from sso_bridge.store.tables.audit import audit_checkpoint, audit_head
from tests.fakes.clock import FakeClock

COUNT = 20


@pytest.fixture
def notary(audit: AuditLog, keys: KeyRing, clock: FakeClock) -> Checkpoints:
    """Twenty records with a signed checkpoint after the tenth and the last."""
    notary = Checkpoints(audit, keys)
    for number in range(COUNT):
        audit.record(Event("a.b", "cli", f"t{number}", before={"n": number}, after={"n": number + 1}, why="w"))
        clock.move(seconds=1)
        if number in {9, COUNT - 1}:
            notary.sign()
    return notary


def test_sound(notary: Checkpoints) -> None:
    """An untouched audit is sound, and its checkpoints were all met."""
    verdict = notary.verify()

    assert (COUNT, True, 2) == (verdict.records, verdict.sound, verdict.checkpoints)


@pytest.mark.parametrize(
    "column", ["what", "actor", "target", "before", "after", "why", "address", "reference", "at", "digest"]
)
def test_changed(notary: Checkpoints, store: Store, clock: FakeClock, column: str) -> None:
    """A change in any column of any record names that record."""
    values = {"at": clock.now, "digest": START}
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 7).values({column: values.get(column, "changed")}))

    verdict = notary.verify()

    assert 7 == verdict.broken
    assert "record 7 was changed" in verdict.reason


def drop(connection: Connection, *numbers: int) -> None:
    """Delete records."""
    connection.execute(delete(table).where(table.c.seq.in_(numbers)))


def swap(connection: Connection) -> None:
    """Exchange two records."""
    for old, new in ((7, 99), (8, 7), (99, 8)):
        connection.execute(update(table).where(table.c.seq == old).values(seq=new))


def cut(connection: Connection) -> None:
    """Remove the end and put the head where it would have been."""
    drop(connection, *range(16, COUNT + 1))
    connection.execute(text("UPDATE audit_head SET seq = 15, digest = (SELECT digest FROM audit WHERE seq = 15)"))


def forge(connection: Connection) -> None:
    """Change a record and compute the whole chain anew."""
    connection.execute(update(table).where(table.c.seq == 5).values(why="forged"))
    digest = START
    for row in connection.execute(table.select().order_by(table.c.seq)).all():
        digest = link(digest, Record(*row))
        connection.execute(update(table).where(table.c.seq == row.seq).values(digest=digest))
    connection.execute(update(audit_head).values(digest=digest))


def renumber(connection: Connection) -> None:
    """Delete a record and close the gap."""
    drop(connection, 7)
    for number in range(8, COUNT + 1):
        connection.execute(update(table).where(table.c.seq == number).values(seq=number - 1))


def in_parts(notary: Checkpoints, size: int) -> tuple[int | None, int, int]:
    """Walk part after part; return the first broken record, how many parts and checkpoints there were."""
    after: int | None = 0
    parts = passed = 0
    while after is not None:
        verdict, after = notary.verify_part(after, size)
        parts, passed = parts + 1, passed + verdict.checkpoints
        if not verdict.sound:
            return verdict.broken, parts, passed
    return None, parts, passed


ATTACKS = pytest.mark.parametrize(
    ("act", "broken"),
    [
        (lambda connection: drop(connection, 7), 7),
        (lambda connection: drop(connection, 1), 1),
        (lambda connection: drop(connection, COUNT), COUNT),
        (lambda connection: drop(connection, *range(1, COUNT + 1)), 1),
        (swap, 7),
        (renumber, 7),
        (cut, 16),
        (forge, 10),
        (lambda connection: connection.execute(update(audit_head).values(seq=19)), 20),
        (lambda connection: connection.execute(delete(audit_head)), 1),
        (lambda connection: connection.execute(update(audit_checkpoint).values(signature=b"x")), 10),
        (lambda connection: connection.execute(update(audit_checkpoint).values(kid="x")), 10),
    ],
)


@ATTACKS
def test_attacks(notary: Checkpoints, store: Store, act: Callable[[Connection], object], broken: int) -> None:
    """Deleting, reordering, cutting off the end, and computing the chain anew all name the first broken record."""
    with store.writing() as connection:
        act(connection)

    assert broken == notary.verify().broken


@ATTACKS
@pytest.mark.parametrize("size", [1, 6, 10, 100])
def test_attacks_in_parts(
    notary: Checkpoints, store: Store, act: Callable[[Connection], object], broken: int, size: int
) -> None:
    """Walking in parts of whatever size names the same record."""
    with store.writing() as connection:
        act(connection)

    assert broken == in_parts(notary, size)[0]


def test_sound_in_parts(notary: Checkpoints) -> None:
    """The parts together are the whole: each record and checkpoint once, and nothing behind the end."""
    assert [(None, 20, 2), (None, 4, 2), (None, 2, 2), (None, 1, 2)] == [in_parts(notary, n) for n in (1, 6, 10, 20)]
    with pytest.raises(LookupError):
        notary.verify_part(COUNT + 1, 5)


def test_checkpoint_kept_elsewhere(notary: Checkpoints, store: Store, audit: AuditLog) -> None:
    """Whoever also deletes the checkpoints is found by one that was kept in the log."""
    known = audit.end().short
    assert notary.verify(known).sound
    with store.writing() as connection:
        cut(connection)
        connection.execute(delete(audit_checkpoint))

    assert notary.verify().sound
    assert 16 == notary.verify(known).broken
    for nonsense in ("x", "1:2", ":" + "0" * 64, "5:" + "g" * 64):
        with pytest.raises(ValueError, match=r".+"):
            notary.verify(nonsense)


def test_checkpoints_survive_a_roll_over(notary: Checkpoints, keys: KeyRing, clock: FakeClock, audit: AuditLog) -> None:
    """A new audit key does not make old checkpoints worthless."""
    keys.rotate("audit")
    clock.move(days=1000)
    audit.record(Event("a.b", "cli"))
    notary.sign()

    assert notary.sign() is None
    assert (True, 3) == (notary.verify().sound, notary.verify().checkpoints)


def test_nothing_to_sign(audit: AuditLog, keys: KeyRing) -> None:
    """An empty audit is sound and gets no checkpoint."""
    notary = Checkpoints(audit, keys)

    assert notary.sign() is None
    assert notary.verify().sound


def test_every_hour(audit: AuditLog, keys: KeyRing, clock: FakeClock) -> None:
    """AD-11: workers that ask all the time sign once an hour between them, and only when there is something new."""
    workers = [Checkpoints(audit, keys) for _ in range(2)]
    for _ in range(120):
        audit.record(Event("a.b", "worker"))
        for worker in workers:
            worker.tick()
        clock.move(minutes=1)

    assert [1, 61] == [one.seq for one in audit.checkpoints()]
    assert workers[0].verify().sound
