"""What small plans did before this one: changes of one person at a time add up as those of one plan do (PR-04)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from provisioners.ports import Ledger
from provisioners.sync.plan.change import Change, Kind


@dataclass(frozen=True, slots=True)
class Earlier:
    """Asks the ledger for one platform. `mine` are the people of this plan: it counts what it does to them itself."""

    ledger: Ledger
    platform: str
    mine: frozenset[int]

    def still_open(self, kinds: Iterable[Kind]) -> int:
        """Return how many single changes of these kinds are still to be made, by any plan."""
        return self.ledger.still_open(self.platform, kinds, self.mine) if self.mine else 0

    def within(self, kinds: Iterable[Kind], since: datetime) -> int:
        """Return to how many people's accounts, or for how many memberships, small plans did this since then.

        What they are still to do counts as done. An account that is made and then completed was not rewritten.
        """
        return self.ledger.small_since(self.platform, kinds, since, self.mine)

    def people(self, since: datetime, which: Callable[[Change], bool]) -> int:
        """Return in how many accounts small plans have changed, or will, what `which` tells."""
        found = {change.person_id for change in self.ledger.small_updates(self.platform, since) if which(change)}
        return len(found - self.mine)
