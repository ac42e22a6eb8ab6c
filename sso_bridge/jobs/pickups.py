"""Places where HR leaves files: looked at every so often, by whichever worker is free."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass

from provisioners.errors import NeedsAdmin
from sso_bridge.configuration.document.model import Configuration
from sso_bridge.configuration.hr_sources.filed import FolderSource, SftpSource
from sso_bridge.hr.pickup.place import Place, PlaceDown
from sso_bridge.hr.pickup.taking import Taking
from sso_bridge.jobs.port import Job, Outcome

JOB = "hr_pickup"
OpenPlace = Callable[[FolderSource | SftpSource], AbstractContextManager[Place]]


def pickup_spans(configuration: Configuration) -> Mapping[str, str]:
    """Return how often each place is looked at."""
    sources = configuration.hr_sources.items()
    return {name: source.every for name, source in sources if isinstance(source, FolderSource | SftpSource)}


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
