"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


class FakeClock:
    """Pass it where a `Clock` is wanted; `clock.now` is the moment it tells."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """Return the moment the test has set."""
        return self.now

    def move(self, **by: float) -> datetime:
        """Move on: `clock.move(minutes=10)`; the arguments are those of `timedelta`."""
        self.now += timedelta(**by)
        return self.now
