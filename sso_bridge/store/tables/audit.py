"""The audit. `before` and `after` are JSON as text, so that exactly what was hashed is what is kept (AD-11).

The digest covers the words by a salted commitment (decision 0104): words can be taken out, the chain stays whole.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, Text

from sso_bridge.store.tables.base import Moment, metadata

audit = Table(
    "audit",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
    Column("what", Text, nullable=False),
    Column("result", String(16), nullable=False),
    Column("actor", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("why", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("salt", LargeBinary(16), nullable=False),
    Column("commitment", LargeBinary(32)),
    Column("redacted", BigInteger),
    Column("digest", LargeBinary(32), nullable=False),
    Index("ix_audit_target_seq", "target", "seq"),
    Index("ix_audit_reference_seq", "reference", "seq"),
    Index("ix_audit_actor_seq", "actor", "seq"),
    Index("ix_audit_what_seq", "what", "seq"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
)

audit_checkpoint = Table(
    "audit_checkpoint",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("kid", String(64), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("kind", String(16), nullable=False),
)
"""`kind` is `checkpoint`, or `stub` for the one that stands for all records up to it, which were pruned."""
