"""What is thrown away every day because its time is over, and how long that is for each kind."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import structlog

from sso_bridge.audit.pruning import AuditBroken, Pruning
from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.forgetting import forget_accounts, forget_imports, forget_jobs, forget_plans, forget_runs
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.tidy import tidy_sign_ins
from sso_bridge.store.staff.import_rows import ImportRows

JOB = "retention"
ROWS_KEPT = 30
"""For so many days it can be asked what came of a row of HR, and what was kept out can be tried again."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Days:
    """How many days each kind is kept; 0 is for ever, where that is allowed."""

    traces: int = 90
    sessions: int = 30
    imports: int = 365
    plans: int = 365
    runs: int = 730
    jobs: int = 90
    accounts: int = 365
    audit: int = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """Throws it away. Each step is safe to repeat and by itself: one that fails does not keep the others from it."""

    store: Store
    clock: Clock
    pruning: Pruning | None = None
    days: Days = Days()

    def job(self, _job: Job) -> Outcome:
        """Do it as a job."""
        return Outcome(self())

    def __call__(self) -> dict[str, int]:
        """Do it all and tell how much there was."""
        now, days = self.clock(), self.days

        def before(kept: int) -> timedelta:
            return timedelta(days=kept)

        counts = tidy_sign_ins(self.store, now, sessions=before(days.sessions), traces=before(days.traces))
        counts["grants"] = OpenIdGrants(self.store, self.clock).prune(now - before(days.sessions))
        counts["runs"] = forget_runs(self.store, now - before(days.runs))
        counts["plans"] = forget_plans(self.store, now - before(days.plans))
        counts["import_rows"] = ImportRows(self.store).prune(now - before(min(days.imports, ROWS_KEPT)))
        counts["imports"] = forget_imports(self.store, now - before(days.imports))
        counts["jobs"] = forget_jobs(self.store, now - before(days.jobs))
        counts["accounts"] = forget_accounts(self.store, now - before(days.accounts))
        if days.audit and self.pruning is not None:
            try:
                counts["audit"] = self.pruning.prune(now - before(days.audit), why=f"kept for {days.audit} days")
            except AuditBroken:
                log.error("audit.not_pruned", hint="sso-bridge audit verify")  # noqa: TRY400 - its own line tells more
        return counts
