"""What was pushed by SCIM: people and groups as their source stated them, and who and what is in which group.

Each belongs to one HR source. Texts that filters compare stand in columns of their own, folded where case does not
matter; members are rows, so that one more or less never touches the others.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from sso_bridge.store.tables.base import Json, Moment, metadata

scim_user = Table(
    "scim_user",
    metadata,
    Column("id", Integer, ForeignKey("person.id"), primary_key=True, autoincrement=False),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("source", String(64), nullable=False),
    Column("user_name", String(1000), nullable=False),
    Column("external_id", String(1000)),
    Column("display_name", String(1000)),
    Column("mail", String(1000)),
    Column("active", Boolean, nullable=False),
    Column("resource", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("modified_at", Moment, nullable=False),
    UniqueConstraint("source", "user_name"),
    Index("ix_scim_user_source_external_id", "source", "external_id"),
    Index("ix_scim_user_source_display_name", "source", "display_name"),
)
"""The id is the person's. `mail` is the primary address, or the first one."""

scim_mail = Table(
    "scim_mail",
    metadata,
    Column("user_id", Integer, ForeignKey("scim_user.id"), primary_key=True),
    Column("mail", String(1000), primary_key=True, index=True),
)

scim_group = Table(
    "scim_group",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uuid", String(36), nullable=False, unique=True),
    Column("source", String(64), nullable=False),
    Column("name", String(1000), nullable=False),
    Column("external_id", String(1000)),
    Column("resource", Json, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("modified_at", Moment, nullable=False),
    UniqueConstraint("source", "name"),
    Index("ix_scim_group_source_external_id", "source", "external_id"),
)

scim_member = Table(
    "scim_member",
    metadata,
    Column("group_id", Integer, ForeignKey("scim_group.id"), primary_key=True),
    Column("user_id", Integer, ForeignKey("scim_user.id"), primary_key=True, index=True),
)

scim_stranger = Table(
    "scim_stranger",
    metadata,
    Column("group_id", Integer, ForeignKey("scim_group.id"), primary_key=True),
    Column("value", String(1000), primary_key=True, index=True),
)
"""Members that are no person of the source, or not yet: they are told as members, and give nobody anything."""

scim_subgroup = Table(
    "scim_subgroup",
    metadata,
    Column("group_id", Integer, ForeignKey("scim_group.id"), primary_key=True),
    Column("member_id", Integer, ForeignKey("scim_group.id"), primary_key=True, index=True),
)
"""Groups that are members of groups; never in a circle."""
