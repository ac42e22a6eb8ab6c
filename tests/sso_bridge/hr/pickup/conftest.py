"""A desk that takes files out of a place, and the workers behind it."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from sso_bridge.configuration.document.parse import parse
from sso_bridge.hr.pickup.folder import Folder
from sso_bridge.hr.pickup.taking import Taking
from sso_bridge.hr.reception import Reception
from sso_bridge.jobs.pickups import JOB, PickUp, pickup_spans
from sso_bridge.jobs.port import Job
from sso_bridge.jobs.timetable import EverySource
from sso_bridge.store.queue.jobs import Jobs
from sso_bridge.store.staff.imports import Imports
from sso_bridge.store.staff.register import Register

PEOPLE = b"employee_number,given_name\nE1,Ada\nE2,Bob\n"


class Desk:
    """`source` is changed by a test; `place` opens where the files lie."""

    def __init__(self, store, clock, audit, source, place) -> None:
        self.store, self.clock, self.place = store, clock, place
        self.live = SimpleNamespace(configuration=None)
        self.configured(**source)
        self.queue, self.imports = Jobs(store, clock), Imports(store, clock)
        self.reception = Reception(store, clock, audit, self.queue, lambda: self.live, lambda: clock().date())
        self.register = Register(store, clock)
        self.schedule = EverySource(self.queue, clock, JOB, lambda: pickup_spans(self.live.configuration))
        self.restarted()

    def configured(self, **source) -> None:
        """Configure the source."""
        self.source = source
        self.live.configuration = parse({"hr_sources": {"payroll": source}}).configuration

    def restarted(self, largest: int = 1 << 20) -> None:
        """Forget what only the process remembers."""
        taking = Taking(self.reception, self.imports, self.clock, largest)
        self.pick_up = PickUp(self.place, taking, lambda: self.live.configuration)

    def look(self) -> dict:
        """Look once; return the counts, or the error."""
        outcome = self.pick_up(Job(1, JOB, {"source": "payroll"}, by="schedule"))
        return {
            name: count
            for name, count in (outcome.result or {"error": outcome.error}).items()
            if name != "source" and count
        }

    def work(self) -> None:
        """Let a worker take what was received."""
        while (job := self.queue.lease("w")) is not None:
            if job.what == "hr_import":
                self.queue.finish(job, "w", self.reception.take(job))
            else:
                self.queue.finish(job, "w", self.pick_up(job))

    def settled(self) -> dict:
        """Look, wait until nothing changes any more, and look again."""
        self.look()
        self.clock.move(minutes=2)
        return self.look()


@pytest.fixture
def folder(tmp_path):
    """The folder."""
    made = tmp_path / "drop"
    made.mkdir()
    return made


@pytest.fixture
def desk(store, clock, audit, folder) -> Desk:
    """What takes files out of the folder."""
    return Desk(store, clock, audit, {"kind": "folder", "path": str(folder)}, lambda source: Folder(folder))


def names(folder) -> list[str]:
    """Return all names in a folder and below, without the words that tell imports apart."""
    found = [one.relative_to(folder) for one in folder.rglob("*") if not one.is_dir()]
    return sorted("/".join((*one.parts[:-1], one.name[9:] if len(one.parts) > 1 else one.name)) for one in found)


def report(folder, into: str) -> dict:
    """Return the one report there."""
    (found,) = (folder / into).glob("*.report.json")
    return json.loads(found.read_text())
