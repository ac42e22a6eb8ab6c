"""Signatures as Standard Webhooks 1.0 says: HMAC-SHA256 over id, moment and body; two while a secret changes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

PREFIX: Final = "whsec_"
BYTES: Final = 32


def new_secret() -> str:
    """Return a new secret, as receivers configure it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def headers(message: str, at: datetime, body: bytes, known: Iterable[str]) -> dict[str, str]:
    """Return the three headers of a message; `known` are the secrets that count now, the newest first."""
    moment = str(int(at.timestamp()))
    signed = f"{message}.{moment}.".encode() + body
    made = [hmac.new(base64.b64decode(one.removeprefix(PREFIX)), signed, hashlib.sha256).digest() for one in known]
    return {
        "webhook-id": message,
        "webhook-timestamp": moment,
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in made),
    }
