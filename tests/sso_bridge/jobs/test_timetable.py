"""When jobs come due by themselves."""

from __future__ import annotations

from sso_bridge.jobs.port import Outcome
from sso_bridge.jobs.timetable import EverySource, EveryTurn
from sso_bridge.store.queue.jobs import Jobs


def taken(jobs: Jobs) -> list[dict[str, str]]:
    """Return the arguments of all jobs that wait; they are done."""
    found = list(iter(lambda: jobs.lease("w"), None))
    for job in found:
        jobs.finish(job, "w", Outcome({}))
    return [dict(job.arguments) for job in found]


def test_once_in_a_turn(store, clock):
    """Any number of workers ask; the job comes once in each turn, and not while it is nobody's."""
    turn, jobs = [""], Jobs(store, clock)
    workers = [EveryTurn(Jobs(store, clock), "tidy", lambda: turn[0]) for _ in range(2)]
    found = []

    for name in ("", "monday", "tuesday", "", "tuesday"):
        turn[0] = name
        for worker in workers * 2:
            worker.tick()
        found.append(taken(jobs))

    assert [[], [{"turn": "monday"}], [{"turn": "tuesday"}], [], []] == found


def test_as_often_as_it_says(store, clock):
    """Each source in its own rhythm, whatever becomes of the others."""
    jobs, spans = Jobs(store, clock), {"often": "1m", "seldom": "3m"}
    workers = [EverySource(Jobs(store, clock), clock, "read", lambda: spans) for _ in range(2)]
    found = []

    for _ in range(6):
        for worker in workers:
            worker.tick()
        found += [job["source"] for job in taken(jobs)]
        clock.move(minutes=1)

    assert (6, 2) == (found.count("often"), found.count("seldom"))
