"""Machine clients of the admin API: digests of secrets and public keys, never a secret."""

from __future__ import annotations

from sqlalchemy import Column, String, Table

from sso_bridge.store.tables.base import Json, Moment, metadata

machine_client = Table(
    "machine_client",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("role", String(16), nullable=False),
    Column("scopes", Json, nullable=False),
    Column("method", String(32), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("units", Json, nullable=False),
    Column("platforms", Json, nullable=False),
    Column("secrets", Json, nullable=False),
    Column("keys", Json, nullable=False),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)
