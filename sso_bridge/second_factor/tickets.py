"""What a form of ours carries to its next step: sealed, for one session, for five minutes, and good once.

A challenge or a new secret that waits for its answer needs no row of its own this way, and any number of tabs work.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sso_bridge.clock import Clock
from sso_bridge.keys.vault import VaultClosed
from sso_bridge.second_factor.ports import Once, Safe
from sso_bridge.second_factor.refusals import SecondFactorRefused

LIFETIME = timedelta(minutes=5)
LONGEST = 2048


@dataclass(frozen=True, slots=True)
class Tickets:
    """Writes and takes them. `purpose` and `session` are part of the seal: one made elsewhere does not open."""

    safe: Safe
    once: Once
    clock: Clock

    def write(self, purpose: str, session: str, value: bytes) -> str:
        """Return the ticket."""
        ends = (self.clock() + LIFETIME).isoformat()
        said = json.dumps({"value": value.hex(), "ends": ends}).encode()
        return base64.urlsafe_b64encode(self.safe.seal(said, f"ticket:{purpose}:{session}")).decode()

    def read(self, purpose: str, session: str, ticket: str) -> bytes:
        """Return what is inside without using it up; SecondFactorRefused when it is not ours or too old."""
        try:
            sealed = base64.b64decode(ticket, altchars=b"-_", validate=True) if len(ticket) <= LONGEST else b""
            said = json.loads(self.safe.open(sealed, f"ticket:{purpose}:{session}"))
        except (binascii.Error, ValueError, VaultClosed):
            raise SecondFactorRefused("ticket", "the form was made for another session or step") from None
        if datetime.fromisoformat(said["ends"]) <= self.clock():
            raise SecondFactorRefused("too_late", "the form was open for more than five minutes")
        return bytes.fromhex(said["value"])

    def take(self, purpose: str, session: str, ticket: str) -> bytes:
        """Return what is inside, for the only time; SecondFactorRefused."""
        value = self.read(purpose, session, ticket)
        mark = hashlib.sha256(purpose.encode() + b"\x1f" + value).hexdigest()
        if not self.once.first("second_factor", mark, self.clock() + LIFETIME):
            raise SecondFactorRefused("replay", "this challenge was answered before")
        return value
