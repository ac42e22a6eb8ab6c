"""Opens sessions, finds who is there, and ends sessions; a leaver's dies the moment somebody looks (SE-04)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from mappings.people import Person
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import BridgeError
from sso_bridge.login.asked import SignedIn, VerifiedLogin
from sso_bridge.login.authenticate.attempt import is_token, new_token, token_hash
from sso_bridge.login.browser import Browser
from sso_bridge.login.ports import Session, Sessions, Use, live_session

SEEN_EVERY = timedelta(minutes=1)
"""How exact the idle time is: a busy browser need not write at every request."""


@dataclass(frozen=True, slots=True)
class Present:
    """Somebody with an open session, who works here today. `cookie` is new to the browser, or empty."""

    session: Session
    person: Person
    cookie: str = field(default="", repr=False)

    @property
    def signed_in(self) -> SignedIn:
        """Return what protocols get to know."""
        return live_session(self.session, self.person)


@dataclass(frozen=True, slots=True)
class SessionDesk:
    """Sessions for the flow and the pages. `total` ends a session.

    `person` gives whose it is, or raises for somebody who is not active, or came by a workplace that is no more.
    """

    sessions: Sessions
    person: Callable[[Session], Person]
    audit: AuditTrail
    clock: Clock
    total: timedelta

    def present(self, browser: Browser) -> Present | None:
        """Return who is there; None without a live session. Ends a session that nobody vouches for now."""
        if not is_token(browser.session):
            return None
        session = self.sessions.by_cookie(token_hash(browser.session), self.clock())
        if session is None:
            return None
        try:
            return Present(session, self.person(session))
        except BridgeError as why:
            self.end(session, getattr(why, "reason", why.code), actor="bridge")
            return None

    def open(self, person: Person, login: VerifiedLogin, browser: Browser, left_with: str = "") -> Present:
        """Open a session and return it with its new cookie; what this browser held before is dead (SE-01).

        `left_with` names the session the browser had when it was sent away: a form from another site brings no cookie.

        Somebody who signs in once more goes on with the same session, so that signing out later ends everything
        that was given away since the first time. Another person's session ends.
        """
        now = self.clock()
        before = self.sessions.by_cookie(token_hash(browser.session), now) if browser.session else None
        if before is None and left_with:
            before = self.sessions.by_name(left_with, now)
        cookie = new_token()
        session = Session(
            id=0,
            name=f"s{new_token()}",
            person_id=person.id,
            subject=login.subject,
            # A clock ahead of ours would make the session newer than requests to come, which want a new sign-in.
            authenticated_at=min(login.authenticated_at, now),
            method=login.method,
            assurance=login.assurance,
            dated=login.dated,
            began_at=now,
            seen_at=now,
            ends_at=min(now + self.total, login.ends_at or datetime.max.replace(tzinfo=UTC)),
            address=browser.address[:64],
            user_agent=browser.user_agent[:255],
            upstream=dict(login.upstream),
        )
        if before is not None and before.person_id == person.id:
            renewed = replace(session, id=before.id, name=before.name)
            if self.sessions.renew(token_hash(cookie), renewed, now):
                return Present(renewed, person, cookie)
        elif before is not None:
            self.end(before, "signed_in_as_another", actor="bridge")
        return Present(self.sessions.open(token_hash(cookie), session), person, cookie)

    def step_up(self, present: Present, method: tuple[str, ...], assurance: str) -> Present | None:
        """Return the session with a second factor on top, under a new cookie (SE-01); None when it ended meanwhile."""
        now, before, cookie = self.clock(), present.session, new_token()
        after = replace(
            before,
            authenticated_at=now,
            dated=True,
            seen_at=now,
            method=tuple(dict.fromkeys((*before.method, *method))),
            assurance=assurance,
            first=before.first or before.assurance,
        )
        if not self.sessions.renew(token_hash(cookie), after, now):
            return None
        actor = f"person:{present.person.uuid}"
        self.audit.record(Event("session.stepped_up", actor, f"session:{after.name}", why=" ".join(method)))
        return Present(after, present.person, cookie)

    def told(self, present: Present, platform: str, protocol: str, subject: str) -> None:
        """Note that the session was used, and what which platform was told: logout needs it."""
        now, session = self.clock(), present.session
        if now - session.seen_at >= SEEN_EVERY:
            self.sessions.seen(session, now)
        if platform:
            self.sessions.used_at(session, Use(platform, protocol, subject, now, now))

    def all_of(self, person: Person) -> tuple[Session, ...]:
        """Return the live sessions of a person, oldest first (SE-05)."""
        return self.sessions.of_person(person.id, self.clock())

    def end_all(self, person: Person, why: str, actor: str) -> int:
        """End every session of a person, on whatever device; how many (SE-05).

        Those that merely ran out of time are ended as well: offline access may still rest on them.
        """
        ended = sum(self.end(session, why, actor) for session in self.all_of(person))
        return ended + self.sessions.end_person(person.id, why, self.clock())

    def end(self, session: Session, why: str, actor: str) -> bool:
        """End a session and say so in the audit; False when it had ended already."""
        if not self.sessions.end(session.id, why, self.clock()):
            return False
        self.audit.record(Event("session.ended", actor, f"session:{session.name}", why=why))
        return True
