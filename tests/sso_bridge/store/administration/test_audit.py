"""The audit trail in the database."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import event as sql_event

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import ALL, AuditLog, Wanted
from sso_bridge.store.engine import Store
from tests.fakes.clock import FakeClock


def test_kept_or_lost_with_the_act(audit: AuditLog, store: Store) -> None:
    """AD-11: an act that is rolled back leaves no record, and the next record takes its number."""

    def act() -> None:
        with store.writing():
            audit.record(Event("a.lost", "cli"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    audit.record(Event("a.kept", "cli"))

    assert [(1, "a.kept")] == [(record.seq, record.what) for record in audit.records()]


def test_everything_is_kept(audit: AuditLog, clock: FakeClock) -> None:
    """AD-11: who, what, before and after, why, from where and the reference come back, in UTC."""
    event = Event("a.b", "person:1", "t", {"x": 1.0}, {"y": ["é", None]}, "JIRA-1", "192.0.2.1", "amber-canal")
    audit.record(event)

    (record,) = audit.search(Wanted(target="t"))

    assert (clock.now, "a.b", "person:1", "t") == (record.at, record.what, record.actor, record.target)
    assert ('{"x":1.0}', '{"y":["\\u00e9",null]}') == (record.before, record.after)
    assert ("JIRA-1", "192.0.2.1", "amber-canal") == (record.why, record.address, record.reference)


def test_hostile_text(audit: AuditLog, keys: KeyRing) -> None:
    """Text that a database cannot hold is kept as far as it can be, and never stops the act."""
    audit.record(Event("a.b", "x\x00y", "\ud800", after={"k\x00": "\ud800\x00"}))

    assert Checkpoints(audit, keys).verify().sound


def test_no_secrets(audit: AuditLog) -> None:
    """AD-12: a secret handed over by mistake is hidden; a reference to one may be seen."""
    audit.record(
        Event("a.b", "cli", after={"password": "hunter2", "deep": [{"token": "env:T", "client_secret": "s3cret!"}]})
    )

    (record,) = audit.records()

    assert "hunter2" not in str(record)
    assert "s3cret!" not in str(record)
    assert "env:T" in str(record)


def test_search(audit: AuditLog, clock: FakeClock) -> None:
    """Records are found by each field, newest first, page by page."""
    for number in range(10):
        audit.record(Event(f"k{number % 2}.done", f"actor:{number % 3}", reference=f"r{number}"))
        clock.move(minutes=1)

    assert [10, 8, 6, 4, 2] == [record.seq for record in audit.search(Wanted(what="k1."))]
    assert [] == audit.search(Wanted(what="k%"))
    assert [4] == [record.seq for record in audit.search(Wanted(reference="r3"))]
    assert [7, 4, 1] == [record.seq for record in audit.search(Wanted(actor="actor:0"), before=10)]
    assert [9, 8] == [record.seq for record in audit.search(ALL, before=10, limit=2)]
    clock.move(minutes=-2)
    assert [10, 9] == [record.seq for record in audit.search(Wanted(since=clock.now))]
    assert [8] == [record.seq for record in audit.search(Wanted(until=clock.now), limit=1)]


def test_writers_in_parallel(audit: AuditLog, keys: KeyRing, store: Store) -> None:
    """AD-11: many writers at once make one unbroken chain."""

    def write() -> None:
        for number in range(10):
            with store.writing():
                audit.record(Event("a.b", "worker", str(number)), Event("a.c", "worker"))

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    verdict = Checkpoints(audit, keys).verify()
    assert (80, True) == (verdict.records, verdict.sound)


def test_cheap(audit: AuditLog, store: Store) -> None:
    """A record costs the sign-in three statements, however many events it has."""
    audit.record(Event("a.first", "cli"))
    statements: list[str] = []
    sql_event.listen(store.engine, "before_cursor_execute", lambda *arguments: statements.append(arguments[2]))

    audit.record(Event("a.b", "cli"), Event("a.c", "cli"))

    assert ["SELECT", "INSERT", "UPDATE"] == [text.split()[0] for text in statements if not text.startswith("BEGIN")]
