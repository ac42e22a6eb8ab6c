"""Webhooks: who wants to be told of what, what was told, and how far the audit was read for it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from sso_bridge.store.tables.base import Json, Moment, metadata

Serial = BigInteger().with_variant(Integer, "sqlite")

webhook = Table(
    "webhook",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("events", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("secret", LargeBinary, nullable=False),
    Column("old_secret", LargeBinary),
    Column("old_until", Moment),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failing_since", Moment),
    Column("not_before", Moment),
    Column("rounds", Integer, nullable=False),
    Column("why_disabled", String(300), nullable=False),
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("webhook", String(16), ForeignKey("webhook.id", ondelete="CASCADE"), nullable=False),
    Column("message", String(40), nullable=False, unique=True),
    Column("event", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("tried_at", Moment),
    Column("status", Integer),
    Column("error", String(300), nullable=False),
    Index("ix_webhook_delivery_state", "webhook", "state", "id"),
)

webhook_reading = Table(
    "webhook_reading",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("audit", BigInteger, nullable=False),
    Column("draft", BigInteger, nullable=False),
    Column("people", LargeBinary),
    Column("seen", String(40), nullable=False),
)
"""One row: the last record of the audit and the last draft that were read, and who worked here when it was `seen`."""
