"""Codes of authenticator apps (RFC 6238 over RFC 4226): six digits, thirty seconds, SHA-1, as every app has them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

SECONDS = 30
DIGITS = 6
SECRET_BYTES = 20
NEIGHBOURS = (-1, 0, 1)
"""A code counts a step before and after its own: clocks of telephones are a little off (RFC 6238 5.2)."""


def new_secret() -> bytes:
    """Return 160 random bits, the length of the hash (RFC 4226 4)."""
    return secrets.token_bytes(SECRET_BYTES)


def code_at(secret: bytes, step: int) -> str:
    """Return the code of one step (RFC 4226 5.3)."""
    mac = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(secret: bytes, code: str, now: datetime, after: int = 0) -> int | None:
    """Return the step whose code this is, None when it is of none, or not of one `after` the last that was used."""
    middle = int(now.timestamp()) // SECONDS
    given = code.encode("utf-8", "surrogatepass")
    found = [step for step in (middle + one for one in NEIGHBOURS)
             if hmac.compare_digest(code_at(secret, step).encode(), given)]  # fmt: skip
    return next((step for step in found if step > after), None)


def written(secret: bytes) -> str:
    """Return the secret as people type it into an app: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def address(secret: bytes, issuer: str, account: str) -> str:
    """Return the `otpauth` address of the QR code that apps read."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?" + urlencode({"secret": written(secret), "issuer": issuer}, quote_via=quote)
