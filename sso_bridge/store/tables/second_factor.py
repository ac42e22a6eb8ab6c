"""Second factors of people, their recovery codes, and the break-glass administrators.

Secrets are sealed and bound to their row (CR-01); codes and passwords are kept as hashes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from sso_bridge.store.tables.base import Moment, metadata

second_factor = Table(
    "second_factor",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("title", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", Moment, nullable=False),
    Column("credential", LargeBinary, unique=True),
    Column("counter", BigInteger, nullable=False),
    Column("used_at", Moment),
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True),
    Column("code_hash", LargeBinary(32), primary_key=True),
    Column("made_at", Moment, nullable=False),
)

break_glass = Table(
    "break_glass",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("password_hash", String(256), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("sealed_at", Moment, nullable=False),
    Column("sealed_by", String(128), nullable=False),
    Column("broken_at", Moment),
)
