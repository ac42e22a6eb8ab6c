"""Codes and tokens: 256 random bits for the client, a SHA-256 for us.

The prefix names the purpose for people and secret scanners; the hash covers the purpose, so that no code, access token
or refresh token can ever be looked up as another one (OP-15).
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal

Purpose = Literal["code", "access", "refresh"]
PREFIX: dict[Purpose, str] = {"code": "sbc_", "access": "sba_", "refresh": "sbr_"}


def new_secret(purpose: Purpose) -> str:
    """Return a fresh code or token."""
    return PREFIX[purpose] + secrets.token_urlsafe(32)


def digest(purpose: Purpose, secret: str) -> bytes:
    """Return what is stored and looked up instead of the secret."""
    return hashlib.sha256(f"{purpose}\0{secret}".encode()).digest()
