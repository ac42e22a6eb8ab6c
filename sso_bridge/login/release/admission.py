"""What sign-in adds to the rules: who is let in while a platform opens in waves, and values that nobody shares.

Where a platform is opened in waves these are people of the open waves, and those who have an account already.
So nobody is locked out of an account that they keep, and nobody gets in before their wave.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from mappings.chart import OrgChart
from mappings.desired import Outcome
from mappings.errors import EvaluationError
from mappings.people import Person


class Accounts(Protocol):
    """What is known of people's accounts, by our ids of them."""

    def has_account(self, platform: str, person_id: int, /) -> bool:
        """Return whether this person has an active account of ours on this platform."""
        ...

    def choose(self, platform: str, person_id: int, candidates: Mapping[str, tuple[str, ...]], /) -> Mapping[str, str]:
        """Return which of the candidates this person has, or is given now; an attribute with none left is missing."""
        ...


class WavedRules(Protocol):
    """The compiled rules, as far as they are asked here (`mappings.rules.Rules`)."""

    def outcome(self, platform: str, person: Person, chart: OrgChart, /) -> Outcome:
        """Return what the rules of one platform say about one person."""
        ...

    def having(self, outcome: Outcome, values: Mapping[str, str], person: Person, chart: OrgChart, /) -> Outcome:
        """Return the same with these values, in attributes and claims."""
        ...

    def admitted(self, waiting: Outcome, person: Person, chart: OrgChart, /) -> Outcome:
        """Return the answer for somebody who waits and has an account."""
        ...


@dataclass(frozen=True, slots=True)
class Admission:
    """Fulfils `login.ports.OutcomeRules`."""

    rules: WavedRules
    accounts: Accounts

    def outcome(self, platform: str, person: Person, chart: OrgChart) -> Outcome:
        """Return what the rules of one platform say about one person; accounts are only asked for those who wait."""
        found = self.rules.outcome(platform, person, chart)
        if found.waits and self.accounts.has_account(platform, person.id):
            found = self.rules.admitted(found, person, chart)
        return self._having(found, person, chart) if found.in_scope and found.candidates else found

    def _having(self, found: Outcome, person: Person, chart: OrgChart) -> Outcome:
        """Return the outcome with what this person alone has; EvaluationError when all of it is somebody else's."""
        chosen = self.accounts.choose(found.platform, person.id, found.candidates)
        for name, options in found.candidates.items():
            if options and name not in chosen:
                raise EvaluationError(f"every candidate for {name} is or was somebody else's")
        return self.rules.having(found, chosen, person, chart)
