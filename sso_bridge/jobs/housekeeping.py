"""What is done every day whether or not anybody asks: dates take effect, access of leavers ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mappings.days import Day
from sso_bridge.audit.events import AuditTrail
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.departures import Departures
from sso_bridge.store.staff.oddities import Oddities
from sso_bridge.store.staff.register import Register
from sso_bridge.store.sync.simulations import Simulations

JOB = "housekeeping"


@dataclass(frozen=True, slots=True)
class Housekeeping:
    """The handler of that job. Each of its steps is safe to repeat."""

    store: Store
    clock: Clock
    audit: AuditTrail
    today: Callable[[], Day]

    def __call__(self, _job: Job) -> Outcome:
        """Do it all and tell how much there was."""
        with self.store.writing():
            rolled = Register(self.store, self.clock).roll(self.today())
            ended = Departures(self.store, self.clock, self.audit, self.today).end_access("worker")
        Simulations(self.store, self.clock).tidy()
        odd = Oddities(self.store, self.clock, self.today).look().count
        counts = {"dates": rolled, "departed": ended, "oddities": odd}
        return Outcome(counts)
