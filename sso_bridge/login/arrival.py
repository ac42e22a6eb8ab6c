"""Somebody arrives with a name and a password: throttle, check, find the person, open a new session."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import BadRequest, SignInRefused, TooManyAttempts, WorkplaceDown
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.contract import TakesPassword
from sso_bridge.login.identify.doubt import LinkConflict
from sso_bridge.login.identify.lookup import Identify
from sso_bridge.login.identify.ports import Doubts
from sso_bridge.login.limits import network_of
from sso_bridge.login.ports import Limit, LiveRules, Throttle, Transactions
from sso_bridge.login.trace import TICKET, TICKET_ASKED, WORKPLACE, stated
from sso_bridge.login.visit import Visit
from sso_bridge.session.desk import Present, SessionDesk

LONGEST_NAME = 512
LONGEST_PASSWORD = 1024
NO_TICKET = (
    "the browser was asked for a Kerberos ticket and had none: nobody signed in at that desk, the KDC gave no ticket "
    "for our name, or the browser may not show one to this address"
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How often a password may be tried; every right one is given back, so that only wrong ones count.

    An account gets four tries and then one in ten minutes: seven in half an hour, below the ten after which
    directories commonly lock (LD-08). An office behind one address is not an attacker, hence the wider address.
    """

    account: tuple[int, float] = (4, 600.0)
    address: tuple[int, float] = (40, 3.0)
    overall: tuple[int, float] = (400, 0.05)

    def of(self, workplace: str, username: str, address: str) -> tuple[Limit, ...]:
        """Return the buckets one try takes from; spellings that directories do not tell apart share one."""
        name = unicodedata.normalize("NFKC", username).casefold().strip()
        return (
            Limit(f"account\x1f{workplace}\x1f{name}", *self.account),
            Limit(f"address\x1f{network_of(address)}", *self.address),
            Limit("overall", *self.overall),
        )


@dataclass(frozen=True, slots=True)
class Arrival:
    """Steps 1 and 2 of a sign-in with a password."""

    live: LiveRules
    throttle: Throttle
    limits: Limits
    identify: Identify
    desk: SessionDesk
    transactions: Transactions
    audit: AuditTrail
    doubts: Doubts
    clock: Clock

    def check(self, visit: Visit, workplace: str, username: str, password: str) -> VerifiedLogin:
        """Return who that is; SignInRefused, TooManyAttempts or WorkplaceDown."""
        visit.trace.workplace, visit.trace.prompted = workplace, True
        if visit.trace.has(TICKET_ASKED) and not visit.trace.has(TICKET):
            visit.trace.add(WORKPLACE, f"{TICKET}did not come", "no_ticket", NO_TICKET)
        door = self.live.current().workplaces.get(workplace)
        if not isinstance(door, TakesPassword):
            visit.trace.workplace = ""
            raise BadRequest("no workplace of this name takes a password")
        refuse_unusable(username, password)
        limits = self.limits.of(workplace, username, visit.browser.address)
        wait = self.throttle.take(limits, self.clock())
        if wait:
            raise TooManyAttempts(wait, "the limit of this account, this address or all together is reached")
        try:
            login = door.check_password(username, password)
        except WorkplaceDown:
            # Nobody learned anything about the password, and the account must not be locked out by an outage.
            self.throttle.give_back(limits[:1], self.clock())
            raise
        self.throttle.give_back(limits, self.clock())
        visit.trace.add(WORKPLACE, "password confirmed", cause=stated(login))
        return login

    def welcome(self, visit: Visit, login: VerifiedLogin) -> Present:
        """Find the person and open a new session; UnknownPerson, PersonInactive, LinkConflict (kept for deciding)."""
        try:
            return self._welcome(visit, login)
        except LinkConflict as conflict:
            self.doubts.queue(conflict.doubt, visit.trace.reference, self.clock())
            raise

    def _welcome(self, visit: Visit, login: VerifiedLogin) -> Present:
        with self.transactions.writing():
            person = self.identify.person(login)
            visit.trace.person_id = person.id
            visit.trace.add(WORKPLACE, "person found")
            present = self.desk.open(person, login, visit.browser, visit.hop.session if visit.hop else "")
            self.audit.record(
                Event(
                    "session.opened",
                    f"person:{person.uuid}",
                    f"session:{present.session.name}",
                    why=f"workplace:{login.subject.workplace}",
                    address=visit.browser.address,
                    reference=visit.trace.reference,
                )
            )
        return present


def refuse_unusable(username: str, password: str) -> None:
    """Refuse what no workplace may be asked (LD-02): above all an empty password, which some servers take for a yes.

    Blanks only and a leading NUL count as empty; a lone surrogate is no text.
    """
    try:
        sizes = (len(username.encode()), len(password.encode()))
    except UnicodeEncodeError:
        raise SignInRefused("not_utf8") from None
    if not username.strip() or "\x00" in username:
        raise SignInRefused("unusable_name")
    if not password.strip() or "\x00" in password:
        raise SignInRefused("empty_password")
    if sizes[0] > LONGEST_NAME or sizes[1] > LONGEST_PASSWORD:
        raise SignInRefused("too_long")
