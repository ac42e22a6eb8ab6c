"""Deletes what is older than it is kept. Nothing goes that is still at work, or that a guard compares with."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, delete, func, select, update

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.imports import hr_import
from sso_bridge.store.tables.ledger import action, approval, job, run
from sso_bridge.store.tables.sync import account_shadow, plan, plan_item

OPEN = ("waiting", "leased")
CHUNK = 500


def forget_runs(store: Store, before: datetime) -> int:
    """Delete runs that ended before that moment, with their actions and approvals; return how many."""
    query = select(run.c.id, run.c.approval).where(run.c.finished_at < before).limit(CHUNK)
    count = 0
    with store.writing() as connection:
        while rows := connection.execute(query).all():
            ids = [row.id for row in rows]
            connection.execute(delete(action).where(action.c.run.in_(ids)))
            connection.execute(delete(run).where(run.c.id.in_(ids)))
            connection.execute(delete(approval).where(approval.c.id.in_([row.approval for row in rows])))
            count += len(ids)
    return count


def forget_plans(store: Store, before: datetime) -> int:
    """Delete plans that were made before that moment and that no run or approval still speaks of; return how many."""
    spoken_of = (select(run.c.plan), select(approval.c.plan).where(approval.c.until > before))
    query = select(plan.c.id).where(plan.c.made_at < before, *(plan.c.id.not_in(one) for one in spoken_of)).limit(CHUNK)
    count = 0
    with store.writing() as connection:
        while ids := connection.execute(query).scalars().all():
            connection.execute(delete(approval).where(approval.c.plan.in_(ids)))
            connection.execute(delete(plan_item).where(plan_item.c.plan_id.in_(ids)))
            connection.execute(delete(plan).where(plan.c.id.in_(ids)))
            count += len(ids)
    return count


def forget_imports(store: Store, before: datetime) -> int:
    """Delete imports that ended before that moment, but the newest taken ones of each source; return how many."""
    taken = hr_import.c.state == "taken"
    compared = (_newest(taken), _newest(taken & hr_import.c.complete.is_(True)))
    old = delete(hr_import).where(hr_import.c.finished_at < before, *(hr_import.c.id.not_in(one) for one in compared))
    with store.writing() as connection:
        return connection.execute(old).rowcount


def forget_jobs(store: Store, before: datetime) -> int:
    """Delete jobs that ended before that moment; return how many."""
    with store.writing() as connection:
        return connection.execute(delete(job).where(job.c.finished_at < before, job.c.state.not_in(OPEN))).rowcount


def forget_accounts(store: Store, before: datetime) -> int:
    """Take the attributes from accounts that were deleted before that moment; return how many.

    The row stays: it tells that the account is gone, so that it is not made twice.
    """
    gone = (account_shadow.c.state == "deleted", account_shadow.c.changed_at < before)
    with store.writing() as connection:
        rows = connection.execute(select(account_shadow.c.id, account_shadow.c.attributes).where(*gone))
        old = [row.id for row in rows if row.attributes]
        for start in range(0, len(old), CHUNK):
            some = account_shadow.c.id.in_(old[start : start + CHUNK])
            connection.execute(update(account_shadow).where(some).values(attributes={}))
    return len(old)


def _newest(condition: object) -> Select[tuple[int]]:
    return select(func.max(hr_import.c.id)).where(condition).group_by(hr_import.c.source)  # type: ignore[arg-type]
