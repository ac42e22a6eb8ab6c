"""Ending somebody's sessions, for administrators (SE-05)."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.people import Person
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.login.ports import Session
from sso_bridge.store.sign_in.openid import OpenIdGrants
from sso_bridge.store.sign_in.sessions import Sessions


@dataclass(frozen=True, slots=True)
class SessionEnding:
    """Sessions of one person, and the end of all of them with every token that rests on them."""

    sessions: Sessions
    grants: OpenIdGrants
    audit: AuditTrail
    clock: Clock

    def of(self, person_id: int) -> list[tuple[Session, list[str]]]:
        """Return the open sessions, each with the platforms that were told about it."""
        found = self.sessions.of_person(person_id, self.clock())
        return [(one, [use.platform for use in self.sessions.uses(one.id)]) for one in found]

    def end(self, person: Person, *, by: str, request: str = "") -> int:
        """End them at once, in every process, also the tokens; return how many sessions there were."""
        with self.sessions.store.writing():
            count = self.sessions.end_person(person.id, "ended_by_admin", self.clock())
            self.grants.revoke_person(person.id)
            after = {"sessions": count}
            self.audit.record(Event("sessions.ended", by, f"person:{person.uuid}", after=after, reference=request))
        return count
