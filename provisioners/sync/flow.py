"""The sync on one page: collect, compose, derive, plan, rollout, trail.

Collecting ends when the register has taken a believed feed; rolling out begins when a plan is approved and workers
carry it out (`rollout.executor`), told by `trail.report`. This page is what lies between: the look.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mappings.days import Day
from mappings.rules import Rules
from provisioners.ports import Clock, Entry, Ledger, Plans, Remembered, Shadows, Staff, Trail
from provisioners.spool import Scratch
from provisioners.sync.compose.near import Nearby, seen
from provisioners.sync.plan.change import Plan
from provisioners.sync.plan.diff import Target, plan_platforms, together
from provisioners.sync.plan.focus import EVERYBODY, Focus
from provisioners.sync.plan.sheaf import Drafts
from provisioners.sync.plan.steps import Subject


@dataclass(frozen=True, slots=True)
class Sync:
    """What a plan is made of. `apart` names platforms left out. `nearby`: a plan for few reads few others."""

    staff: Staff
    shadows: Shadows
    plans: Plans
    ledger: Ledger
    trail: Trail
    clock: Clock
    subject: Subject
    remembered: Remembered | None = None
    nearby: Nearby | None = None

    def look(
        self, rules: Rules, targets: Iterable[Target], *, revision: int, on: Day | None = None, only: Focus = EVERYBODY,
        apart: Mapping[str, str] | None = None, progress: Callable[[str, int], None] = lambda _name, _at: None,
    ) -> tuple[int, Plan]:  # fmt: skip
        """Return (number, plan) for these platforms on this day; keeps the plan, and changes nothing else."""
        version = self.staff.version()
        near, day = self.nearby if only else None, on or self.clock().date()
        chart, shadows, remembered = seen(day, only.ids, near, self.staff, self.shadows, self.remembered)
        drafts = Drafts(Scratch())
        gc.freeze()  # the chart stays to the end: looking for garbage among a million objects took an eighth of a plan
        try:
            parts = plan_platforms(
                targets, rules=rules, chart=chart, drafts=drafts, shadows=shadows,
                ledger=self.ledger, subject=self.subject, now=self.clock(), remembered=remembered, only=only,
                progress=progress,
            )  # fmt: skip
        finally:
            gc.unfreeze()
        plan = together(drafts, parts, apart or {}, on=chart.days, revision=revision, organisation=version, only=only)
        number = self.plans.keep(plan)
        self.trail.record(Entry("plan.made", f"plan:{number}", after={"digest": plan.digest, "counts": plan.counts()}))
        return number, plan
