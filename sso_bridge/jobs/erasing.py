"""Erases a person once two hands have agreed, and cleans the files afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sso_bridge.clock import Clock
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.engine import Store
from sso_bridge.store.privacy.cleaning import clean
from sso_bridge.store.privacy.eraser import Eraser, NotErasable
from sso_bridge.store.privacy.erasures import Erasures

JOB = "erasure"
AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Erasing:
    """The handler. Safe to repeat: who was erased is only cleaned up after."""

    store: Store
    clock: Clock
    eraser: Eraser
    erasures: Erasures

    def __call__(self, job: Job) -> Outcome:
        """Erase, then clean; again later when the files were in use."""
        one = self.erasures.get(int(job.arguments["erasure"]))
        if one is None or one.done_by is None:
            return Outcome(error="nobody has agreed to it")
        told = {"rows": 0, "records": 0}
        if self.eraser.tombstones.of(one.person_id) is None:
            try:
                done = self.eraser.erase(one.person_id, by=one.done_by, why=one.why, forced=one.forced)
            except NotErasable as why:
                return Outcome(error=f"not erased: {len(why.reasons)} reasons; look at it again")
            told = {"rows": sum(done.rows.values()), "records": done.records}
        if not clean(self.store):
            return Outcome(told, error="the files could not be cleaned yet", again=self.clock() + AGAIN)
        return Outcome(told)
