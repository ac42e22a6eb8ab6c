"""Under which name a platform knows somebody: the same for sign-in claims and for the account it is provisioned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mappings.people import Person
from mappings.subject import subject_for
from sso_bridge.login.ports import PlatformView


@dataclass(frozen=True, slots=True)
class PlatformSubjects:
    """Fulfils `ports.Subjects`. `secret` gives the key ring's secret for pairwise names."""

    secret: Callable[[], bytes]

    def subject(self, platform: PlatformView, person: Person) -> str:
        """Return the permanent name of this person at this platform (IDP-07)."""
        return subject_for(self.secret(), platform.name, person.uuid, platform.subject)
