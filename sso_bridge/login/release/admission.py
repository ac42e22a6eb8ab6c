"""Who may sign in where a platform is opened in waves: people of the open waves, and those who have an account already.

So nobody is locked out of an account that they keep, and nobody gets in before their wave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from mappings.desired import Outcome
from mappings.people import OrgChart, Person

HasAccount = Callable[[str, int], bool]
"""Whether this person (by our id) has an active account of ours on this platform."""


class WavedRules(Protocol):
    """The compiled rules, as far as they are asked here (`mappings.rules.Rules`)."""

    def outcome(self, platform: str, person: Person, chart: OrgChart, /) -> Outcome:
        """Return what the rules of one platform say about one person."""
        ...

    def admitted(self, waiting: Outcome, person: Person, chart: OrgChart, /) -> Outcome:
        """Return the answer for somebody who waits and has an account."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Fulfils `login.ports.OutcomeRules`."""

    rules: WavedRules
    has_account: HasAccount

    def outcome(self, platform: str, person: Person, chart: OrgChart) -> Outcome:
        """Return what the rules of one platform say about one person; accounts are only asked for those who wait."""
        found = self.rules.outcome(platform, person, chart)
        if found.waits and self.has_account(platform, person.id):
            return self.rules.admitted(found, person, chart)
        return found
