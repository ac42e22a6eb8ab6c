"""Reads what happened and queues it for whoever subscribed; any number of workers may ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, Protocol

from mappings.days import Day, mark_of
from sso_bridge.audit.record import Record
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Queue
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.hands import MACHINES
from sso_bridge.store.administration.overview import Overview
from sso_bridge.store.administration.revisions import Revisions
from sso_bridge.store.administration.webhooks import Webhooks
from sso_bridge.webhooks import reading
from sso_bridge.webhooks.comings import JOB as PEOPLE
from sso_bridge.webhooks.comings import WANTED
from sso_bridge.webhooks.events import Happening, from_record
from sso_bridge.webhooks.sending import JOB, moment_key
from sso_bridge.webhooks.standing import Standing

EVERY: Final = timedelta(seconds=2)
AT_ONCE: Final = 1000


class Organisation(Protocol):
    """The staff register, as far as it says whether anything changed."""

    def version(self) -> int:
        """Return the number of the organisation."""
        ...


@dataclass
class Herald:
    """A schedule: what happened becomes messages, and messages become jobs."""

    webhooks: Webhooks
    standing: Standing
    audit: AuditLog
    revisions: Revisions
    overview: Overview
    people: Organisation
    queue: Queue
    clock: Clock
    today: Callable[[], Day]
    _next: datetime | None = None

    def tick(self) -> None:
        """Look, not more often than every two seconds."""
        now = self.clock()
        if self._next is not None and now < self._next:
            return
        self._next = now + EVERY
        self.look(now)

    def look(self, now: datetime) -> None:
        """Queue what happened, and a job for each receiver whose turn has come."""
        hooks = self.webhooks.all()
        standing = [one for one in hooks if self.standing.holds(one)]
        with self.webhooks.store.writing() as connection:
            if not hooks:
                reading.forget(connection)
                return
            end = self.audit.end().seq
            row = reading.locked(connection, end)
            if row is not None:
                self._read(connection, row)
        if any(WANTED & set(one.events) for one in standing):
            mark = f"{self.people.version()}:{mark_of(self.today())}"
            if row is None or row["seen"] != mark:
                self.queue.enqueue(PEOPLE, {"mark": mark}, key=f"{PEOPLE}:{mark}:{moment_key(now)}", by="schedule")
        for one in self.webhooks.due():
            key = f"{JOB}:{one.id}:{one.rounds}:{moment_key(now)}"
            self.queue.enqueue(JOB, {"webhook": one.id}, key=key, by="schedule")

    def _read(self, connection: Any, row: Any) -> None:
        records = list(islice(self.audit.records(row["audit"]), AT_ONCE))
        drafts = [one for one in self.revisions.drafts(AT_ONCE) if one.id > row["draft"]]
        told = [*self._told(records)]
        for draft in reversed(drafts):
            facts = {"base": draft.base, "digest": draft.digest}
            told.append(Happening("draft.waiting", draft.made_at, f"draft:{draft.id}", facts))
        self.webhooks.keep(told)
        far = {"audit": records[-1].seq} if records else {}
        if drafts:
            far["draft"] = max(one.id for one in drafts)
        if far:
            reading.move(connection, **far)

    def _told(self, records: list[Record]) -> Iterator[Happening]:
        for record in records:
            found = from_record(record)
            if found is None or (found.type == "plan.waiting" and not self._waits(record)):
                continue
            if found.type == "run.finished" and (found.facts.get("failed") or found.facts.get("dead")):
                yield replace(found, type="run.failed")
            else:
                yield found

    def _waits(self, record: Record) -> bool:
        """Return whether a plan waits for people: what a sync made is carried out at once, but for what is held."""
        number = record.target.removeprefix("plan:")
        row = self.overview.plan(int(number)) if number.isdecimal() else None
        if row is None:
            return False
        return bool(row["held"]) or (record.actor not in MACHINES and bool(row["counts"]))
