"""Moments as texts (RFC 7643 section 2.3.5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_WRITTEN: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?", re.ASCII
)


def moment(text: str) -> datetime | None:
    """Return the moment of a text, in UTC when it names no zone; None when it is none, or none that a clock shows."""
    if not _WRITTEN.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def whole(text: str) -> str:
    """Return a day as a moment, its first; any other text as it is."""
    return f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text
