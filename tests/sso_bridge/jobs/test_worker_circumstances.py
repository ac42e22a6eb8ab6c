"""What workers do is audited with the worker and the job."""

from __future__ import annotations

from sso_bridge.audit.circumstances import Circumstance, Circumstances, reason
from sso_bridge.audit.events import Event
from sso_bridge.clock import now
from sso_bridge.jobs.port import Outcome
from sso_bridge.jobs.worker import Worker
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.queue.jobs import Jobs
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts


def test_a_job(store) -> None:
    """AD-11: an act of a job names the worker and the job; one between jobs the worker alone."""
    rollouts, jobs, circumstances = Rollouts(store, now, FakePlatform()), Jobs(store, now), Circumstances()
    audit = AuditLog(store, now, circumstances)

    class Every:
        ticked = False

        def tick(self) -> None:
            if not self.ticked:
                audit.record(Event("by.schedule", "worker"))
            self.ticked = True

    def handler(_job) -> Outcome:
        audit.record(Event("by.job", "worker"))
        return Outcome({})

    every = Every()
    number = jobs.enqueue("it", {}, key="it", by="schedule")
    worker = Worker(
        "w", rollouts.parts, queue=jobs, ledger=rollouts.ledger, runs=rollouts.runs, handlers={"it": handler},
        schedules=(every,), circumstances=circumstances, clock=now, idle=0.01, renew_every=0.05, threads=1,
    )  # fmt: skip
    worker.run(lambda: every.ticked and jobs.job(number).state == "done")

    told = {record.what: (record.address, record.request) for record in audit.records()}
    assert {"by.schedule": ("worker:w", ""), "by.job": ("worker:w", f"job:{number}")} == {
        name: told[name] for name in ("by.schedule", "by.job")
    }


def test_closest_first() -> None:
    """What is stated for a block holds before what is stated for the thread, and that before the process."""
    circumstances = Circumstances()
    assert Circumstance() == circumstances.now()
    circumstances.everywhere(Circumstance("host"))
    assert "host" == circumstances.now().address
    circumstances.begin(Circumstance("192.0.2.1", "r1"))
    with circumstances.during(Circumstance("inside")):
        assert "inside" == circumstances.now().address
    assert "192.0.2.1" == circumstances.now().address
    circumstances.note(2)
    assert 2 == circumstances.recorded()
    circumstances.begin(Circumstance())
    assert 0 == circumstances.recorded()


def test_a_reason_is_one_line() -> None:
    """AD-12: a stated reason cannot bring lines or codes of its own, nor fill the audit."""
    assert ("a b", 500) == (reason(" a\nb\x1b"), len(reason("x" * 900)))
