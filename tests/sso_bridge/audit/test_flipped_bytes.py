"""One flipped byte, anywhere in the audit, is found (AD-11)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, LargeBinary, Table, select, text, update

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.audit.pruning import Pruning
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.audit_words import AuditWords
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.audit import audit as table
from sso_bridge.store.tables.audit import audit_checkpoint, audit_head
from tests.fakes.clock import FakeClock

COUNT = 12
ROWS = (
    *((table, number) for number in (3, 4, 7, COUNT, COUNT + 1)),
    *((audit_checkpoint, number) for number in (2, 6, COUNT)),
    (audit_head, 1),
)
"""Records without words, with words, acts of taking out and of throwing away; a stub, two checkpoints, the head."""


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


def filled(store: Store, kept: Table, number: int) -> list[str]:
    """Return the columns of a row that hold something."""
    return [name for name, value in _row(store, number, kept).items() if value is not None]


class Flip:
    """One changed bit of one value of one row, and the way back."""

    def __init__(self, store: Store, kept: Table, number: int, column: str, *, byte: int, bit: int) -> None:
        self.store, self.table, self.number = store, kept, number
        self.key, self.column = next(iter(kept.primary_key.columns)), kept.c[column]
        self.row = _row(store, number, kept)
        self.before = self.row[column]
        self.now = self._flipped(self.before, byte, bit)

    def is_refused(self) -> bool:
        """Return whether the database itself refuses it: a number that is taken."""
        with self.store.reading() as connection:
            taken = connection.execute(select(self.key).where(self.key == self.now)) if self._moves else ()
            return any(taken)

    @contextmanager
    def made(self) -> Iterator[None]:
        """Make it for a block."""
        with self.store.writing() as connection:
            self._put(connection)
        try:
            yield
        finally:
            with self.store.writing() as connection:
                there = self.key == (self.now if self._moves else self.number)
                connection.execute(update(self.table).where(there).values(self.row))

    @property
    def _moves(self) -> bool:
        return self.key.name == self.column.name

    def _flipped(self, value: Any, byte: int, bit: int) -> Any:
        if isinstance(value, datetime):
            return value + timedelta(microseconds=2 ** (byte % 30))
        if isinstance(value, int):
            return value ^ (1 << byte % 30)
        data = bytearray(value.encode() if isinstance(value, str) else value)
        if not data:
            return "x"
        data[byte % len(data)] ^= 1 << bit
        if not isinstance(value, str) or self.store.engine.dialect.name == "sqlite":
            return bytes(data)
        found = data.decode("utf-8", "replace").replace("\x00", "?")
        return found if found != value else value + "?"

    def _put(self, connection: Connection) -> None:
        """Write the value as it is, also one that is no text."""
        if isinstance(self.now, bytes) and not isinstance(self.column.type, LargeBinary):
            where_is = f"WHERE {self.key.name} = :where"
            said = f'UPDATE {self.table.name} SET "{self.column.name}" = CAST(:new AS TEXT) {where_is}'  # noqa: S608 - our names
            connection.execute(text(said), {"new": self.now, "where": self.number})
        else:
            values = {self.column.name: self.now}
            connection.execute(update(self.table).where(self.key == self.number).values(values))


@pytest.mark.parametrize(("kept", "number"), [*ROWS], ids=[f"{kept.name}-{number}" for kept, number in ROWS])
def test_a_flipped_byte_is_found(
    notary: Checkpoints, audit: AuditLog, store: Store, clock: FakeClock, kept: Table, number: int
) -> None:
    """AD-11: whichever bit of whichever column of a row is flipped, verification names a record."""
    assert 2 == Pruning(audit, notary).prune(clock() - timedelta(seconds=COUNT - 3))
    found, not_found = set(), []
    for column in filled(store, kept, number):
        for bit in range(8):
            flip = Flip(store, kept, number, column, byte=bit * 5, bit=bit)
            if flip.is_refused():
                continue
            with flip.made():
                verdict = notary.verify()
            found.add(column)
            named = kept is not table or column in {"seq", "redacted"} or verdict.broken == number
            if verdict.sound or not named:
                not_found.append((column, flip.before, flip.now, verdict))

    assert [] == not_found
    assert found == set(filled(store, kept, number))
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


def _row(store: Store, number: int, kept: Table = table) -> dict[str, Any]:
    with store.reading() as connection:
        key = next(iter(kept.primary_key.columns))
        return connection.execute(select(kept).where(key == number)).one()._asdict()
