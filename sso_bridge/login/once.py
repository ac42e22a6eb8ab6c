"""Messages that count once: an assertion, a logout token (SP-21). All processes remember them together.

A bucket of one token that takes a day to fill is all it takes: no kind of workplace believes a message that long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sso_bridge.clock import Clock
from sso_bridge.login.ports import Limit, Throttle

REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FirstTime:
    """Fulfils `authenticate.contract.Once`."""

    throttle: Throttle
    clock: Clock

    def first(self, workplace: str, message: str, until: datetime) -> bool:
        """Return whether this message of this workplace was never seen; never for one that is valid for too long."""
        now = self.clock()
        if until - now >= REMEMBERED:
            return False
        limit = Limit(f"once\x1f{workplace}\x1f{message}", 1, REMEMBERED.total_seconds())
        return self.throttle.take((limit,), now) == 0
