"""Names of time zones, as settings and configuration state them."""

from __future__ import annotations

from zoneinfo import ZoneInfo


def zone_name(text: str) -> str:
    """Return the name of a time zone that there is; ValueError for another text."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be the name of a time zone, as in Europe/Amsterdam") from None
    return text
