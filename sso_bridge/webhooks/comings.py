"""Who joined and who left: by the dates of HR, compared with who worked here when it was last looked at."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from mappings.days import Day
from mappings.employment import active_on
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.webhooks import Webhooks
from sso_bridge.store.staff.people import People
from sso_bridge.webhooks import reading
from sso_bridge.webhooks.events import EventType, Happening

JOB: Final = "webhook_people"
WANTED: Final = frozenset({"person.joined", "person.left"})


@dataclass(frozen=True, slots=True)
class Comings:
    """The handler of that job. The first look only remembers who is here."""

    webhooks: Webhooks
    people: People
    audit: AuditLog
    clock: Clock
    today: Callable[[], Day]

    def __call__(self, job: Job) -> Outcome:
        """Compare, and queue what is different."""
        day = self.today()
        here = {one.id for one in self.people.all() if active_on(one, day)}
        with self.webhooks.store.writing() as connection:
            row = reading.locked(connection, self.audit.end().seq)
            before = None if row is None or row["people"] is None else set(array("I", row["people"]))
            told: list[Happening] = []
            if before is not None:
                told = [*self._told("person.joined", here - before), *self._told("person.left", before - here)]
            self.webhooks.keep(told)
            reading.move(connection, people=array("I", sorted(here)).tobytes(), seen=str(job.arguments["mark"]))
        return Outcome({"told": len(told)})

    def _told(self, kind: EventType, ids: set[int]) -> list[Happening]:
        known, now = self.people.some(ids), self.clock()
        return [Happening(kind, now, f"person:{known[each].uuid}") for each in sorted(ids) if each in known]
