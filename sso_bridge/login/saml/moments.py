"""Moments as SAML writes them: UTC, to the second (SAML core 1.3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from sso_bridge.errors import BadRequest

LEGAL = re.compile(r"\A(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)?\Z", re.ASCII)


def written(moment: datetime) -> str:
    """Return `2026-11-02T09:00:00Z`."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(text: str) -> datetime:
    """Return the moment; 0 to 9 fractional digits are allowed, other zones are not. Raise BadRequest."""
    match = LEGAL.match(text)
    if not match:
        raise BadRequest("a moment is not written as SAML wants it")
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise BadRequest("a moment does not exist") from error
