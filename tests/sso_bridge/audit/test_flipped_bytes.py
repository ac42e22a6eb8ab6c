"""One flipped byte, anywhere in the audit, is found (AD-11)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, LargeBinary, select, text, update

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.audit_words import AuditWords
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.audit import audit as table
from sso_bridge.store.tables.audit import audit_checkpoint, audit_head
from tests.fakes.clock import FakeClock

TABLES = (table, table, table, audit_checkpoint, audit_head)
COUNT = 12


@pytest.fixture
def notary(audit: AuditLog, keys: KeyRing, clock: FakeClock) -> Checkpoints:
    """Twelve records, some without words any more, with signed checkpoints."""
    notary = Checkpoints(audit, keys)
    for number in range(COUNT - 1):
        audit.record(Event("a.b", "cli", f"t{number}", before={"n": "é"}, after={"n": number}, why="w", address="x"))
        clock.move(seconds=1)
        if number == 5:
            notary.sign()
    AuditWords(audit).take_out({3: {"why": ""}, 4: {"after": None}}, by="cli", target="person:x", why="asked for")
    notary.sign()
    assert (COUNT, True, 2) == (notary.verify().records, notary.verify().sound, notary.verify().redacted)
    return notary


class Flip:
    """One changed bit of one value of one row, and the way back. Each number picks one of however many there are."""

    def __init__(self, connection: Connection, table: int, row: int, column: int, byte: int, bit: int) -> None:
        self.table = TABLES[table % len(TABLES)]
        rows = connection.execute(select(self.table)).all()
        self.row = rows[row % len(rows)]._asdict()
        names = [name for name, value in self.row.items() if value is not None]
        self.name = names[column % len(names)]
        self.key = next(iter(self.table.primary_key.columns))
        self.column: Column[Any] = self.table.c[self.name]
        self.now = self._flipped(self.row[self.name], byte, bit, sqlite=connection.dialect.name == "sqlite")

    def _flipped(self, value: Any, byte: int, bit: int, *, sqlite: bool) -> Any:
        if isinstance(value, datetime):
            return value + timedelta(microseconds=2 ** (byte % 30))
        if isinstance(value, int):
            return value ^ (1 << byte % 30)
        data = bytearray(value.encode() if isinstance(value, str) else value)
        if not data:
            return "x"
        data[byte % len(data)] ^= 1 << bit
        if not isinstance(value, str) or (sqlite and self.key.name != self.name):
            return bytes(data)
        found = data.decode("utf-8", "replace").replace("\x00", "?")
        return found if found != value else value + "?"

    def put(self, connection: Connection, new: Any, where: Any) -> None:
        """Write a value as it is, also one that is no text."""
        if isinstance(new, bytes) and not isinstance(self.column.type, LargeBinary):
            where_is = f"WHERE {self.key.name} = :where"
            said = f'UPDATE {self.table.name} SET "{self.name}" = CAST(:new AS TEXT) {where_is}'  # noqa: S608 - our names
            connection.execute(text(said), {"new": new, "where": where})
        else:
            connection.execute(update(self.table).where(self.key == where).values({self.name: new}))

    def undo(self, connection: Connection) -> None:
        """Put back what was there."""
        moved = self.now if self.key.name == self.name else self.row[self.key.name]
        connection.execute(update(self.table).where(self.key == moved).values(self.row))


@settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(which=st.tuples(*[st.integers(0, 1000)] * 4), bit=st.integers(0, 7))
def test_a_flipped_byte_is_found(notary: Checkpoints, store: Store, which: tuple[int, ...], bit: int) -> None:
    """AD-11: whichever byte of whichever column of whichever row is flipped, verification names a record."""
    with store.writing() as connection:
        flip = Flip(connection, *which, bit)
        if (
            flip.key.name == flip.name
            and connection.execute(select(flip.key).where(flip.key == flip.now)).first() is not None
        ):
            return  # the database itself refuses a number that is taken
        flip.put(connection, flip.now, flip.row[flip.key.name])

    try:
        verdict = notary.verify()
    finally:
        with store.writing() as connection:
            flip.undo(connection)
    assert not verdict.sound, (flip.table.name, flip.name, flip.row, flip.now)
    if flip.table is table and flip.name not in {"seq", "redacted"}:
        assert flip.row["seq"] == verdict.broken
    assert notary.verify().sound


def test_words_cannot_be_taken_out_silently(notary: Checkpoints, store: Store, audit: AuditLog) -> None:
    """AD-11: whoever empties a record and points to a real act of redaction is found; also who puts other words in."""
    act = audit.newest()
    for values in (
        {"why": "", "commitment": _said(audit, 7), "redacted": act},
        {"why": "", "commitment": _said(audit, 7), "redacted": None},
        {"why": "", "commitment": _said(audit, 7), "redacted": 6},
    ):
        before = _row(store, 7)
        with store.writing() as connection:
            connection.execute(update(table).where(table.c.seq == 7).values(values))
        assert 7 == notary.verify().broken
        with store.writing() as connection:
            connection.execute(update(table).where(table.c.seq == 7).values(before))
    with store.writing() as connection:
        connection.execute(update(table).where(table.c.seq == 3).values(why="other words"))
    assert 3 == notary.verify().broken


def test_taken_out_twice(notary: Checkpoints, audit: AuditLog) -> None:
    """Words can be taken out of one record by several acts; each time the chain stays whole, and no act changes."""
    AuditWords(audit).take_out({3: {"address": ""}}, by="cli", target="person:y", why="asked for")

    record = audit.one(3)
    assert record is not None
    assert ("", "", "t2", COUNT + 1) == (record.why, record.address, record.target, record.redacted)
    assert json.loads(record.before or "") == {"n": "é"}
    assert notary.verify().sound
    assert (None, COUNT + 1) == (notary.verify_part(2, 1)[0].broken, notary.verify().records)


def _said(audit: AuditLog, seq: int) -> bytes:
    record = audit.one(seq)
    assert record is not None
    return record.said()


def _row(store: Store, seq: int) -> dict[str, Any]:
    with store.reading() as connection:
        return connection.execute(select(table).where(table.c.seq == seq)).one()._asdict()
