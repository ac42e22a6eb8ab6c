"""Revisions of the configuration: drafts, and what was applied, for ever.

`document` is the canonical text, not JSON of the database, which would order its keys anew: a rollback restores the
export byte for byte.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sso_bridge.store.tables.base import Json, Moment, metadata

configuration_revision = Table(
    "configuration_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, unique=True),
    Column("base", Integer, nullable=False),
    Column("document", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("why", String(500), nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("applied_by", String(128)),
    Column("applied_at", Moment),
)

configuration_state = Table(
    "configuration_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
)

configuration_approval = Table(
    "configuration_approval",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("draft", Integer, ForeignKey("configuration_revision.id"), nullable=False, index=True),
    Column("base", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("by", String(128), nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)
"""An approval holds for this content on this base only, whichever draft carries it."""

configuration_weighing = Table(
    "configuration_weighing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("base", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("organisation", BigInteger, nullable=False),
    Column("on", Date, nullable=False),
    Column("looked", Integer, nullable=False),
    Column("result", Json),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("base", "digest", "organisation", "on"),
)
"""What a content would do to whom, once somebody has looked at everybody; it holds for that organisation and day."""

simulation = Table(
    "simulation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("by", String(128), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False, index=True),
    Column("on", Date, nullable=False),
    Column("source", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("body", LargeBinary),
    Column("result", Json),
    Column("error", Text, nullable=False, default=""),
)
"""A re-organisation that somebody thinks about: the rows until a worker has read them, the result until `until`."""
