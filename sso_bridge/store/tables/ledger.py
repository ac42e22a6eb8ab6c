"""Approvals, runs, the ledger of single actions, the calls each platform still allows, and queued jobs.

`action` is the truth about what was done: totals are counted from it, never kept beside it; `told_at` is when somebody
was told that a leaver's step is stuck. `target` names the one
account or group that a row writes to, so that two workers never write to the same one at once (PR-10); (run, seq) is
the idempotency key of an action: the change at that place of that plan.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from sso_bridge.store.tables.base import Json, Moment, metadata

Serial = BigInteger().with_variant(Integer, "sqlite")

approval = Table(
    "approval",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("plan", Integer, nullable=False, index=True),
    Column("digest", String(64), nullable=False),
    Column("by", String(128), nullable=False),
    Column("releases", Json, nullable=False),
    Column("at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

LEAVER_STEP = "action.state <> 'done' AND action.kind IN ('account_suspend', 'member_remove', 'owner_remove')"
"""What may be a step of a leaver that is not confirmed; the condition as its partial index has it."""

run = Table(
    "run",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("plan", Integer, nullable=False),
    Column("approval", Serial, ForeignKey("approval.id"), nullable=False, unique=True),
    Column("state", String(16), nullable=False, index=True),
    Column("by", String(128), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("report", Json),
)

action = Table(
    "action",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("run", Serial, ForeignKey("run.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("phase", SmallInteger, nullable=False),
    Column("platform", String(64), nullable=False),
    Column("target", String(320), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("weight", Integer, nullable=False),
    Column("achieved", Integer, nullable=False, default=0),
    Column("change", Text, nullable=False),
    Column("state", String(8), nullable=False),
    Column("owner", String(64)),
    Column("until", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Moment),
    Column("result", Json),
    Column("code", String(32)),
    Column("error", Text),
    Column("done_at", Moment),
    Column("told_at", Moment),
    UniqueConstraint("run", "seq"),
    Index("ix_action_run_state", "run", "state"),
    Index("ix_action_done_since", "platform", "kind", "done_at"),
    Index(
        "ix_action_open",
        "platform",
        "run",
        "phase",
        "id",
        postgresql_where=text("state IN ('waiting', 'leased')"),
        sqlite_where=text("state IN ('waiting', 'leased')"),
    ),
    Index(
        "ix_action_leaver_step",
        "run",
        postgresql_where=text(LEAVER_STEP.replace("action.", "")),
        sqlite_where=text(LEAVER_STEP.replace("action.", "")),
    ),
    Index(
        "ix_action_owner",
        "owner",
        postgresql_where=text("state IN ('waiting', 'leased')"),
        sqlite_where=text("state IN ('waiting', 'leased')"),
    ),
    Index(
        "ix_action_target",
        "platform",
        "target",
        "id",
        postgresql_where=text("state IN ('waiting', 'leased')"),
        sqlite_where=text("state IN ('waiting', 'leased')"),
    ),
)

allowance = Table(
    "allowance",
    metadata,
    Column("platform", String(64), primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("counted_at", Moment, nullable=False),
    Column("paused_until", Moment),
)

job = Table(
    "job",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("what", String(32), nullable=False),
    Column("arguments", Json, nullable=False),
    Column("key", String(128), nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("by", String(128), nullable=False),
    Column("owner", String(64)),
    Column("until", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("not_before", Moment),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("result", Json),
    Column("error", Text),
    Index(
        "ix_job_open",
        "id",
        postgresql_where=text("state IN ('waiting', 'leased')"),
        sqlite_where=text("state IN ('waiting', 'leased')"),
    ),
)

worker = Table(
    "worker",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("began_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False, index=True),
    Column("doing", String(200), nullable=False),
)
"""Workers that run, each seen every few seconds; one that was killed stays until it is forgotten."""
