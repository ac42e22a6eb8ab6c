"""Queued work (PR-10, TM-02)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sso_bridge.jobs.port import Outcome
from sso_bridge.store.queue.jobs import MOST_ATTEMPTS, Jobs


@pytest.fixture
def jobs(store, clock):
    return Jobs(store, clock)


def test_once_per_key(jobs):
    """The same key is queued once."""
    first = jobs.enqueue("sync", {}, key="night", by="schedule")
    second = jobs.enqueue("sync", {}, key="night", by="schedule")

    assert first == second
    assert jobs.lease("a").id == first
    assert jobs.lease("b") is None


def test_lost_with_its_transaction(jobs, store):
    """A job is kept or lost with the act that queued it."""
    with pytest.raises(RuntimeError), store.writing():  # noqa: PT012
        number = jobs.enqueue("sync", {}, key="night", by="cli")
        raise RuntimeError

    assert jobs.job(number) is None


def test_dead_worker(jobs, clock):
    """The job of a dead worker is taken over; the dead one can no longer end it."""
    jobs.enqueue("sync", {}, key="night", by="cli")
    lost = jobs.lease("a")
    clock.move(seconds=16)

    taken = jobs.lease("b")

    assert (taken.id, taken.attempts) == (lost.id, 2)
    assert jobs.finish(lost, "a", Outcome({"x": 1})) is False
    assert jobs.finish(taken, "b", Outcome({"x": 2})) is True
    assert jobs.job(lost.id).result == {"x": 2}


def test_deadly_job(jobs, clock):
    """A job that ends its worker every time is given up, visibly, and the rest goes on (TM-02)."""
    bad = jobs.enqueue("sync", {}, key="bad", by="cli")
    for _ in range(MOST_ATTEMPTS):
        jobs.lease("a")
        clock.move(seconds=16)
    good = jobs.enqueue("sync", {}, key="good", by="cli")

    assert jobs.lease("a").id == good
    assert [each.id for each in jobs.failed()] == [bad]


def test_again(jobs, clock):
    """Work that is put off comes back when its time has come."""
    jobs.enqueue("sync", {}, key="night", by="cli")
    job = jobs.lease("a")
    jobs.finish(job, "a", Outcome(error="down", again=clock.now + timedelta(minutes=1)))
    assert jobs.lease("a") is None

    clock.move(minutes=1)
    assert jobs.lease("a").id == job.id


def test_cancel(jobs):
    """A cancelled job is not begun, and one under way loses its lease."""
    number = jobs.enqueue("sync", {}, key="night", by="cli")
    job = jobs.lease("a")

    assert jobs.cancel(number) is True
    assert jobs.finish(job, "a", Outcome({})) is False
    assert jobs.job(number).state == "cancelled"
