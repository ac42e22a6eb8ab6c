"""Stops tries on one entry of a directory, below its own lock-out and under whatever spelling (LD-08)."""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.clock import Clock
from sso_bridge.login.arrival import Limits
from sso_bridge.login.ports import Limit, Throttle


@dataclass(frozen=True, slots=True)
class EntryBrake:
    """Fulfils `authenticate.contract.Brake`."""

    throttle: Throttle
    limits: Limits
    clock: Clock

    def press(self, workplace: str, account: str) -> bool:
        """Return whether one more try is allowed, and count it."""
        return self.throttle.take((self._limit(workplace, account),), self.clock()) == 0

    def release(self, workplace: str, account: str) -> None:
        """Take the try back."""
        self.throttle.give_back((self._limit(workplace, account),), self.clock())

    def _limit(self, workplace: str, account: str) -> Limit:
        return Limit(f"entry\x1f{workplace}\x1f{account.casefold()}", *self.limits.account)
