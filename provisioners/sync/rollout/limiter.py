"""How many calls a platform still allows: a token bucket as arithmetic, so that any store can keep it.

All workers share one bucket per platform; whoever takes the tokens keeps the new bucket in the same transaction.
A pause is what the platform asked for (`Retry-After`, RFC 9110 section 10.2.3): nothing is granted inside it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Bucket:
    """The calls left at `counted_at`; none before `paused_until`."""

    tokens: float
    counted_at: datetime
    paused_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """So many calls may be made now; when none, `wait` tells after how many seconds it is worth asking again."""

    calls: int
    wait: float = 0.0


class Limiter(Protocol):
    """The shared bucket of each platform."""

    def take(self, platform: str, wanted: int, rate: float) -> Grant:
        """Take up to `wanted` calls from the platform's bucket, which fills with `rate` calls a second."""
        ...

    def pause(self, platform: str, until: datetime) -> None:
        """Grant nothing before `until`; a later pause stays."""
        ...

    def shut(self, platform: str) -> float:
        """Return for how many seconds from now the platform wants no call at all; 0 when it may be called."""
        ...


def full(rate: float, now: datetime) -> Bucket:
    """Return the bucket of a platform that was not called yet."""
    return Bucket(_size(rate), now)


def take(bucket: Bucket, wanted: int, rate: float, now: datetime) -> tuple[Bucket, Grant]:
    """Return the bucket after taking up to `wanted` whole calls, and what was granted."""
    if bucket.paused_until is not None and now < bucket.paused_until:
        return bucket, Grant(0, (bucket.paused_until - now).total_seconds())
    passed = max(0.0, (now - bucket.counted_at).total_seconds())
    tokens = min(_size(rate), bucket.tokens + passed * rate)
    calls = min(wanted, int(tokens))
    left = Bucket(tokens - calls, max(now, bucket.counted_at))
    return left, Grant(calls, 0.0 if calls else (1.0 - tokens) / rate)


def pause(bucket: Bucket, until: datetime) -> Bucket:
    """Return the bucket that gives nothing before `until` and does not make up for the time it was shut."""
    if bucket.paused_until is not None and bucket.paused_until >= until:
        return bucket
    return replace(bucket, tokens=1.0, counted_at=until, paused_until=until)


def seconds(after: float) -> timedelta:
    """Return a span; a platform that asks for nonsense is asked again within an hour."""
    return timedelta(seconds=min(max(after, 0.0), 3600.0))


def _size(rate: float) -> float:
    """Allow a burst of one second of calls, and at least one call."""
    return max(1.0, rate)
