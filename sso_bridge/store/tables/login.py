"""Sign-ins: attempts under way, open sessions, links, traces, token buckets.

Ids that a browser holds are kept as SHA-256 only: whoever reads the database cannot sign in with it (SE-01).
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from sso_bridge.store.tables.base import Json, Moment, metadata

RowId = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only when the column is called INTEGER."""

sign_in_attempt = Table(
    "sign_in_attempt",
    metadata,
    Column("id_hash", LargeBinary(32), primary_key=True),
    Column("secret_hash", LargeBinary(32), nullable=False),
    Column("asked", Json, nullable=False),
    Column("reference", String(80), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
    Column("way", Json, nullable=False),
    Column("hop", Json, nullable=False),
    Column("hop_id", String(32), nullable=False),
    Column("hops", Integer, nullable=False),
)

bridge_session = Table(
    "bridge_session",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("cookie_hash", LargeBinary(32), nullable=False, unique=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    Column("subject", Json, nullable=False),
    Column("authenticated_at", Moment, nullable=False),
    Column("method", Json, nullable=False),
    Column("assurance", String(255), nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment),
    Column("ended_why", String(64)),
    Column("address", String(64), nullable=False, default=""),
    Column("user_agent", String(255), nullable=False, default=""),
    Column("upstream", Json, nullable=False, default=dict),
    Column("first", String(255), nullable=False, default=""),
    Column("dated", Boolean, nullable=False, default=True),
    Column("upstream_hash", LargeBinary(32), index=True),
    Index("ix_bridge_session_person_id_ended_at", "person_id", "ended_at"),
)

session_use = Table(
    "session_use",
    metadata,
    Column("session_id", RowId, ForeignKey("bridge_session.id", ondelete="CASCADE"), primary_key=True),
    Column("platform", String(64), primary_key=True),
    Column("protocol", String(32), nullable=False),
    Column("subject", String(256), nullable=False),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
)

link = Table(
    "link",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("workplace", String(64), nullable=False),
    Column("subject_key", String(1024), nullable=False),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("workplace", "subject_key"),
    UniqueConstraint("workplace", "person_id"),
)

link_conflict = Table(
    "link_conflict",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("workplace", String(64), nullable=False),
    Column("subject_key", String(1024), nullable=False),
    Column("subject", Json, nullable=False),
    Column("by", String(64), nullable=False),
    Column("claim", String(320), nullable=False),
    Column("people", Json, nullable=False),
    Column("why", String(300), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("times", Integer, nullable=False),
    Column("reference", String(80), nullable=False),
    Column("proposed_person", Integer),
    Column("proposed_by", String(128), nullable=False),
    Column("decided_by", String(128), nullable=False),
    Column("decided_at", Moment),
    UniqueConstraint("workplace", "subject_key"),
)

sign_in_trace = Table(
    "sign_in_trace",
    metadata,
    Column("reference", String(80), primary_key=True),
    Column("began_at", Moment, nullable=False, index=True),
    Column("ended_at", Moment),
    Column("protocol", String(32), nullable=False),
    Column("platform", String(64), nullable=False),
    Column("workplace", String(64), nullable=False),
    Column("person_id", Integer),
    Column("outcome", String(64), nullable=False),
    Column("reason", String(64), nullable=False, default=""),
    Column("prompted", Boolean, nullable=False),
    Column("address", String(64), nullable=False),
    Column("steps", Json, nullable=False),
    Index("ix_sign_in_trace_person_id_began_at", "person_id", "began_at"),
    Index("ix_sign_in_trace_platform_began_at", "platform", "began_at"),
    Index("ix_sign_in_trace_outcome_began_at", "outcome", "began_at"),
    Index(
        "ix_sign_in_trace_reason_began_at",
        "reason",
        "began_at",
        postgresql_where=text("reason <> ''"),
        sqlite_where=text("reason <> ''"),
    ),
)

throttle_bucket = Table(
    "throttle_bucket",
    metadata,
    Column("key_hash", LargeBinary(32), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("filled_at", Moment, nullable=False),
    Column("full_at", Moment, nullable=False, index=True),
)
