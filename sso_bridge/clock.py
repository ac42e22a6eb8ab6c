"""Time as an argument: everything that needs the hour gets a `Clock`, so that tests pass their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present moment, always with the UTC zone."""


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)
