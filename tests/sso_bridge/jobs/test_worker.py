"""A worker in the process of the test: jobs, runs, schedules, faults."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from mappings.days import Zones, mark_of
from provisioners.errors import NeedsAdmin
from sso_bridge.clock import now
from sso_bridge.jobs.handlers import SyncJobs
from sso_bridge.jobs.nightly import Nightly
from sso_bridge.jobs.port import Outcome
from sso_bridge.jobs.timetable import EveryTurn
from sso_bridge.jobs.worker import Worker
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.queue.presence import Presence
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
    made = (number, plan)
    table = SyncJobs(lambda: made, rollouts.runs, lambda _: made, lambda: made, rollouts.store.writing).handlers()
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


def taken(jobs):
    """Take all queued jobs, do nothing, and return what they were."""
    found = []
    while (job := jobs.lease("w")) is not None:
        jobs.finish(job, "w", Outcome({}))
        found.append(job.what)
    return found


def test_schedule_of_several_zones(store, clock):
    """Each zone has its own night; zones with one midnight share it, and what was missed together is one sync."""
    jobs, zones = Jobs(store, clock), ("Europe/Amsterdam", "America/Curacao", "America/Santo_Domingo", "Asia/Singapore")
    clock.now = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
    schedules = [Nightly(jobs, clock, time(0), lambda: zones) for _ in range(2)]
    syncs = []

    for _ in range(25):
        for each in schedules:
            each.tick()
        syncs += [f"{clock.now:%d %H:%M}"] * taken(jobs).count("sync")
        clock.move(hours=1)

    assert ["02 12:00", "02 16:00", "02 23:00", "03 04:00"] == syncs


def test_housekeeping_of_several_zones(store, clock):
    """The day's housekeeping is due again when the day begins in another zone, once."""
    jobs, zones = Jobs(store, clock), Zones("Europe/Amsterdam", "location", (("Singapore", "Asia/Singapore"),))
    clock.now = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
    schedules = [EveryTurn(jobs, "housekeeping", lambda: mark_of(zones.at(clock()))) for _ in range(2)]
    begun = []

    for _ in range(10):
        for each in schedules:
            each.tick()
        begun += [f"{clock.now:%d %H:%M}"] * len(taken(jobs))
        clock.move(hours=1)

    assert ["02 15:00", "02 16:00", "02 23:00"] == begun
