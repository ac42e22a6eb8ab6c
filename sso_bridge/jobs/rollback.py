"""The plan that undoes a run, made like any other plan: guarded, kept, audited; carried out only when approved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from provisioners.errors import SkipAccount
from provisioners.ports import Clock, Entry, Ledger, Plans, Shadows, Trail, Transaction
from provisioners.sync.plan.change import Change, Held, Plan, make_plan
from provisioners.sync.plan.diff import in_order
from provisioners.sync.plan.guards import Guards, Limit
from provisioners.sync.rollout.undo import Undo, Works
from sso_bridge.store.sync.runs import Runs

REACHED = frozenset({"platforms", "person"})
"""What a plan's scope says of whom it touches: what undoes it touches nothing else (AD-02)."""
Limits = Callable[[str], Mapping[str, Limit]]
"""The guards of a platform as configured (`plan.guards.guards_from`)."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """Turns a run around. `works` tells who works here today: nobody else is woken up (PR-11)."""

    runs: Runs
    plans: Plans
    shadows: Shadows
    ledger: Ledger
    trail: Trail
    limits: Limits
    works: Works
    clock: Clock
    transaction: Transaction

    def look(self, run: int, *, on: date, revision: int) -> tuple[int, Plan]:
        """Return (number, plan) that restores what the run has changed; raises SkipAccount for an unknown run."""
        report = self.runs.report(run)
        if report is None:
            raise SkipAccount(f"there is no run {run}")
        undo = Undo(self.shadows, self.works, f"rollback of run {run}")
        undo.turn_around(self.runs.made(run))
        changes, held = self._guarded(in_order(undo.changes))
        undone = self.plans.load(report.plan)
        scope = {name: said for name, said in (undone.scope if undone else {}).items() if name in REACHED}
        scope |= {"rollback": str(run)}
        plan = make_plan(
            changes, on=on, revision=revision, organisation=0, held=held, findings=undo.findings, scope=scope
        )
        with self.transaction():
            number = self.plans.keep(plan)
            after = {"digest": plan.digest, "undoes": run, "counts": plan.counts()}
            self.trail.record(Entry("plan.made", f"plan:{number}", after=after))
        return number, plan

    def _guarded(self, changes: list[Change]) -> tuple[list[Change], list[Held]]:
        kept: list[Change] = []
        held: list[Held] = []
        for platform in sorted({change.platform for change in changes}):
            mine = [change for change in changes if change.platform == platform]
            guards = Guards(self.limits(platform), _counter(self.ledger, platform))
            accounts = sum(shadow.state == "active" for shadow in self.shadows.accounts(platform))
            members = sum(len(group.members) for group in self.shadows.groups(platform))
            mine, stopped = guards.hold(mine, accounts=accounts, members=members, platform=platform, now=self.clock())
            kept += mine
            held += stopped
        return in_order(kept), held


def _counter(ledger: Ledger, platform: str) -> Callable[..., int]:
    def done_since(kinds: Iterable[str], since: object) -> int:
        return ledger.done_since(platform, kinds, since)  # type: ignore[arg-type]  # the kinds of one guard

    return done_since
