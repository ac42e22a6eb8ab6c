"""Places where HR leaves files: looked at every so often, by whichever worker is free."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from provisioners.errors import NeedsAdmin
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.filed import FolderSource, SftpSource
from sso_bridge.hr.pickup.place import Place, PlaceDown
from sso_bridge.hr.pickup.taking import SECONDS, Taking
from sso_bridge.jobs.port import Job, Outcome, Queue

JOB = "hr_pickup"
OpenPlace = Callable[[FolderSource | SftpSource], AbstractContextManager[Place]]


@dataclass
class Pickups:
    """Enqueues the looks that are due, once each, however many workers ask."""

    queue: Queue
    clock: Clock
    configuration: Callable[[], Configuration]

    def tick(self) -> None:
        """Enqueue what is due."""
        now = int(self.clock().timestamp())
        for name, source in self.configuration().hr_sources.items():
            if isinstance(source, FolderSource | SftpSource):
                turn = now // (int(source.every[:-1]) * SECONDS[source.every[-1]])
                self.queue.enqueue(JOB, {"source": name}, key=f"{JOB}:{name}:{source.every}:{turn}", by="schedule")


@dataclass(frozen=True, slots=True)
class PickUp:
    """The handler of that job."""

    open_place: OpenPlace
    taking: Taking
    configuration: Callable[[], Configuration]

    def __call__(self, job: Job) -> Outcome:
        """Look once; a place that is down is an error, and says nothing about anybody."""
        name = str(job.arguments["source"])
        source = self.configuration().hr_sources.get(name)
        if not isinstance(source, FolderSource | SftpSource):
            return Outcome(error=f"{name} is no HR source of the kind folder or sftp")
        try:
            with self.open_place(source) as place:
                return Outcome({"source": name, **self.taking.take(name, source, place, job.by)})
        except (PlaceDown, NeedsAdmin) as why:
            return Outcome(error=str(why))
