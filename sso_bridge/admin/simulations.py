"""Simulations: what a re-organisation would change, by platform and unit, without taking anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import By, Day, Name, Newest, Since, Until
from sso_bridge.admin.configuration import PLATFORMS
from sso_bridge.admin.delegation import Reach, page_of
from sso_bridge.api.paging import Next
from sso_bridge.api.problems import Flaw, Invalid, NotFound, TooLarge, WrongMedia
from sso_bridge.api.route import UUID, Answer, Call, Route, Taken, Told
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.jobs.look import synced
from sso_bridge.jobs.port import Queue
from sso_bridge.jobs.simulation import JOB
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.simulations import Simulation, Simulations

BASE = "/admin/v1/simulations"
MEDIA = ("text/csv", "application/x-ndjson", "application/gzip")
MOST_BYTES = 8 * 1024 * 1024


class Supposed(Taken):
    """For which day, where, and how the rows are laid out."""

    on: Day | None = Field(default=None, description="The day it would be; today without one.")
    platform: Name | None = Field(default=None, description="Only this platform.")
    source: Name | None = Field(default=None, description="The columns are those of this HR source; else our own.")


class Which(Newest):
    """Which simulations."""

    state: Literal["waiting", "done", "refused"] | None = None
    by: By | None = None
    since: Since | None = None
    until: Until | None = None


class SimulationTold(Told):
    """One simulation. Its rows are not kept; the result is, until `until`."""

    id: str
    place: int
    state: Literal["waiting", "done", "refused"]
    on: date
    by: str
    made_at: datetime
    until: datetime
    error: str = Field(description="Why nothing could be said; empty when it could.")


class Result(SimulationTold):
    """A simulation with its result: counts by platform and unit, what guards would hold, the first 2,000 changes."""

    result: dict[str, Any] | None


class SimulationList(Told):
    """A page of simulations."""

    items: list[SimulationTold]
    next: Next


class SimulationRoutes:
    """The routes of simulations."""

    def __init__(
        self, store: Store, simulations: Simulations, queue: Queue, live: LiveConfiguration,
        today: Callable[[], date], reach: Reach,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._store = store
        self._simulations = simulations
        self._queue = queue
        self._live = live
        self._today = today

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        return (
            Route("POST", BASE, "plans.make", self.begin, "Simulate a re-organisation",
                  description="CSV or JSON lines of people, units or leaves, 8 MiB at most, laid over what HR states: "
                  "an empty cell leaves what is there. A worker plans for it; nothing is taken, no platform is asked. "
                  "The rows are deleted then, the result after seven days.", query=Supposed, media=MEDIA,
                  streams=True, status=202, result=SimulationTold, answer_headers={"Location": "The simulation."},
                  within=PLATFORMS),
            Route("GET", BASE, "plans.read", self.newest, "Simulations, newest first", query=Which,
                  result=SimulationList, within=PLATFORMS,
                  description="With delegated rights: those that this token asked for."),
            Route("GET", f"{BASE}/{{simulation}}", "plans.read", self.read, "What would change",
                  parameters={"simulation": UUID}, result=Result, within=PLATFORMS),
        )  # fmt: skip

    def begin(self, call: Call) -> Answer:
        """Keep the rows, and queue the work."""
        asked: Supposed = call.query
        if call.request.mimetype not in MEDIA:
            raise WrongMedia(f"the body must be one of: {', '.join(MEDIA)}")
        live, bound = self._live.current().configuration, bool(call.token.bounds.kinds)
        known = [name for name in synced(live) if self._reach.platform(call.token, name)]
        if (asked.platform is not None and asked.platform not in known) or (bound and not known):
            raise Invalid(errors=[Flaw(detail="is no platform with connector and mapping", parameter="platform")])
        if asked.source is not None and (bound or asked.source not in live.hr_sources):
            raise Invalid(errors=[Flaw(detail="there is no such HR source", parameter="source")])
        body = call.request.stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge
        if not body:
            raise Invalid("the body is empty")
        platforms = [asked.platform] if asked.platform else known if bound else []
        with self._store.writing():
            made = self._simulations.begin(body, by=call.actor, on=asked.on or self._today(), source=asked.source or "")
            arguments = {"simulation": made.uuid, "platforms": platforms}
            self._queue.enqueue(JOB, arguments, key=f"{JOB}:{made.uuid}", by=call.actor)
        return Answer(SimulationTold(**_told(made)), {"Location": f"{BASE}/{made.uuid}"})

    def newest(self, call: Call) -> Answer:
        """Return a page of them."""
        asked: Which = call.query
        found, following = page_of(
            lambda count, before: self._simulations.newest(count, before, asked.filters()),
            lambda one: self._reach.own(call.token, one.by), lambda one: one.id, asked.limit, asked.before,
        )  # fmt: skip
        return Answer(SimulationList(items=[SimulationTold(**_told(one)) for one in found], next=following))

    def read(self, call: Call) -> Answer:
        """Return one with its result."""
        found = self._simulations.get(call.path["simulation"])
        if found is None or not self._reach.own(call.token, found.by):
            raise NotFound
        result = None if found.result is None else dict(found.result)
        return Answer(Result(**_told(found), result=result))


def _told(one: Simulation) -> dict[str, Any]:
    return {
        "id": one.uuid, "place": one.id, "state": one.state, "on": one.on, "by": one.by, "made_at": one.made_at,
        "until": one.until, "error": one.error,
    }  # fmt: skip
