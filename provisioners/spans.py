"""Spans of time as administrators write them."""

from __future__ import annotations

from datetime import timedelta


def span(said: object) -> timedelta:
    """Return a span from `24h`, `30d`, `15m`, a number of seconds, or a timedelta."""
    if isinstance(said, timedelta):
        return said
    text = str(said).strip()
    unit = {"d": 86400, "h": 3600, "m": 60, "s": 1}.get(text[-1:], 0)
    return timedelta(seconds=float(text[:-1]) * unit if unit else float(text))
