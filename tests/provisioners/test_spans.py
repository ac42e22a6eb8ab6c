"""Spans of time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from provisioners.spans import span


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("24h", 86400), ("30d", 2592000), ("15m", 900), ("90", 90), (60, 60), (timedelta(minutes=5), 300)],
)
def test_span(said, seconds):
    """Spans are written as in the configuration."""
    assert seconds == span(said).total_seconds()
