"""Is there work that nobody takes up? What `doctor` and the list of workers ask."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.ledger import action, job, run

PATIENCE = timedelta(minutes=1)


def standstill(store: Store, now: datetime) -> str:
    """Return what waits for longer than a minute while nobody works; empty when all is well."""
    before = now - PATIENCE
    due = or_(job.c.not_before.is_(None), job.c.not_before < before)
    jobs = select(func.count()).where(job.c.state == "waiting", job.c.created_at < before, due)
    runs = select(func.count()).where(run.c.state == "open", run.c.opened_at < before)
    ready = or_(action.c.not_before.is_(None), action.c.not_before < before)
    actions = select(func.count()).where(action.c.state == "waiting", ready)
    busy = select(action.c.id).where(
        or_((action.c.state == "leased") & (action.c.until > now), action.c.done_at > before)
    )
    with store.reading() as connection:
        waiting_jobs = connection.execute(jobs).scalar_one()
        waiting_runs = connection.execute(runs).scalar_one() and connection.execute(actions).scalar_one()
        if waiting_runs and connection.execute(busy.limit(1)).first() is not None:
            waiting_runs = 0
    told = [f"{count:,} {what}" for count, what in ((waiting_jobs, "jobs"), (waiting_runs, "changes")) if count]
    return " and ".join(told)
