"""The hash chain over the audit, and its proof (AD-11).

Each record's digest covers the digest before it and everything in the record, so a change, a removal or a swap shows
at the first record it touches. Signed checkpoints show a removal at the end and a chain that was computed anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

START = b"\x00" * 32


@dataclass(frozen=True, slots=True)
class Record:
    """One audited act as it is kept; `before` and `after` are JSON text."""

    seq: int
    at: datetime
    what: str
    actor: str
    target: str
    before: str | None
    after: str | None
    why: str
    address: str
    reference: str
    digest: bytes = b""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the record `seq` had this digest at that moment."""

    seq: int
    at: datetime
    digest: bytes
    kid: str = ""
    signature: bytes = b""

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        return f"sso_bridge audit checkpoint\n{self.seq}\n{self.digest.hex()}\n{_moment(self.at)}".encode()

    @property
    def short(self) -> str:
        """Return `SEQ:DIGEST`, to be kept elsewhere and handed to `audit verify --checkpoint`."""
        return f"{self.seq}:{self.digest.hex()}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found. `records` is the number of the last record that was walked.

    `broken` is the number of the first record that is not as it was written.
    """

    records: int
    broken: int | None = None
    reason: str = ""
    checkpoints: int = 0

    @property
    def sound(self) -> bool:
        """Return whether nothing was found."""
        return self.broken is None


class _Broken(Exception):
    def __init__(self, seq: int, reason: str) -> None:
        self.seq, self.reason = seq, reason
        super().__init__(reason)


def link(previous: bytes, record: Record) -> bytes:
    """Return the digest of a record that follows `previous`."""
    fields = [
        record.seq,
        _moment(record.at),
        record.what,
        record.actor,
        record.target,
        record.before,
        record.after,
        record.why,
        record.address,
        record.reference,
    ]
    return hashlib.sha256(previous + json.dumps(fields, ensure_ascii=True).encode()).digest()


def verify(
    records: Iterable[Record],
    last: int,
    head: bytes | None,
    checkpoints: Iterable[Checkpoint],
    signed_by_us: Callable[[Checkpoint], bool],
    begin: tuple[int, bytes] = (0, START),
) -> Verdict:
    """Walk the chain once, in order of number, and say where it is first broken, if it is.

    `last` is the number that the walk must reach, `head` the digest that the end of the chain must have, None before
    the end. `begin` is number and digest of the record before the first one: the beginning of the chain without it.
    """
    waiting = sorted(checkpoints, key=lambda one: one.seq)
    number, digest, passed = *begin, 0
    try:
        for record in records:
            number, digest = _follow(number, digest, record)
            while waiting and waiting[0].seq <= number:
                _check(waiting.pop(0), number, digest, signed_by_us)
                passed += 1
        _check_last(max([last, *(one.seq for one in waiting)]), number)
        if head is not None:
            _check_head((last, head), (number, digest))
    except _Broken as broken:
        return Verdict(number, broken.seq, broken.reason, passed)
    return Verdict(number, checkpoints=passed)


def _follow(number: int, digest: bytes, record: Record) -> tuple[int, bytes]:
    if record.seq != number + 1:
        raise _Broken(number + 1, f"record {number + 1} is missing, {record.seq} follows {number}")
    expected = link(digest, record)
    if expected != record.digest:
        raise _Broken(record.seq, f"record {record.seq} was changed, or one before it was replaced")
    return record.seq, expected


def _check(checkpoint: Checkpoint, number: int, digest: bytes, signed_by_us: Callable[[Checkpoint], bool]) -> None:
    if not signed_by_us(checkpoint):
        raise _Broken(checkpoint.seq, f"the checkpoint of record {checkpoint.seq} does not carry our signature")
    if checkpoint.seq != number or checkpoint.digest != digest:
        raise _Broken(checkpoint.seq, f"record {checkpoint.seq} is not what it was when its checkpoint was signed")


def _check_last(last: int, number: int) -> None:
    if last > number:
        raise _Broken(number + 1, f"record {number + 1} is missing: there were {last} records")


def _check_head(head: tuple[int, bytes], end: tuple[int, bytes]) -> None:
    if head != end:
        raise _Broken(head[0] + 1, "the end of the chain is not where it was left")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
