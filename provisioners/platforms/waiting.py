"""How long a platform asks us to wait: seconds, a decimal, an HTTP date, or milliseconds in the body."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0
"""No wait is longer than a day: a wrong date must not silence a platform for ever."""


def seconds_to_wait(header: str | None, body: object, now: Callable[[], datetime]) -> float:
    """Return the longest wait that header (RFC 9110 section 10.2.3) and body ask for; 0 when neither says."""
    return max(_from_header(header, now), _from_body(body))


def _from_header(header: str | None, now: Callable[[], datetime]) -> float:
    text = (header or "").strip()
    if not text:
        return 0.0
    try:
        return _sane(float(text))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return _sane((moment - now()).total_seconds())


def _from_body(body: object) -> float:
    wait = body.get("retry_after_ms") if isinstance(body, dict) else None
    if isinstance(wait, bool) or not isinstance(wait, int | float):
        return 0.0
    return _sane(wait / 1000)


def _sane(seconds: float) -> float:
    if math.isnan(seconds) or seconds < 0:
        return 0.0
    return min(seconds, LONGEST)
