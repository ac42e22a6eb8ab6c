"""How long a platform asks us to wait."""

from datetime import UTC, datetime

import pytest

from provisioners.platforms.waiting import LONGEST, seconds_to_wait


def now():
    """Tell nine o'clock."""
    return datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        (None, None, 0.0),
        ("", {}, 0.0),
        ("120", None, 120.0),
        ("2.128", None, 2.128),
        ("Mon, 02 Nov 2026 09:00:30 GMT", None, 30.0),
        ("Mon, 02 Nov 2026 08:00:30 GMT", None, 0.0),
        ("Mon, 02 Nov 2099 09:00:30 GMT", None, LONGEST),
        ("soon", None, 0.0),
        ("nan", None, 0.0),
        ("inf", None, LONGEST),
        ("-5", None, 0.0),
        (None, {"retry_after_ms": 2006}, 2.006),
        ("3", {"retry_after_ms": 2006}, 3.0),
        ("1", {"retry_after_ms": 2006}, 2.006),
        (None, {"retry_after_ms": "2006"}, 0.0),
        (None, {"retry_after_ms": True}, 0.0),
        (None, ["retry_after_ms"], 0.0),
    ],
)
def test_wait(header, body, seconds):
    """The longest wait that is asked for and sane counts, whatever its form (PR-09)."""
    assert seconds == seconds_to_wait(header, body, now)
