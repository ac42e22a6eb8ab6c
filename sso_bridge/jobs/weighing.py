"""Looking at everybody for a draft of the configuration, where there are too many people for a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mappings.errors import MappingError
from sso_bridge.configuration.changing.change import ConfigurationDesk
from sso_bridge.jobs.port import Job, Outcome
from sso_bridge.store.administration.revisions import NoSuchRevision

JOB = "configuration_look"


@dataclass(frozen=True, slots=True)
class LookAtDraft:
    """The handler of that job: what was found is kept with the content, for whoever applies it. Safe to repeat."""

    desk: Callable[[], ConfigurationDesk]

    def __call__(self, job: Job) -> Outcome:
        """Look at everybody and tell how many are concerned."""
        desk = self.desk()
        try:
            draft = desk.revisions.draft(int(job.arguments["draft"]))
            weighed = desk.weigh(draft.document, most=None)
        except (MappingError, NoSuchRevision) as error:
            return Outcome(error=f"{error.code}: {error}")
        found = weighed.effects
        return Outcome({"draft": draft.id, "people": found.people, "present": found.present})
