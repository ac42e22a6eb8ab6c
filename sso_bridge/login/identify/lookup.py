"""Find the person behind a workplace subject, and refuse whoever does not work here today (ID-05)."""

from __future__ import annotations

from collections.abc import Callable

from mappings.days import Day
from mappings.employment import active_on
from mappings.people import Person
from sso_bridge.errors import PersonInactive, UnknownPerson
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.identify.link import Linker
from sso_bridge.login.ports import Links, Register


class Identify:
    """Step 2. `today` tells the dates of this moment."""

    def __init__(self, register: Register, links: Links, linker: Linker, today: Callable[[], Day]) -> None:
        self.register = register
        self.links = links
        self.linker = linker
        self.today = today

    def person(self, login: VerifiedLogin) -> Person:
        """Return the person this login belongs to; a subject seen for the first time is linked by its HR key."""
        known = self.links.person_of(login.subject.workplace, login.subject.key)
        person = self.by_id(self.linker.first_link(login) if known is None else known)
        if person.is_external:
            self.linker.check_still_external(login, person)
        return person

    def by_id(self, person_id: int) -> Person:
        """Return the person with our id, who works here today; raise otherwise."""
        person = self.register.by_id(person_id)
        if person is None:
            raise UnknownPerson(f"person {person_id} is not in the staff register")
        if person.is_external and not self.linker.admits(person):
            raise UnknownPerson(f"person {person.uuid} is not known to HR, and the workplace admits nobody else now")
        if not active_on(person, self.today()):
            raise PersonInactive(f"person {person.uuid} does not work here today: status {person.status}")
        return person
