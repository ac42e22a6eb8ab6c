"""The port for pacing: one bucket per platform tenant, shared by every worker, lives outside this package."""

from __future__ import annotations

from typing import Protocol


class Limiter(Protocol):
    """Keeps all workers together under the rate agreed with a platform, and out of its waiting times."""

    def before_call(self) -> None:
        """Return when one call may be sent; raise TryAgain (`after`) when that would be too long a wait."""
        ...

    def told_to_wait(self, seconds: float) -> None:
        """Take note that the platform wants no call at all for that long; nobody may send meanwhile."""
        ...


class Unlimited:
    """No pacing: for platforms in memory and for tests."""

    def before_call(self) -> None:
        """Return at once."""

    def told_to_wait(self, seconds: float) -> None:
        """Ignore it."""
