"""How often what goes wrong may go wrong, per network and shared by all processes (AD-10)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from sso_bridge.clock import Clock
from sso_bridge.login.ports import Limit, Throttle

HOME = 64
"""One household or office gets an IPv6 network of this size: each of its addresses is the same caller."""

MOST_REMEMBERED = 10_000


def network_of(address: str) -> str:
    """Return under which name a caller is counted: the IPv4 address, the IPv6 /64, or the text as it is."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((known, HOME), strict=False))


@dataclass(slots=True)
class FailureLimit:
    """Counts failures in the database and remembers here who is over the limit, so that success costs no query."""

    name: str
    burst: int
    seconds_each: float
    throttle: Throttle
    clock: Clock
    _until: dict[str, datetime] = field(default_factory=dict)

    def wait(self, key: str) -> int:
        """Return the seconds this key must still wait, as far as this process knows; 0 when it need not."""
        until = self._until.get(key)
        if until is None:
            return 0
        left = (until - self.clock()).total_seconds()
        if left <= 0:
            self._until.pop(key, None)
            return 0
        return ceil(left)

    def count(self, key: str) -> int:
        """Count a failure; return the seconds to wait when it was one too many."""
        waiting = self.wait(key)
        if waiting:
            return waiting
        now = self.clock()
        seconds = self.throttle.take((Limit(f"{self.name}\x1f{key}", self.burst, self.seconds_each),), now)
        if seconds:
            if len(self._until) >= MOST_REMEMBERED:
                self._until.clear()
            self._until[key] = now + timedelta(seconds=seconds)
        return seconds
