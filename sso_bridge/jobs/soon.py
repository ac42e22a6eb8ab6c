"""A sync soon after a single change: one that waits serves all changes that came before it begins.

Whoever wrote says who was touched; that goes with the job, in the transaction of what was written: neither is kept
without the other. A job that was begun is never added to, for it may have looked already.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, func, select

from provisioners.sync.plan.focus import AFTER_CHANGES
from sso_bridge.store.engine import Store
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.staff.touched import MOST, Touched

JOB: Final = "sync"


@dataclass(frozen=True, slots=True)
class SyncSoon:
    """Asks for a sync in the open transaction, where syncs begin by themselves (`store.staff.touched.Soon`)."""

    queue: Jobs
    syncs: bool

    def __call__(self, touched: Touched | None = None) -> None:
        """Ask for one of these people; of everybody when it is not known who is touched, or they are too many."""
        if not self.syncs or (touched is not None and not touched.people):
            return
        waiting = self.queue.waiting(JOB)
        few = [(job.id, known) for job in waiting if (known := Touched.read(job.arguments)) is not None]
        if len(few) < len(waiting):
            return  # one of everybody waits
        if few:
            number, known = few[0]
            self.queue.amend(number, _arguments(touched and known | touched))
        else:
            self.queue.enqueue(JOB, _arguments(touched), key=f"sync soon:{uuid4()}", by="schedule")


@contextmanager
def one_at_a_time(store: Store) -> Iterator[Connection]:
    """Open a transaction that no other worker is in: SQLite has one writer, PostgreSQL is told."""
    with store.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("sync after changes"))))
        yield connection


def _arguments(touched: Touched | None) -> dict[str, Any]:
    return dict(AFTER_CHANGES) if touched is None or len(touched.people) > MOST else dict(touched.arguments())
