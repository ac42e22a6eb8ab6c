"""API tokens: a digest, never the token (AD-05)."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from sso_bridge.store.tables.base import Json, Moment, metadata

api_token = Table(
    "api_token",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("source", String(64), nullable=False, default=""),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("units", Json, nullable=False),
    Column("platforms", Json, nullable=False),
    Column("client", String(16), nullable=False, index=True),
)
"""`client` is the machine client that an access token was issued to, empty for a token that somebody made."""
