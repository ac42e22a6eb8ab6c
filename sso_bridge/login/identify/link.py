"""The first meeting of a workplace subject and a person: by an immutable HR key, without doubt, and for good.

Mail and user names are re-used by colleagues to come and are data, never keys (RP-04, ID-04). A subject or a person
that is linked at this workplace already is not linked again: changing a link is an administrator's act (ID-01).
"""

from __future__ import annotations

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import UnknownPerson
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER as KEY
from sso_bridge.login.ports import Links, Register


class LinkConflict(UnknownPerson):
    """Two workplace subjects claim one person; refused until an administrator has looked."""

    code = "link_conflict"


class Linker:
    """Makes first links."""

    def __init__(self, register: Register, links: Links, audit: AuditTrail, clock: Clock) -> None:
        self.register = register
        self.links = links
        self.audit = audit
        self.clock = clock

    def first_link(self, login: VerifiedLogin) -> int:
        """Return the person now linked to the subject; UnknownPerson when no key or nobody fits, LinkConflict."""
        workplace, number = login.subject.workplace, login.keys.get(KEY, "")
        if not number:
            raise UnknownPerson(f"{workplace} states no {KEY} for this new subject, and nothing else may link it")
        person = self.register.by_any_key(number)
        if person is None:
            raise UnknownPerson(f"the {KEY} that {workplace} states belongs to nobody, or to several, in the register")
        if not self.links.add(workplace, login.subject.key, person.id, KEY, self.clock()):
            raise LinkConflict(f"person {person.uuid} is known to {workplace} under another subject already")
        actor = f"person:{person.uuid}"
        self.audit.record(Event("link.made", actor, f"workplace:{workplace}", after={"by": KEY}, why="first sign-in"))
        return person.id
