"""Every hour: the metadata of SAML workplaces is refreshed where its turn has come, and what ends soon is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome, Queue

JOB = "workplace_metadata"


@dataclass
class Hourly:
    """Enqueues the look at the peers once an hour; any number of workers may ask."""

    queue: Queue
    clock: Clock
    _last: str = ""

    def tick(self) -> None:
        """Enqueue this hour's look once."""
        hour = f"{self.clock():%Y-%m-%dT%H}"
        if self._last != hour:
            self.queue.enqueue(JOB, {"hour": hour}, key=f"{JOB}:{hour}", by="schedule")
            self._last = hour


@dataclass(frozen=True, slots=True)
class LookingAfterPeers:
    """The handler of that job; `look` refreshes what is due and returns how much there was."""

    look: Callable[[], Mapping[str, int]]

    def __call__(self, _job: Job) -> Outcome:
        """Do it."""
        return Outcome(dict(self.look()))
