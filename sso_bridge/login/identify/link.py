"""The first meeting of a workplace subject and a person: by an immutable HR key, without doubt, and for good.

Mail and user names are re-used by colleagues to come and are data, never keys (ID-04); only where an administrator
wrote a rule for the domain at this workplace, a verified address makes the first link (RP-04). A subject or a person
that is linked at this workplace already is not linked again: changing a link takes two administrators (ID-01).
"""

from __future__ import annotations

from collections.abc import Callable

from mappings.days import Day
from mappings.employment import active_on
from mappings.people import EXTERNAL_MARK, Person
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import UnknownPerson
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER as KEY
from sso_bridge.login.authenticate.contract import MAIL
from sso_bridge.login.identify.doubt import Doubt, LinkConflict
from sso_bridge.login.identify.ports import Externals
from sso_bridge.login.ports import Links, Register


class Linker:
    """Makes first links. `manner` gives a workplace's rules, `today` tells the dates of this moment."""

    def __init__(
        self,
        register: Register,
        links: Links,
        externals: Externals,
        audit: AuditTrail,
        clock: Clock,
        manner: Callable[[str], Manner],
        today: Callable[[], Day],
    ) -> None:
        self.register = register
        self.links = links
        self.externals = externals
        self.audit = audit
        self.clock = clock
        self.manner = manner
        self.today = today

    def first_link(self, login: VerifiedLogin) -> int:
        """Return the person now linked to the subject; UnknownPerson when no key or nobody fits, LinkConflict."""
        workplace, number = login.subject.workplace, login.keys.get(KEY, "")
        person, by, claim = (self._by_number(login, number), KEY, number) if number else self._without_number(login)
        if not self.links.add(workplace, login.subject.key, person.id, by, self.clock()):
            why = f"person {person.uuid} is known to {workplace} under another subject already"
            raise LinkConflict(Doubt(login.subject, by, claim, (person.id,), why))
        actor = f"person:{person.uuid}"
        self.audit.record(Event("link.made", actor, f"workplace:{workplace}", after={"by": by}, why="first sign-in"))
        return person.id

    def admits(self, person: Person) -> bool:
        """Return whether the workplace of an external person admits such people, today."""
        return self.manner(person.source.removeprefix(EXTERNAL_MARK)).external

    def check_still_external(self, login: VerifiedLogin, person: Person) -> None:
        """Raise LinkConflict when HR knows by now whom the workplace means: an administrator joins the two."""
        number = login.keys.get(KEY, "")
        if number.isprintable() and number and (found := self.register.stated_with_key(number)):
            why = f"HR knows this number by now; so far this is external person {person.uuid}"
            raise LinkConflict(Doubt(login.subject, KEY, number, _ids(found), why))

    def _by_number(self, login: VerifiedLogin, number: str) -> Person:
        # PostgreSQL takes no NUL in a text; a number with control characters is nobody's anyway.
        found = self.register.stated_with_key(number) if number.isprintable() else ()
        if not found:
            raise UnknownPerson(f"the {KEY} that {login.subject.workplace} states belongs to nobody in the register")
        if len(found) > 1:
            raise LinkConflict(Doubt(login.subject, KEY, number, _ids(found), "several HR sources know this number"))
        return found[0]

    def _without_number(self, login: VerifiedLogin) -> tuple[Person, str, str]:
        """Return the person of the verified address, or a new external one where the workplace admits those."""
        manner = self.manner(login.subject.workplace)
        mails = {mail.lower() for mail in login.attributes.get(MAIL, ()) if mail.isascii() and mail.count("@") == 1}
        if linking := sorted(mail for mail in mails if mail.rpartition("@")[2] in manner.link_by_mail):
            found = self._by_mail(login, linking)
            if found is not None:
                return found, MAIL, " ".join(linking)[:320]
        if manner.external:
            return self._external(login, sorted(mail for mail in mails if manner.has(mail))), "external", ""
        raise UnknownPerson(f"{login.subject.workplace} states nothing that may link this new subject")

    def _by_mail(self, login: VerifiedLogin, mails: list[str]) -> Person | None:
        """Return the one person who ever had the address and works here today; None when nobody had it."""
        held = {person.id: person for mail in mails for person in self.register.stated_with_mail(mail)}
        if len(held) > 1:
            people, claim = tuple(held.values()), " ".join(mails)[:320]
            raise LinkConflict(Doubt(login.subject, MAIL, claim, _ids(people), "several people had this mail address"))
        for person in held.values():
            if not active_on(person, self.today()):
                # A link made now would give the address's next owner the account of a colleague who left.
                raise UnknownPerson(f"the address that {login.subject.workplace} verified is of somebody who left")
            return person
        return None

    def _external(self, login: VerifiedLogin, mails: list[str]) -> Person:
        """Admit somebody whom HR does not know, with an address only of the workplace's own domains (SP-24)."""
        free = [mail for mail in mails if not self.register.stated_with_mail(mail)]
        person = self.externals.admit(login, free[0] if free else "")
        workplace = f"workplace:{login.subject.workplace}"
        self.audit.record(Event("person.admitted", workplace, f"person:{person.uuid}", why="not known to HR"))
        return person


def _ids(people: tuple[Person, ...]) -> tuple[int, ...]:
    return tuple(sorted(person.id for person in people))
