"""What is left of people who were erased, and what somebody proposed to erase.

A tombstone names nobody: our permanent id, when, by whom and why. Digests of user names are keyed (a plain one could
be guessed), and do not tell whose they were.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from sso_bridge.store.tables.base import Moment, metadata

tombstone = Table(
    "tombstone",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("erased_at", Moment, nullable=False),
    Column("erased_by", String(128), nullable=False),
    Column("why", String(500), nullable=False),
)

erased_name = Table(
    "erased_name",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
)

erasure = Table(
    "erasure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", Integer, ForeignKey("person.id"), nullable=False, index=True),
    Column("why", String(500), nullable=False),
    Column("forced", Boolean, nullable=False),
    Column("made_by", String(128), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("done_by", String(128)),
    Column("done_at", Moment),
)

audit_shipment = Table(
    "audit_shipment",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
)
"""The last record that a log collector was sent for sure; the next ones are sent from there, some perhaps twice."""
