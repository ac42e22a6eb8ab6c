"""People and units as HR last stated them, and the imports that brought them.

`facts` holds the row as in `mappings.people`; `digest` tells whether a new row says anything new; `origin` says which
row of which import said it (`store.staff.origins`).
A person is never deleted: `gone_on` makes a tombstone that keeps the key for ever (ID-04).
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

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("source", String(64), nullable=False),
    Column("key", String(128), nullable=False, index=True),
    Column("facts", Json, nullable=False),
    Column("digest", LargeBinary(8), nullable=False),
    Column("strikes", Integer, nullable=False, default=0),
    Column("gone_on", Date),
    Column("next_change", Date, index=True),
    Column("changed_at", Moment, nullable=False),
    Column("origin", Json),
    UniqueConstraint("source", "key"),
)

reporting = Table(
    "reporting",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("manager", String(128), primary_key=True, index=True),
)
"""HR numbers that the jobs of somebody name as managers, of whatever day: found from above."""

unit = Table(
    "unit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("key", String(128), nullable=False),
    Column("valid_from", Date),
    Column("facts", Json, nullable=False),
    Column("digest", LargeBinary(8), nullable=False),
    Column("strikes", Integer, nullable=False, default=0),
    Column("origin", Json),
    Index("ix_unit_source_key", "source", "key"),
)

organisation = Table(
    "organisation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

oddity = Table(
    "oddity",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("what", String(32), nullable=False),
    Column("who", String(128), nullable=False),
    Column("detail", Text, nullable=False),
)

oddity_look = Table(
    "oddity_look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("organisation", BigInteger, nullable=False),
    Column("on", Date, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Which state of the organisation the oddities were found in; the whole org chart is not walked for every question."""
