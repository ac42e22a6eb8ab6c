"""The hash chain over the audit, and its proof (AD-11).

Each record's digest covers the digest before it and everything in the record, so a change, a removal or a swap shows
at the first record it touches. Signed checkpoints show a removal at the end and a chain that was computed anew; a
signed stub stands for what was pruned at the beginning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sso_bridge.audit.record import START, Record, left_over, link, moment

SignedBy = Callable[["Checkpoint"], bool]
Acts = Callable[[int], Record | None]
"""Finds a record by its number: the act that took words out of another."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A signed statement that the record `seq` had this digest at that moment.

    A `stub` also states that the records up to this one were pruned on purpose.
    """

    seq: int
    at: datetime
    digest: bytes
    kid: str = ""
    signature: bytes = b""
    kind: Literal["checkpoint", "stub"] = "checkpoint"

    def statement(self) -> bytes:
        """Return the bytes that are signed."""
        return f"sso_bridge audit {self.kind}\n{self.seq}\n{self.digest.hex()}\n{moment(self.at)}".encode()

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
    begins_after: int = 0
    redacted: int = 0

    @property
    def sound(self) -> bool:
        """Return whether nothing was found."""
        return self.broken is None


class _Broken(Exception):
    def __init__(self, seq: int, reason: str) -> None:
        self.seq, self.reason = seq, reason
        super().__init__(reason)


@dataclass(slots=True)
class _Doubt:
    """The first record whose words are gone although no act says so; it may be the act that was changed."""

    found: _Broken | None = None
    act: int | None = None

    def look_at(self, record: Record, act: Acts) -> None:
        """Compare what is left of a record with what the act says."""
        by = act(record.redacted) if record.redacted is not None and record.commitment is not None else None
        left = left_over(by).get(str(record.seq)) if by is not None and by.seq > record.seq else None
        if left != record.said().hex() and self.found is None:
            reason = f"the words of record {record.seq} were taken out or changed, and no act says so"
            self.found, self.act = _Broken(record.seq, reason), record.redacted

    def settle(self) -> None:
        """Raise the doubt when the whole walk found nothing else."""
        if self.found is not None:
            raise self.found

    def or_rather(self, broken: _Broken) -> _Broken:
        """Return the doubt, unless what was found explains it."""
        return broken if self.found is None or broken.seq == self.act else self.found


def verify(
    records: Iterable[Record],
    last: int,
    head: bytes | None,
    checkpoints: Iterable[Checkpoint],
    signed_by_us: SignedBy,
    act: Acts,
    begin: tuple[int, bytes] = (0, START),
) -> Verdict:
    """Walk the chain once, in order of number, and say where it is first broken, if it is.

    `last` is the number that the walk must reach, `head` the digest that the end of the chain must have, None before
    the end. `begin` is number and digest of the record before the first one: the beginning of the chain without it.
    """
    waiting = sorted(checkpoints, key=lambda one: one.seq)
    number, digest, passed, redacted, doubt = *begin, 0, 0, _Doubt()
    try:
        for record in records:
            number, digest = _follow(number, digest, record)
            if record.redacted is not None or record.commitment is not None:
                doubt.look_at(record, act)
                redacted += 1
            while waiting and waiting[0].seq <= number:
                _check(waiting.pop(0), number, digest, signed_by_us)
                passed += 1
        _check_last(max([last, *(one.seq for one in waiting)]), number)
        if head is not None:
            _check_head((last, head), (number, digest))
        doubt.settle()
    except _Broken as found:
        broken = doubt.or_rather(found)
        return Verdict(number, broken.seq, broken.reason, passed, begin[0], redacted)
    return Verdict(number, checkpoints=passed, begins_after=begin[0], redacted=redacted)


def forged_beginning(stub: Checkpoint) -> Verdict:
    """Return the verdict on a chain whose stub is not ours."""
    reason = f"the stub of the records up to {stub.seq} does not carry our signature"
    return Verdict(stub.seq, stub.seq, reason, begins_after=stub.seq)


def _follow(number: int, digest: bytes, record: Record) -> tuple[int, bytes]:
    if record.seq != number + 1:
        raise _Broken(number + 1, f"record {number + 1} is missing, {record.seq} follows {number}")
    try:
        expected = link(digest, record)
    except (TypeError, ValueError, AttributeError):  # a database that types nothing gave something else back
        expected = START
    if expected != record.digest:
        raise _Broken(record.seq, f"record {record.seq} was changed, or one before it was replaced")
    return record.seq, expected


def _check(checkpoint: Checkpoint, number: int, digest: bytes, signed_by_us: SignedBy) -> None:
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
