"""What finding out who somebody is needs from outside, besides `login.ports`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sso_bridge.login.identify.link import Doubt


class Doubts(Protocol):
    """Where doubts wait for administrators (`store.conflicts.Conflicts`)."""

    def queue(self, doubt: Doubt, reference: str, now: datetime) -> None:
        """Keep the doubt; outside the transaction of the sign-in that it ended."""
        ...
