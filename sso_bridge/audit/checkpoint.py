"""Signs the end of the audit chain and checks such signatures (AD-11). The worker does it every hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sso_bridge.audit.chain import START, Checkpoint, Verdict, verify
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
        key = self._keys.signing("audit")
        with self._audit.store.writing():
            bare = self._audit.end()
            if bare.seq == 0 or any(one.seq == bare.seq for one in self._audit.checkpoints(after=bare.seq - 1)):
                return None
            if not isinstance(key.private_key, Ed25519PrivateKey):
                raise TypeError("the audit key is of the wrong kind")
            signed = replace(bare, kid=key.kid, signature=key.private_key.sign(bare.statement()))
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

    def verify(self, known: str = "") -> Verdict:
        """Walk the whole audit; `known` is a `SEQ:DIGEST` that was kept elsewhere. ValueError when it is not one."""
        with self._audit.store.reading():
            end = self._audit.end()
            held = self._audit.checkpoints()
            if known:
                held.append(_parse(known, end.at))
            return verify(self._audit.records(until=end.seq), end.seq, end.digest, held, self._is_ours)

    def verify_part(self, after: int, limit: int) -> tuple[Verdict, int | None]:
        """Walk at most `limit` records after that number; return what was found and where to go on, None at the end.

        What is walked follows on record `after` as it is kept; whether that one is sound tells the part before.
        LookupError when there is no such record.
        """
        with self._audit.store.reading():
            end = self._audit.end()
            until = min(after + limit, end.seq)
            begin = next(self._audit.records(after - 1, after), None) if after else None
            if after and begin is None:
                raise LookupError(after)
            held = [one for one in self._audit.checkpoints(after) if one.seq <= until or until == end.seq]
            verdict = verify(
                self._audit.records(after, until),
                until,
                end.digest if until == end.seq else None,
                held,
                self._is_ours,
                (after, begin.digest) if begin else (0, START),
            )
        return verdict, until if verdict.sound and until < end.seq else None

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


def _parse(text: str, now: datetime) -> Checkpoint:
    seq, _, digest = text.strip().partition(":")
    if not seq.isdigit() or len(digest) != len(START) * 2:
        raise ValueError("a checkpoint is written as NUMBER:DIGEST, as in the log")
    return Checkpoint(int(seq), now, bytes.fromhex(digest), OUTSIDE)
