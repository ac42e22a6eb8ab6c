"""What is known of the identity providers of SAML workplaces, shared by all processes."""

from __future__ import annotations

from sqlalchemy import Column, Float, Integer, LargeBinary, String, Table, Text

from sso_bridge.store.tables.base import Moment, metadata

workplace_peer = Table(
    "workplace_peer",
    metadata,
    Column("workplace", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("confirmed_at", Moment),
    Column("asked_at", Moment),
    Column("answered_at", Moment),
    Column("problem", Text, nullable=False),
    Column("fruitless", Integer, nullable=False),
    Column("held_document", LargeBinary),
    Column("held_why", Text, nullable=False),
    Column("held_since", Moment),
    Column("proposed_digest", String(64), nullable=False),
    Column("proposed_by", String(128), nullable=False),
    Column("proposed_until", Moment),
    Column("skew", Float, nullable=False),
    Column("skew_samples", Integer, nullable=False),
)
"""`proposed_digest` names the difference that `proposed_by` wants to believe; another hand may agree until then."""
