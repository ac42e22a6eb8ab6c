"""Comparing everybody by the rules in force: every day, after each change of the configuration, and when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sso_bridge.configuration.live import Live
from sso_bridge.correlation.accounts import ComparingAccounts
from sso_bridge.correlation.comparing import Comparing
from sso_bridge.jobs.look import synced
from sso_bridge.jobs.port import Job, Outcome

JOB = "correlation"


@dataclass(frozen=True, slots=True)
class LookingForPairs:
    """The handler of that job; safe to repeat."""

    comparing: Comparing
    current: Callable[[], Live]

    def turn(self, today: date) -> str:
        """Return what has a look of its own: the day and the revision; nothing while there are no rules."""
        live = self.current()
        rules = live.configuration.correlation
        return f"{today}:{live.revision}" if rules.people or rules.accounts else ""

    def __call__(self, job: Job) -> Outcome:
        """Compare people, then accounts; nobody is joined, and no account adopted."""
        return Outcome(self.look(job.by))

    def look(self, actor: str, progress: Callable[[int], None] = lambda _done: None) -> dict[str, int]:
        """Return how many pairs are open by now."""
        configuration = self.current().configuration
        rules, platforms = configuration.correlation, synced(configuration)
        self.comparing.look(rules, actor, progress)
        ComparingAccounts(self.comparing).look(rules, platforms)
        with self.comparing.store.reading() as connection:
            return self.comparing.pairs.pending(connection)
