"""Keys of the bridge. `sealed` is opened only with a key that is not in the database (CR-01)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from sso_bridge.store.tables.base import Moment, metadata

key_ring = Table(
    "key_ring",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

signing_key = Table(
    "signing_key",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("purpose", String(32), nullable=False, index=True),
    Column("algorithm", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("active_from", Moment),
    Column("ends_at", Moment),
    Column("certificate", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)

key_proposal = Table(
    "key_proposal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("act", String(16), nullable=False),
    Column("target", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("why", String(500), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("done_by", String(128)),
    Column("done_at", Moment),
)
"""What an administrator wants done with a key; `digest` names the act and the state of the keys it was meant for."""
