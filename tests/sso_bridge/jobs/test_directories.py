"""Reading directories by schedule: what counts, what is read again, what never becomes a snapshot."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from provisioners.errors import FeedRefused
from provisioners.sync.collect.opened import Upload
from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.lines import Reading
from sso_bridge.hr.reception import Reception
from sso_bridge.jobs.directories import JOB, ReadDirectory, reading_spans
from sso_bridge.jobs.port import Job
from sso_bridge.jobs.timetable import EverySource
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.staff.imports import Imports

WORKPLACE = {"kind": "ldap", "urls": ["ldaps://dc"], "base_dn": "dc=x", "bind_dn": "cn=b", "bind_password": "env:X"}
DOCUMENT = {
    "workplaces": {"ad": WORKPLACE},
    "hr_sources": {"people": {"kind": "ldap", "workplace": "ad", "every": "15m"}, "payroll": {"kind": "csv"}},
}


class Pages:
    """A directory: what it says next, and which marks it was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.people, self.mark, self.down = ["E1", "E2"], "DC1 10", False

    @contextmanager
    def read(self, _name: str, since: str = "") -> Iterator[Reading]:
        """Return it."""
        self.asked.append(since)
        if self.down:
            raise FeedRefused("the directory was not read to the end", hint="see doctor")
        lines = [json.dumps({"employee_number": one, "given_name": "Ada"}) for one in self.people]
        body = "\n".join([*lines, f"# rows={len(lines)}", ""])
        uploads = (Upload("people", io.BytesIO(body.encode())),) if lines else ()
        yield Reading(uploads, len(lines), complete=not since, mark=self.mark)


@pytest.fixture
def pages() -> Pages:
    """A directory with two people."""
    return Pages()


@pytest.fixture
def desk(store, clock, audit, pages) -> SimpleNamespace:
    """The job, its queue and the imports."""
    live = SimpleNamespace(configuration=parse(DOCUMENT).configuration)
    queue, imports = Jobs(store, clock), Imports(store, clock)
    reception = Reception(store, clock, audit, queue, lambda: live, lambda: clock().date())
    job = ReadDirectory(pages, reception, imports, clock)
    schedule = EverySource(queue, clock, JOB, lambda: reading_spans(live.configuration))
    return SimpleNamespace(job=job, reception=reception, imports=imports, schedule=schedule, queue=queue)


def run(desk: SimpleNamespace, **arguments: object):
    """Read once, and let a worker take what came of it."""
    outcome = desk.job(Job(1, JOB, {"source": "people", **arguments}, by="schedule"))
    made = (outcome.result or {}).get("import")
    if made:
        desk.reception.take(Job(2, "hr_import", {"import": made, "files": ["people"]}))
    return outcome


def test_whole_then_changes(desk, pages, clock):
    """The first reading is everybody; then only changes since the mark of what was taken."""
    first = run(desk)
    pages.people, pages.mark = ["E2"], "DC1 12"
    clock.move(minutes=15)
    second = run(desk)
    clock.move(minutes=15)
    run(desk)

    assert (True, False) == (first.result["complete"], second.result["complete"])
    assert ["", "DC1 10", "DC1 12"] == pages.asked
    assert ["taken", "taken"] == [one.state for one in desk.imports.newest()]


def test_everybody_once_a_day(desk, pages, clock):
    """After a day everybody is read again: nobody is absent because of changes."""
    run(desk)
    clock.move(hours=24)

    assert run(desk).result["complete"]
    assert ["", ""] == pages.asked


def test_refused_is_read_again(desk, pages, clock):
    """A mark counts only when its import was taken: a reading that shrank by half is made again (PR-04)."""
    pages.people = [f"E{number}" for number in range(40)]
    run(desk)
    pages.people, pages.mark = ["E1"], "DC1 99"
    clock.move(hours=24)
    run(desk)
    clock.move(minutes=15)
    run(desk)

    assert "refused" == desk.imports.newest()[0].state
    assert ["", "", ""] == pages.asked


def test_nothing_new(desk, pages, clock):
    """Nothing changed: no import, no sync."""
    run(desk)
    pages.people = []
    clock.move(minutes=15)

    assert {"source": "people", "people": 0} == run(desk).result
    assert 1 == len(desk.imports.newest())


def test_down(desk, pages):
    """A directory that cannot be read to the end is an error of the job; nothing reaches the gate (PR-04)."""
    pages.down = True

    assert "not read to the end" in run(desk).error
    assert () == desk.imports.newest()


def test_schedule(desk, clock):
    """Each directory is queued once per turn, however many workers ask; files are not."""
    for _ in range(3):
        desk.schedule.tick()
    clock.move(minutes=15)
    desk.schedule.tick()

    queued = [job for job in iter(lambda: desk.queue.lease("worker"), None) if job.what == JOB]

    assert [{"source": "people"}] * 2 == [dict(job.arguments) for job in queued]
