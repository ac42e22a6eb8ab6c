"""Every hour: the metadata of SAML workplaces is refreshed where its turn has come, and what ends soon is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sso_bridge.jobs.port import Job, Outcome

JOB = "workplace_metadata"


@dataclass(frozen=True, slots=True)
class LookingAfterPeers:
    """The handler of that job; `look` refreshes what is due and returns how much there was."""

    look: Callable[[], Mapping[str, int]]

    def __call__(self, _job: Job) -> Outcome:
        """Do it."""
        return Outcome(dict(self.look()))
