"""One audited act as it is kept, and the digests that bind it into the chain (AD-11, decision 0104).

The chain covers number, moment, name and result of an act, and a salted commitment to everything else. So the texts of
a record can be taken away for good (erasure of a person) without a break: the commitment stays, and without the salt
nobody can try names against it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

START = b"\x00" * 32
SALT_BYTES = 16
TEXTS = ("actor", "target", "before", "after", "why", "address", "reference", "request")
"""What a record says in words, in the order of its columns."""

REDACTED = "audit.redacted"
"""The act of taking words out of records; `after.records` tells which, with the digest of what is left."""


@dataclass(frozen=True, slots=True)
class Record:
    """One audited act as it is kept; `before` and `after` are JSON text.

    `commitment` is what the chain covers of a record whose words were taken out by the act `redacted`; None as long as
    they are there.
    """

    seq: int
    at: datetime
    what: str
    result: str
    actor: str
    target: str
    before: str | None
    after: str | None
    why: str
    address: str
    reference: str
    request: str
    salt: bytes
    commitment: bytes | None = None
    redacted: int | None = None
    digest: bytes = b""

    def said(self) -> bytes:
        """Return the digest of the words as they are now."""
        words = [
            self.actor, self.target, self.before, self.after, self.why, self.address, self.reference, self.request,
        ]  # fmt: skip
        return hashlib.sha256(self.salt + json.dumps(words, default=repr).encode()).digest()


def link(previous: bytes, record: Record) -> bytes:
    """Return the digest of a record that follows `previous`."""
    fields = [record.seq, moment(record.at), record.what, record.result, (record.commitment or record.said()).hex()]
    return hashlib.sha256(previous + json.dumps(fields).encode()).digest()


def moment(at: datetime) -> str:
    """Return the one spelling of a moment that is hashed."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def left_over(act: Record) -> Mapping[str, str]:
    """Return number -> digest (hexadecimal) of what an act of redaction left in records; empty for any other act."""
    if act.what != REDACTED or act.after is None:
        return {}
    try:
        told: Any = json.loads(act.after)
    except (ValueError, TypeError):
        return {}  # somebody has changed the act itself
    records = told.get("records") if isinstance(told, dict) else None
    return records if isinstance(records, dict) else {}
