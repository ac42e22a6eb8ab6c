"""Codes of authenticator apps, by the book."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from sso_bridge.second_factor import totp

SECRET = b"12345678901234567890"
"""The secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")],
)
def test_appendix_b(seconds: int, code: str):
    """The codes of RFC 6238, appendix B, in their last six digits."""
    assert code == totp.code_at(SECRET, seconds // 30)


@pytest.mark.parametrize(("step", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_window(step: int, good: object):
    """A code holds one step before and after its own, and no longer."""
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    here = int(now.timestamp()) // 30

    assert (here + step if good else None) == totp.step_of(SECRET, totp.code_at(SECRET, here + step), now)


def test_after():
    """A step that was used, and all before it, are used up; the next one is not."""
    now = datetime(2026, 11, 2, 9, tzinfo=UTC)
    here = int(now.timestamp()) // 30
    codes = [totp.code_at(SECRET, here + one) for one in (-1, 0, 1)]

    assert [None, None, here + 1] == [totp.step_of(SECRET, code, now, here) for code in codes]


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\udc80"])
def test_no_code(typed: str):
    """Whatever else is typed is no code, and no error."""
    assert totp.step_of(SECRET, typed, datetime(2026, 11, 2, 9, tzinfo=UTC)) is None


def test_address():
    """The QR code says what apps understand, whatever stands in the name."""
    address = urlsplit(totp.address(SECRET, "sso.example", "Ada & Co: Lovelace/?"))

    assert ("otpauth", "totp") == (address.scheme, address.netloc)
    assert {"secret": [totp.written(SECRET)], "issuer": ["sso.example"]} == parse_qs(address.query)
    assert "/" not in address.path[1:]
    assert "=" not in totp.written(SECRET)
