"""Signs the end of the audit chain and checks such signatures (AD-11). The worker does it every hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sso_bridge.audit.chain import Checkpoint, Verdict, forged_beginning, verify
from sso_bridge.audit.record import START
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.administration.audit import AuditLog

EVERY = timedelta(hours=1)
OUTSIDE = "kept elsewhere"  # never the id of a key in the database: those are hexadecimal
log = structlog.get_logger(__name__)


class Checkpoints:
    """The audit's notary."""

    def __init__(self, audit: AuditLog, keys: KeyRing) -> None:
        self._audit = audit
        self._keys = keys
        self._looked_at: datetime | None = None

    def sign(self) -> Checkpoint | None:
        """Sign the present end of the chain and keep it; None when nothing was added since the last time.

        The statement goes to the log too: where logs are kept elsewhere, it proves more than the database can.
        """
        with self._audit.store.writing():
            bare, stub = self._audit.end(), self._audit.stub()
            if bare.seq == 0 or any(one.seq == bare.seq for one in self._audit.checkpoints(after=bare.seq - 1)):
                return None
            if stub is not None and stub.seq == bare.seq:
                return None
            signed = self.signed(bare)
            self._audit.keep_checkpoint(signed)
        log.info("audit.checkpoint", checkpoint=signed.short, kid=signed.kid, signature=signed.signature.hex())
        return signed

    def tick(self) -> None:
        """Sign when an hour has passed since the last time; any number of workers may ask as often as they like."""
        now = self._audit.end().at
        if self._looked_at is not None and now - self._looked_at < EVERY:
            return
        self._looked_at = now
        newest = self._audit.newest_checkpoint()
        if newest is None or now - newest.at >= EVERY:
            self.sign()

    def signed(self, bare: Checkpoint) -> Checkpoint:
        """Return the statement with our signature."""
        key = self._keys.signing("audit")
        if not isinstance(key.private_key, Ed25519PrivateKey):
            raise TypeError("the audit key is of the wrong kind")
        return replace(bare, kid=key.kid, signature=key.private_key.sign(bare.statement()))

    def verify(self, known: str = "", *, recent: bool = False) -> Verdict:
        """Walk the whole audit; `known` is a `SEQ:DIGEST` that was kept elsewhere. ValueError when it is not one.

        With `recent`, only what came after the newest checkpoint that is signed by us: the end of a long audit, fast.
        """
        newest, end = self._audit.newest(), self._audit.end()
        stub, held = self._audit.stub(), self._audit.checkpoints()
        if known:
            held.append(_parse(known, end.at))
        begin = stub
        if recent and not known:
            begin = next((one for one in reversed(held) if one.seq < end.seq), stub)
        if begin is not None and not self._is_ours(begin):
            return forged_beginning(begin)
        after = begin.seq if begin else 0
        verdict = self._walk(after, end.seq, end, [one for one in held if one.seq > after], begin)
        return _nothing_behind(verdict, newest, end.seq)

    def verify_part(self, after: int, limit: int) -> tuple[Verdict, int | None]:
        """Walk at most `limit` records after that number; return what was found and where to go on, None at the end.

        What is walked follows on record `after` as it is kept; whether that one is sound tells the part before.
        LookupError when there is no such record.
        """
        newest, end, stub = self._audit.newest(), self._audit.end(), self._audit.stub()
        begin = stub if stub is not None and after <= stub.seq else self._kept(after)
        if begin is not None and begin is stub:
            if not self._is_ours(stub):
                return forged_beginning(stub), None
            after = stub.seq
        until = max(min(after + limit, end.seq), after)
        held = [one for one in self._audit.checkpoints(after) if one.seq <= until or until >= end.seq]
        verdict = self._walk(after, until, end, held, begin)
        if until >= end.seq:
            verdict = _nothing_behind(verdict, newest, end.seq)
        return verdict, until if verdict.sound and until < end.seq else None

    def _kept(self, seq: int) -> Checkpoint | None:
        if seq == 0:
            return None
        record = self._audit.one(seq)
        if record is None:
            raise LookupError(seq)
        return Checkpoint(seq, record.at, record.digest)

    def _walk(
        self, after: int, until: int, end: Checkpoint, held: list[Checkpoint], begin: Checkpoint | None
    ) -> Verdict:
        acts = lru_cache(maxsize=64)(self._audit.one)
        head = end.digest if until >= end.seq else None
        records = self._audit.records(after, until)
        at = (after, begin.digest) if begin else (0, START)
        return verify(records, until, head, held, self._is_ours, acts, at)

    def _is_ours(self, checkpoint: Checkpoint) -> bool:
        if checkpoint.kid == OUTSIDE:
            return True
        for key in self._keys.published("audit"):
            if key.kid == checkpoint.kid and isinstance(key.private_key, Ed25519PrivateKey):
                try:
                    key.private_key.public_key().verify(checkpoint.signature, checkpoint.statement())
                except InvalidSignature:
                    return False
                return True
        return False


def _nothing_behind(verdict: Verdict, newest: int, end: int) -> Verdict:
    """Return the verdict, unless there are records that the head does not know of."""
    if not verdict.sound or newest <= end:
        return verdict
    return replace(verdict, broken=end + 1, reason=f"the end of the chain was moved: record {newest} lies behind it")


def _parse(text: str, now: datetime) -> Checkpoint:
    seq, _, digest = text.strip().partition(":")
    if not seq.isdigit() or len(digest) != len(START) * 2:
        raise ValueError("a checkpoint is written as NUMBER:DIGEST, as in the log")
    return Checkpoint(int(seq), now, bytes.fromhex(digest), OUTSIDE)
