"""What we last knew of the platforms, what was derived for whom, and the plans that came of it.

Members and owners are sorted 32-bit person ids, packed. A plan row is never changed after it was written.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from sso_bridge.store.tables.base import Json, Moment, metadata

account_shadow = Table(
    "account_shadow",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("person_id", Integer),
    Column("remote_id", String(512), nullable=False),
    Column("external_id", String(512), nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("management", String(16), nullable=False),
    Column("fingerprint", String(16), nullable=False),
    Column("attributes", Json, nullable=False),
    Column("state_since", Moment),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("platform", "person_id"),
    UniqueConstraint("platform", "remote_id"),
)

account_name = Table(
    "account_name",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("name", LargeBinary(16), primary_key=True),
    Column("person_id", Integer, primary_key=True),
    Index("ix_account_name_person", "platform", "person_id"),
)
"""Digests of the names and addresses that people's accounts have: found without reading all accounts."""

given_value = Table(
    "given_value",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("attribute", String(128), primary_key=True),
    Column("value", LargeBinary(16), primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("given_at", Moment, nullable=False),
)
"""Digests of values that were given to one person for ever: no row goes away, whatever becomes of the person."""

group_shadow = Table(
    "group_shadow",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", String(64), nullable=False),
    Column("key", String(300), nullable=False),
    Column("remote_id", String(512), nullable=False),
    Column("name", Text, nullable=False),
    Column("management", String(16), nullable=False),
    Column("members", LargeBinary, nullable=False),
    Column("owners", LargeBinary, nullable=False),
    Column("groups", Json, nullable=False),
    Column("description", Text, nullable=False, default=""),
    Column("state", String(16), nullable=False, default="live"),
    Column("state_since", Moment),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("platform", "key"),
)

contact = Table(
    "platform_contact",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("read_at", Moment, nullable=False),
    Column("drift_after", Integer, nullable=False, default=0),
)

derived = Table(
    "derived_account",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("block", Integer, primary_key=True),
    Column("rules", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
)

plan = Table(
    "plan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("on", Date, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("organisation", BigInteger, nullable=False),
    Column("scope", Json, nullable=False),
    Column("held", Json, nullable=False),
    Column("findings", Json, nullable=False),
    Column("counts", Json, nullable=False),
    Column("made_at", Moment, nullable=False, index=True),
    Column("made_by", String(128), nullable=False),
)

plan_item = Table(
    "plan_item",
    metadata,
    Column("plan_id", Integer, ForeignKey("plan.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("person_id", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_plan_item_person_id", "person_id", "plan_id"),
)
