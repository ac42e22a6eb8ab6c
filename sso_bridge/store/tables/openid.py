"""What the OpenID provider gave away: one grant per sign-in of a client, and the tokens that hang on it.

Codes and tokens are kept as SHA-256 only. A used code and a used refresh token stay until their grant ends, because
only then can a second use be told from a guess.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from sso_bridge.store.tables.base import Json, Moment, metadata

openid_grant = Table(
    "openid_grant",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("client_id", String(255), nullable=False),
    Column("platform", String(64), nullable=False),
    Column("session_id", String(64), nullable=False, index=True),
    Column("person_id", Integer, nullable=False, index=True),
    Column("subject", String(255), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("claims", Json, nullable=False),
    Column("asked_claims", Json, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", String(43), nullable=False),
    Column("nonce", Text, nullable=False),
    Column("authenticated_at", Moment),
    Column("method", Json, nullable=False),
    Column("assurance", String(255), nullable=False),
    Column("code_hash", LargeBinary(32), nullable=False, unique=True),
    Column("code_ends_at", Moment, nullable=False),
    Column("code_used_at", Moment),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("revoked_at", Moment),
)

openid_token = Table(
    "openid_token",
    metadata,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("grant_id", String(32), ForeignKey("openid_grant.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("scopes", Json, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)
