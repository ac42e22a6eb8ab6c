"""The first meeting of a workplace subject and a person: by an immutable HR key, without doubt, and for good.

Mail and user names are re-used by colleagues to come and are data, never keys (ID-04); only where an administrator
wrote a rule for the domain at this workplace, a verified address makes the first link (RP-04). A subject or a person
that is linked at this workplace already is not linked again: changing a link takes two administrators (ID-01).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mappings.employment import active_on
from mappings.people import Person
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import UnknownPerson
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER as KEY
from sso_bridge.login.authenticate.contract import MAIL
from sso_bridge.login.ports import Links, Register


@dataclass(frozen=True, slots=True)
class Doubt:
    """What an administrator has to look at: a subject claims to be one of these people. `by` and `claim` say how."""

    subject: Subject
    by: str
    claim: str
    people: tuple[int, ...]
    why: str


class LinkConflict(UnknownPerson):
    """Two workplace subjects claim one person, or one claims several; refused until administrators have decided."""

    code = "link_conflict"
    sentence = "You are signed in at work, but it is not clear yet who you are in the staff register."

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(f"{doubt.why}; the {doubt.by} that {doubt.subject.workplace} states waits for a decision")


class Linker:
    """Makes first links. `manner` gives a workplace's rules, `today` is the day in the zone of HR's dates."""

    def __init__(
        self,
        register: Register,
        links: Links,
        audit: AuditTrail,
        clock: Clock,
        manner: Callable[[str], Manner],
        today: Callable[[], date],
    ) -> None:
        self.register = register
        self.links = links
        self.audit = audit
        self.clock = clock
        self.manner = manner
        self.today = today

    def first_link(self, login: VerifiedLogin) -> int:
        """Return the person now linked to the subject; UnknownPerson when no key or nobody fits, LinkConflict."""
        workplace, number = login.subject.workplace, login.keys.get(KEY, "")
        person, by, claim = (self._by_number(login, number), KEY, number) if number else self._by_mail(login)
        if not self.links.add(workplace, login.subject.key, person.id, by, self.clock()):
            why = f"person {person.uuid} is known to {workplace} under another subject already"
            raise LinkConflict(Doubt(login.subject, by, claim, (person.id,), why))
        actor = f"person:{person.uuid}"
        self.audit.record(Event("link.made", actor, f"workplace:{workplace}", after={"by": by}, why="first sign-in"))
        return person.id

    def _by_number(self, login: VerifiedLogin, number: str) -> Person:
        found = self.register.stated_with_key(number)
        if not found:
            raise UnknownPerson(f"the {KEY} that {login.subject.workplace} states belongs to nobody in the register")
        if len(found) > 1:
            raise LinkConflict(Doubt(login.subject, KEY, number, _ids(found), "several HR sources know this number"))
        return found[0]

    def _by_mail(self, login: VerifiedLogin) -> tuple[Person, str, str]:
        """Return the one person with a verified address of a domain that has a rule, who works here today."""
        workplace = login.subject.workplace
        rules = self.manner(workplace).link_by_mail
        mails = {mail.lower() for mail in login.attributes.get(MAIL, ()) if mail.rpartition("@")[2].lower() in rules}
        mails = {mail for mail in mails if mail.isascii() and mail.count("@") == 1}
        if not mails:
            raise UnknownPerson(f"{workplace} states no {KEY} for this new subject, and nothing else may link it")
        found = {person.id: person for mail in sorted(mails) for person in self.register.stated_with_mail(mail)}
        claim = " ".join(sorted(mails))[:320]
        if not found:
            raise UnknownPerson(f"the mail address that {workplace} verified belongs to nobody in the register")
        if len(found) > 1:
            people = tuple(found.values())
            raise LinkConflict(Doubt(login.subject, MAIL, claim, _ids(people), "several people had this mail address"))
        (person,) = found.values()
        if not active_on(person, self.today()):
            # A link made now would give the address's next owner the account of a colleague who left.
            raise UnknownPerson(f"the mail address that {workplace} verified is that of somebody who is not here")
        return person, MAIL, claim


def _ids(people: tuple[Person, ...]) -> tuple[int, ...]:
    return tuple(sorted(person.id for person in people))
