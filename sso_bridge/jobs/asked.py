"""What administrators ask the workers to do: make a plan, make the plan that undoes a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from mappings.days import home_day
from sso_bridge.jobs.look import Looking
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.jobs.rollback import Rollback


@dataclass(frozen=True, slots=True)
class AskedJobs:
    """The handlers by name of job. Each makes a plan under the name of who asked, and changes nothing else."""

    looking: Looking
    rollback: Callable[[str], Rollback]

    def handlers(self) -> Mapping[str, Callable[[Job], Outcome]]:
        """Return the table for the worker."""
        return {"plan": self.plan, "rollback": self.undo}

    def plan(self, job: Job) -> Outcome:
        """Make and keep a plan for these platforms, this person, this day."""
        asked = job.arguments
        day = asked.get("on")
        number, plan = replace(self.looking, actor=job.by)(
            platforms=[str(name) for name in asked.get("platforms", ())],
            only=int(asked.get("person", 0)),
            on=date.fromisoformat(day) if day else None,
        )
        held = [f"{each.platform}: {each.guard}" for each in plan.held]
        return Outcome({"plan": number, "changes": len(plan.changes), "held": held})

    def undo(self, job: Job) -> Outcome:
        """Make and keep the plan that turns a run around (PR-11)."""
        rollback = self.rollback(job.by)
        live = self.looking.current()
        number, plan = rollback.look(
            int(job.arguments["run"]), on=home_day(self.looking.today()), revision=live.revision
        )
        return Outcome({"plan": number, "changes": len(plan.changes)})
