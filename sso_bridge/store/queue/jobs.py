"""Queued work as rows with leases: any number of workers, on any number of machines, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.ledger import job

MOST_ATTEMPTS = 5
OPEN = ("waiting", "leased")


class Jobs:
    """Fulfils `jobs.port.Queue`. A job whose worker died is taken over when its lease has ended."""

    def __init__(self, store: Store, clock: Clock, *, lease: timedelta = timedelta(seconds=15)) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease

    def enqueue(self, what: str, arguments: Mapping[str, Any], *, key: str, by: str) -> int:
        """Queue the work once per key."""
        row = {"what": what, "arguments": dict(arguments), "key": key, "by": by, "state": "waiting", "attempts": 0}
        with self._store.writing() as connection:
            try:
                with connection.begin_nested():
                    made = insert(job).values(**row, created_at=self._clock()).returning(job.c.id)
                    return int(connection.execute(made).scalar_one())
            except IntegrityError:
                return int(connection.execute(select(job.c.id).where(job.c.key == key)).scalar_one())

    def waiting(self, what: str) -> tuple[Job, ...]:
        """Return such jobs that wait, and keep workers from beginning them before the open transaction ends."""
        query = select(job).where(job.c.what == what, job.c.state == "waiting").order_by(job.c.id).with_for_update()
        with self._store.writing() as connection:
            return tuple(map(_job, connection.execute(query)))

    def amend(self, job_id: int, arguments: Mapping[str, Any]) -> None:
        """Give a job that waits, and is kept from beginning, other arguments."""
        with self._store.writing() as connection:
            connection.execute(update(job).where(job.c.id == job_id).values(arguments=dict(arguments)))

    def job(self, job_id: int) -> Job | None:
        """Return the job as it stands."""
        with self._store.reading() as connection:
            row = connection.execute(select(job).where(job.c.id == job_id)).one_or_none()
        return None if row is None else _job(row)

    def failed(self, limit: int = 50) -> tuple[Job, ...]:
        """Return the latest jobs that were given up: the dead letters an administrator should see."""
        with self._store.reading() as connection:
            query = select(job).where(job.c.state == "failed").order_by(job.c.id.desc()).limit(limit)
            return tuple(_job(row) for row in connection.execute(query))

    def cancel(self, job_id: int) -> bool:
        """Cancel what has not ended; the worker that has it loses its lease."""
        with self._store.writing() as connection:
            done = connection.execute(
                update(job)
                .where(job.c.id == job_id, job.c.state.in_(OPEN))
                .values(state="cancelled", owner=None, finished_at=self._clock())
            )
            return bool(done.rowcount)

    def lease(self, owner: str) -> Job | None:
        """Take the oldest due job; one that killed its workers too often is given up (TM-02)."""
        now = self._clock()
        due = or_(
            and_(job.c.state == "waiting", or_(job.c.not_before.is_(None), job.c.not_before <= now)),
            and_(job.c.state == "leased", job.c.until <= now),
        )
        with self._store.writing() as connection:
            query = select(job).where(due).order_by(job.c.id).limit(1).with_for_update(skip_locked=True)
            while (row := connection.execute(query).one_or_none()) is not None:
                values: dict[str, Any]
                if row.attempts >= MOST_ATTEMPTS:
                    values = {"state": "failed", "owner": None, "finished_at": now}
                    values["error"] = row.error or "the work ended its worker every time it was tried"
                else:
                    values = {"state": "leased", "owner": owner, "until": now + self._lease}
                    values["attempts"] = row.attempts + 1
                connection.execute(update(job).where(job.c.id == row.id).values(**values))
                if values["state"] == "leased":
                    return _job(row, state="leased", attempts=row.attempts + 1)
        return None

    def renew(self, owner: str) -> None:
        """Keep the leases of a living worker."""
        with self._store.writing() as connection:
            connection.execute(
                update(job)
                .where(job.c.owner == owner, job.c.state == "leased")
                .values(until=self._clock() + self._lease)
            )

    def finish(self, done: Job, owner: str, outcome: Outcome) -> bool:
        """Write how it ended, if the lease is still ours."""
        values: dict[str, Any] = {"owner": None, "until": None, "error": outcome.error or None}
        if outcome.again is not None:
            values |= {"state": "waiting", "not_before": outcome.again}
        else:
            values |= {"state": "failed" if outcome.error else "done", "finished_at": self._clock()}
            values["result"] = None if outcome.result is None else dict(outcome.result)
        mine = (job.c.id == done.id, job.c.owner == owner, job.c.state == "leased")
        with self._store.writing() as connection:
            return bool(connection.execute(update(job).where(*mine).values(**values)).rowcount)


def _job(row: Row[Any], **other: Any) -> Job:
    values = {
        "id": row.id,
        "what": row.what,
        "arguments": row.arguments,
        "state": row.state,
        "by": row.by,
        "attempts": row.attempts,
        "result": row.result,
        "error": row.error or "",
        "created_at": row.created_at,
        "finished_at": row.finished_at,
    }
    return Job(**(values | other))
