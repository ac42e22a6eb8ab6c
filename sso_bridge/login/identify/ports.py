"""What finding out who somebody is needs from outside, besides `login.ports`."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from mappings.people import Person
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.identify.doubt import Doubt


class Doubts(Protocol):
    """Where doubts wait for administrators (`store.conflicts.Conflicts`)."""

    def queue(self, doubt: Doubt, reference: str, now: datetime) -> None:
        """Keep the doubt; outside the transaction of the sign-in that it ended."""
        ...


class Externals(Protocol):
    """Where people are kept whom only a workplace knows (`store.externals.Externals`)."""

    def admit(self, login: VerifiedLogin, mail: str) -> Person:
        """Return a new person with what the workplace says, and this mail address or none."""
        ...
