"""Messages that count once: an assertion, a logout token (SP-21). All processes remember them together.

A bucket of one token, which is full again at the moment the message could not be used any more, is all it takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sso_bridge.clock import Clock
from sso_bridge.login.ports import Limit, Throttle


@dataclass(frozen=True, slots=True)
class FirstTime:
    """Fulfils `authenticate.contract.Once`."""

    throttle: Throttle
    clock: Clock

    def first(self, workplace: str, message: str, until: datetime) -> bool:
        """Return whether this message of this workplace was never seen; remember it until that moment."""
        now = self.clock()
        seconds = max(1.0, (until - now).total_seconds())
        return self.throttle.take((Limit(f"once\x1f{workplace}\x1f{message}", 1, seconds),), now) == 0
