"""Sends the audit to a log collector: every record at least once, in order, from where it stopped (AD-11)."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from sso_bridge.audit.collector import Collector
from sso_bridge.audit.syslog import message
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome, Queue
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.administration.shipments import Shipments

JOB = "audit_shipping"
SLOT = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
BATCH = 500
MOST = 20
"""Batches of one job; what is left is the next one's."""


@dataclass(frozen=True, slots=True)
class Shipping:
    """The schedule and the handler of that job; harmless when every worker asks."""

    queue: Queue
    clock: Clock
    audit: AuditLog
    shipments: Shipments
    collector: Collector | None

    def tick(self) -> None:
        """Enqueue the job when there is something new; one for each place where it stands, anew after a while."""
        if self.collector is None:
            return
        sent, end = self.shipments.sent(), self.audit.end().seq
        if end > sent:
            slot = int(self.clock().timestamp() // SLOT.total_seconds())
            self.queue.enqueue(JOB, {"after": sent}, key=f"{JOB}:{sent}:{slot}", by="schedule")

    def __call__(self, _job: Job) -> Outcome:
        """Send what was not sent; what the collector took for sure is not sent again."""
        if self.collector is None:
            return Outcome({"sent": 0})
        host, count = socket.getfqdn(), 0
        for _ in range(MOST):
            after = self.shipments.sent()
            batch = list(islice(self.audit.records(after), BATCH))
            if not batch:
                break
            try:
                self.collector.take([message(record, host) for record in batch])
            except OSError as error:
                return Outcome(error=f"not sent ({type(error).__name__})", again=self.clock() + AGAIN)
            self.shipments.keep(batch[-1].seq, self.clock())
            count += len(batch)
        return Outcome({"sent": count})
