"""Throws away what of the audit nobody needs any more, and leaves a signed stub that keeps the rest provable."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import structlog

from sso_bridge.audit.checkpoint import Checkpoints
from sso_bridge.audit.events import Event
from sso_bridge.store.administration.audit import AuditLog

PART = 20_000
log = structlog.get_logger(__name__)


class AuditBroken(Exception):
    """What should go is not as it was written: it is kept, somebody has to look first."""

    code = "audit_broken"


class Pruning:
    """Takes records away from the beginning only."""

    def __init__(self, audit: AuditLog, notary: Checkpoints) -> None:
        self._audit = audit
        self._notary = notary

    def prune(self, before: datetime, *, by: str = "worker", why: str = "") -> int:
        """Throw away the records of before that moment, never the last one; return how many. AuditBroken.

        Each part is verified before it goes: a broken chain is evidence.
        """
        gone = 0
        while (until := self._until(before)) is not None:
            stub = self._audit.stub()
            after = stub.seq if stub else 0
            verdict, _ = self._notary.verify_part(after, until - after)
            if not verdict.sound:
                log.error("audit.broken", record=verdict.broken, reason=verdict.reason)
                raise AuditBroken(f"record {verdict.broken}: {verdict.reason}; nothing was thrown away")
            gone += self._part(until, by, why)
        return gone

    def _until(self, before: datetime) -> int | None:
        """Return up to which record this part goes; None when there is nothing left to throw away."""
        stub, last = self._audit.stub(), self._audit.last_before(before)
        after = stub.seq if stub else 0
        until = min(last, self._audit.end().seq - 1, after + PART)
        return until if until > after else None

    def _part(self, until: int, by: str, why: str) -> int:
        with self._audit.store.writing():
            record = self._audit.one(until)
            if record is None:
                return 0
            bare = replace(self._audit.end(), seq=until, digest=record.digest, kind="stub")
            count = self._audit.cut_off(self._notary.signed(bare))
            after = {"until": until, "digest": record.digest.hex(), "records": count}
            self._audit.record(Event("audit.pruned", by, "audit", after=after, why=why))
        return count
