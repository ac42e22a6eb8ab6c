"""A worker in the process of the test: jobs, runs, schedules, faults."""

from __future__ import annotations

from datetime import time

import pytest

from provisioners.errors import NeedsAdmin
from sso_bridge.clock import now
from sso_bridge.jobs.handlers import SyncJobs
from sso_bridge.jobs.nightly import Nightly
from sso_bridge.jobs.port import Outcome
from sso_bridge.jobs.worker import Worker
from sso_bridge.store.work.jobs import Jobs
from sso_bridge.store.work.presence import Presence
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members


@pytest.fixture
def rollouts(store):
    return Rollouts(store, now, FakePlatform())


@pytest.fixture
def jobs(store):
    return Jobs(store, now)


def work(rollouts, jobs, until, presence=None, **handlers):
    worker = Worker(
        "w", rollouts.parts, queue=jobs, ledger=rollouts.ledger, runs=rollouts.runs, handlers=handlers,
        presence=presence, clock=now, idle=0.01, renew_every=0.05, threads=2,
    )  # fmt: skip
    worker.run(until)


def test_open_run(rollouts, jobs):
    """A worker finds an open run by itself, carries it out and closes it."""
    run = rollouts.open(*(create(n) for n in range(1, 40)), group("all"), members("all", *range(1, 40)))

    work(rollouts, jobs, lambda: rollouts.runs.report(run).state == "done")

    assert rollouts.states(run) == {"done": 79}


def test_nightly_sync(rollouts, jobs):
    """The nightly job makes the plan, carries out what no guard holds, and leaves the rest to people (PR-04)."""
    number = rollouts.plan(create(1))
    plan = rollouts.plans.load(number)
    table = SyncJobs(lambda: (number, plan), rollouts.runs).handlers()
    job = jobs.enqueue("sync", {}, key="night", by="schedule")

    work(rollouts, jobs, lambda: rollouts.runs.latest() and rollouts.runs.report(1).state == "done", **table)

    assert jobs.job(job).result == {"plan": number, "run": 1, "changes": 1, "held": []}
    assert rollouts.runs.approval(number).by == "schedule"


def test_faulty_job(rollouts, jobs):
    """A job that fails is written down with a safe sentence, and the next one is done (TM-02)."""
    refused = jobs.enqueue("refused", {}, key="1", by="cli")
    faulty = jobs.enqueue("faulty", {}, key="2", by="cli")
    unknown = jobs.enqueue("unknown", {}, key="3", by="cli")
    good = jobs.enqueue("good", {}, key="4", by="cli")

    def refuse(_job):
        raise NeedsAdmin("secret detail", hint="set the token")

    def fault(_job):
        raise ValueError("secret detail")

    work(
        rollouts, jobs, lambda: jobs.job(good).state == "done",
        refused=refuse, faulty=fault, good=lambda _: Outcome({"ok": True}),
    )  # fmt: skip

    assert jobs.job(refused).error == "needs_admin: set the token"
    assert (jobs.job(faulty).state, jobs.job(faulty).error) == ("waiting", "fault (ValueError)")
    assert jobs.job(unknown).state == "failed"


def test_schedule(store, clock):
    """One sync and one reading back a day are queued after the hour, whichever and however many workers ask."""
    jobs = Jobs(store, clock)
    schedules = [Nightly(jobs, clock, time(2), lambda: ("Europe/Amsterdam",)) for _ in range(2)]

    for _ in range(3):
        for each in schedules:
            each.tick()
        clock.move(hours=8)

    queued = [(job.what, job.arguments["day"]) for job in iter(lambda: jobs.lease("w"), None)]
    assert queued == [(what, day) for day in ("2026-11-02", "2026-11-03") for what in ("sync", "drift")]


def test_sign_of_life(rollouts, jobs, store):
    """A worker is on the list while it works, with what it does, and not any more when it has ended."""
    presence, doing = Presence(store, now), []
    jobs.enqueue("long", {}, key="1", by="cli")

    def long(_job):
        while not any("long, job 1" in one.doing for one in presence.running()):
            pass
        doing.append(True)
        return Outcome({})

    work(rollouts, jobs, lambda: doing, presence=presence, long=long)

    assert () == presence.all()
