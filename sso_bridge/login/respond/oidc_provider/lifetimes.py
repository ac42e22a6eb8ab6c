"""How long codes and tokens live. The upper limits are the security bar, not a wish (OP-06, OP-13, OP-15, OP-16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

LIMITS = {
    "code": timedelta(seconds=60),
    "access": timedelta(minutes=10),
    "id_token": timedelta(minutes=10),
    "refresh_idle": timedelta(days=30),
    "refresh": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """A refresh token ends when unused for `refresh_idle`, and its whole family `refresh` after the sign-in."""

    code: timedelta = timedelta(seconds=60)
    access: timedelta = timedelta(minutes=10)
    id_token: timedelta = timedelta(minutes=5)
    refresh_idle: timedelta = timedelta(days=7)
    refresh: timedelta = timedelta(days=30)

    def __post_init__(self) -> None:
        """Refuse a lifetime that is not positive or over its limit."""
        for name, limit in LIMITS.items():
            if not timedelta(0) < getattr(self, name) <= limit:
                raise ValueError(f"the lifetime {name} must be positive and at most {limit}")
