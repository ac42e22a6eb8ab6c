"""Carries out simulations that were sent to the admin API."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from provisioners.errors import FeedRefused, SyncError
from provisioners.sync.collect.laid import laid
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from sso_bridge.configuration.live import Live
from sso_bridge.hr.sources import source_of
from sso_bridge.jobs.look import Looking
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.jobs.supposing import summary, suppose
from sso_bridge.store.sync.simulations import Simulations

JOB = "simulation"
ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Simulate:
    """The handler of that job. Safe to repeat: nothing but the result is written."""

    looking: Callable[[], Looking]
    simulations: Simulations

    def __call__(self, job: Job) -> Outcome:
        """Lay the rows over the staff, plan, and keep what would change."""
        uuid = str(job.arguments["simulation"])
        found, body = self.simulations.get(uuid), self.simulations.body(uuid)
        if found is None or body is None:
            return Outcome({"simulation": uuid, "state": found.state if found else "over"})
        looking = self.looking()
        try:
            rows = laid([Upload(ROWS, io.BytesIO(body))], layout_of(looking.current(), found.source))
            told = summary(suppose(looking, rows, on=found.on, platforms=_platforms(job)), rows)
        except (FeedRefused, SyncError) as error:
            self.simulations.finish(uuid, error=f"{error}" + (f"; {error.hint}" if error.hint else ""))
            return Outcome({"simulation": uuid, "state": "refused"})
        self.simulations.finish(uuid, result=told)
        return Outcome({"simulation": uuid, "state": "done", "changes": told["total"]})


def layout_of(live: Live, source: str) -> Source:
    """Return how the rows are laid out: as those of an HR source, or under our own names; NeedsAdmin."""
    return source_of(live.configuration, source) if source else Source("supposed")


def _platforms(job: Job) -> list[str]:
    return [str(name) for name in job.arguments.get("platforms", ())]
