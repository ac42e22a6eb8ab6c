"""Messages that count once: an assertion, a logout token (SP-21). All processes remember them together.

A mark that is kept for a day is all it takes: no kind of workplace believes a message that long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sso_bridge.clock import Clock
from sso_bridge.login.ports import Throttle

REMEMBERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FirstTime:
    """Fulfils `authenticate.contract.Once`."""

    throttle: Throttle
    clock: Clock

    def first(self, workplace: str, message: str, until: datetime, *more: str) -> bool:
        """Return whether none of these messages of this workplace was seen; never for what is valid for too long."""
        now = self.clock()
        if until - now >= REMEMBERED:
            return False
        keys = (f"once\x1f{workplace}\x1f{one}" for one in (message, *more))
        return self.throttle.first(keys, now, now + REMEMBERED)
