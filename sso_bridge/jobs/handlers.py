"""What workers do with the jobs of a sync: look and roll out within the guards, or roll out one approved plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from provisioners.ports import Transaction
from provisioners.sync.plan.change import Plan
from provisioners.sync.plan.focus import Beyond
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.staff.touched import Touched
from sso_bridge.store.sync.runs import Runs

Look = Callable[[], tuple[int, Plan]]
"""Makes and keeps the plan for today, for all platforms (`provisioners.sync.flow.Sync.look`)."""
Few = Callable[[Touched], tuple[int, Plan]]
"""Makes and keeps the plan for whoever a change concerns; Beyond when that may be everybody."""


@dataclass(frozen=True, slots=True)
class SyncJobs:
    """The handlers by name of job. Each is safe to repeat: a plan has one open run at most.

    `few` and `after` plan for what HR said of a few people: for those it concerns, and for everybody. `alone` opens a
    transaction that no other worker is in: what guards count is what was planned before.
    """

    look: Look
    runs: Runs
    few: Few
    after: Look
    alone: Transaction

    def handlers(self) -> Mapping[str, Callable[[Job], Outcome]]:
        """Return the table for the worker."""
        return {"sync": self.sync, "rollout": self.rollout}

    def sync(self, job: Job) -> Outcome:
        """Make today's plan and carry out what no guard holds; what is held waits for an administrator (PR-04).

        A run is opened also when all is held: the ledger is where everybody looks for what was not done (PR-09).
        When HR said something of a few people the plan is for whoever that concerns; everybody, when it cannot be told.
        """
        touched = Touched.read(job.arguments)
        if touched is not None:
            try:
                with self.alone():
                    return self._carried_out(job, *self.few(touched))
            except Beyond as why:
                done = self._carried_out(job, *self.after())
                return replace(done, result={**(done.result or {}), "everybody": str(why)})
        return self._carried_out(job, *(self.after() if "after" in job.arguments else self.look()))

    def _carried_out(self, job: Job, number: int, plan: Plan) -> Outcome:
        held = [f"{each.platform}: {each.guard}" for each in plan.held]
        if not plan.changes:
            return Outcome({"plan": number, "changes": 0, "held": held})
        self.runs.approve(number, job.by)
        run = self.runs.open(number, job.by)
        return Outcome({"plan": number, "run": run, "changes": len(plan.changes), "held": held})

    def rollout(self, job: Job) -> Outcome:
        """Open the run of a plan that was approved before it was queued."""
        return Outcome({"run": self.runs.open(int(job.arguments["plan"]), job.by)})
