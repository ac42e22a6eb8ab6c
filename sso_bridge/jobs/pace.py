"""The shared bucket of a platform as its connector asks for it: before each HTTP call."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from provisioners.errors import TryAgain
from provisioners.sync.rollout import limiter
from provisioners.sync.rollout.limiter import Limiter
from sso_bridge.clock import Clock

AHEAD = 0.05
"""Calls for so many seconds are taken at once, and those not made by then are lost: fast platforms cost fewer
transactions, and a pause that another worker was told about is noticed within this time."""

PATIENCE = 5.0


class Pace:
    """Fulfils `platforms.limiter.Limiter` for one platform; used by all threads of this process."""

    def __init__(
        self, shared: Limiter, platform: str, rate: float, *, clock: Clock, wait: Callable[[float], object]
    ) -> None:
        self._shared = shared
        self._platform = platform
        self._rate = rate
        self._clock = clock
        self._wait = wait
        self._lock = threading.Lock()
        self._calls = 0
        self._until: datetime | None = None

    def before_call(self) -> None:
        """Return when one call may be sent; raise TryAgain when that would be too long a wait."""
        while (seconds := self._take()) > 0:
            if seconds > PATIENCE:
                raise TryAgain(
                    "the agreed rate leaves no call for now", after=seconds, hint="the rate limit is reached"
                )
            self._wait(seconds)

    def told_to_wait(self, seconds: float) -> None:
        """Shut the platform for all workers."""
        with self._lock:
            self._calls = 0
        self._shared.pause(self._platform, self._clock() + limiter.seconds(seconds))

    def _take(self) -> float:
        """Take one call and return 0, or return how long to wait."""
        with self._lock:
            now = self._clock()
            if self._calls and self._until is not None and now < self._until:
                self._calls -= 1
                return 0.0
            grant = self._shared.take(self._platform, max(1, int(self._rate * AHEAD)), self._rate)
            self._calls, self._until = max(0, grant.calls - 1), now + timedelta(seconds=AHEAD)
            return 0.0 if grant.calls else max(grant.wait, 0.001)
