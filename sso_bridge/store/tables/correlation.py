"""Which rows are one person, and which accounts are whose: the keys to find pairs by, the pairs, what was decided.

A row whose facts are not simply what its source states has that statement kept apart: a row that waits for a decision,
one that is part of another person, and the person made of several rows.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
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

person_statement = Table(
    "person_statement",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("facts", Json, nullable=False),
    Column("digest", LargeBinary(8), nullable=False),
    Column("gone_on", Date),
    Column("made", Json, nullable=False),
    Column("made_digest", LargeBinary(8), nullable=False),
    Column("made_gone_on", Date),
    Column("part_of", Integer, ForeignKey("person.id"), index=True),
    Column("waits", Boolean, nullable=False),
)
"""`facts` are what the source states, `made` what holds because of it, and stands in `person`. `part_of` is the person
whom the row belongs to; `waits` when it is nobody until somebody has decided."""

precedence = Table(
    "precedence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stated", Json, nullable=False),
)
"""In which order HR sources speak of a person of several rows: by it all of them are made that stand in `person`."""

correlation_key = Table(
    "correlation_key",
    metadata,
    Column("block", String(16), primary_key=True),
    Column("key", LargeBinary(8), primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Index("ix_correlation_key_person_id", "person_id"),
)

correlated = Table(
    "correlated",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(8), nullable=False),
)
"""What each row stated when it was compared last."""

correlation_look = Table(
    "correlation_look",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("rules", String(64), nullable=False),
    Column("blocks", Json, nullable=False),
    Column("at", Moment, nullable=False),
)
"""By which rules everybody was compared last; `blocks` names those that find by each kind of keys."""

correlation_pair = Table(
    "correlation_pair",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("where", String(64), nullable=False),
    Column("key", String(512), nullable=False),
    Column("source", String(64), nullable=False),
    Column("number", String(128), nullable=False),
    Column("score", Integer, nullable=False),
    Column("strong", Boolean, nullable=False),
    Column("rules", Json, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("first_at", Moment, nullable=False),
    Column("last_at", Moment, nullable=False),
    Column("proposed_by", String(128), nullable=False),
    Column("decided_by", String(128), nullable=False),
    Column("decided_at", Moment),
    Column("why", Text, nullable=False),
    Column("moved", Json, nullable=False),
    UniqueConstraint("kind", "where", "key", "source", "number"),
    Index("ix_correlation_pair_number_source", "number", "source"),
)
"""`where` and `key` name a row by its source and number, or an account by its platform and remote id; `source` and
`number` name the other row, or the person. Never our own ids: a decision outlives every row it is about."""
