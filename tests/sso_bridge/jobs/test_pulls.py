"""HR systems read by schedule, through the gate into the register: no fault makes a leaver."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import responses

from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.pull.reader import PullReader
from sso_bridge.hr.reception import Reception
from sso_bridge.jobs.directories import JOB, ReadDirectory, reading_spans
from sso_bridge.jobs.port import Job
from sso_bridge.jobs.timetable import EverySource
from sso_bridge.outgoing import open_session
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.staff.imports import Imports
from sso_bridge.store.staff.register import Register
from tests.fakes.hr_systems import PEOPLE, SHAPES, HrSystem


@pytest.fixture(params=sorted(SHAPES))
def system(request) -> HrSystem:
    """Each HR system."""
    return HrSystem(request.param)


@pytest.fixture
def desk(store, clock, audit, system):
    """The job that reads it, the schedule, and what came of it."""
    live = SimpleNamespace(configuration=parse({"hr_sources": {"people": dict(system.source)}}).configuration)
    queue, imports = Jobs(store, clock), Imports(store, clock)
    reception = Reception(store, clock, audit, queue, lambda: live, lambda: clock().date())
    session = open_session()
    reader = PullReader(lambda: live.configuration, lambda _: "s3cret", lambda: session, clock, lambda _: None)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as wire:
        system.listen(wire)
        yield SimpleNamespace(
            job=ReadDirectory(reader, reception, imports, clock),
            reception=reception,
            imports=imports,
            register=Register(store, clock),
            queue=queue,
            schedule=EverySource(queue, clock, JOB, lambda: reading_spans(live.configuration)),
        )


def run(desk: SimpleNamespace):
    """Read once, and let a worker take what came of it."""
    outcome = desk.job(Job(1, JOB, {"source": "people"}, by="schedule"))
    made = (outcome.result or {}).get("import")
    if made:
        desk.reception.take(Job(2, "hr_import", {"import": made, "files": ["people", "units"]}))
    return outcome


def test_no_leavers(desk, system, clock):
    """PR-04: day after day the last page fails: everybody stays, nothing was imported."""
    run(desk)
    for _ in range(3):
        clock.move(hours=24)
        system.faults[len(system.calls) + (1 if system.kind == "workday" else 7)] = lambda answer, before: (500, {}, "")
        assert "answers 500" in run(desk).error

    assert 1 == len(desk.imports.newest())
    assert len(PEOPLE) == len(set(desk.register.present("people")))


def test_a_day(desk, system, clock):
    """Unchanged: no import. Changed: an import of changes, by which nobody leaves. A day later: a snapshot."""
    first = run(desk)
    clock.move(hours=6)
    unchanged = run(desk)
    system.people[1] = {**system.people[1], "unit": "Legal"}
    del system.people[-1]
    clock.move(hours=6)
    changed = run(desk)
    clock.move(hours=24)
    whole = run(desk)

    assert {"source": "people", "people": 0} == unchanged.result
    assert [True, False, True] == [one.result["complete"] for one in (first, changed, whole)]
    assert ["taken"] * 3 == [one.state for one in desk.imports.newest()]
    assert len(PEOPLE) == len(set(desk.register.present("people")))


def test_schedule(desk):
    """Each system is queued once per turn, however many workers ask."""
    for _ in range(2):
        desk.schedule.tick()

    assert {"source": "people"} == dict(desk.queue.lease("worker").arguments)
    assert desk.queue.lease("worker") is None
