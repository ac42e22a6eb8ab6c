"""Signing out: our session ends first, then the workplace is told, or asked whether it should be (SE-07).

The other way round a workplace orders that sessions end: exactly those it names, whoever's browser brings the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import AttemptOver, BadRequest, SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Asked, Redirect, Subject
from sso_bridge.login.authenticate.attempt import AttemptDesk, Handle, handle_from, new_handle
from sso_bridge.login.authenticate.choose import SignOutHabit
from sso_bridge.login.authenticate.contract import LogoutOrder, Returned, SendsAway, SignsOut
from sso_bridge.login.browser import Browser, Cookies, Goodbye, Step
from sso_bridge.login.ports import Links, LiveRules, Session, Transactions
from sso_bridge.login.respond.bridge import PROTOCOL
from sso_bridge.login.waiting import Attempt, Hop, HopLabel
from sso_bridge.session.desk import Present, SessionDesk

LOGOUT: frozenset[HopLabel] = frozenset({"logout"})


@dataclass(frozen=True, slots=True)
class SignOut:
    """The ends of sessions that somebody asks for."""

    live: LiveRules
    attempts: AttemptDesk
    links: Links
    desk: SessionDesk
    transactions: Transactions
    audit: AuditTrail
    clock: Clock

    def leave(self, present: Present, browser: Browser, onward: str = "", *, everywhere: bool = False) -> Step:
        """End the session, or all of the person; then go on to `onward`, and to the workplace when it is to follow.

        `onward` was checked by whoever asks.
        """
        actor = f"person:{present.person.uuid}"
        if everywhere:
            self.desk.end_all(present.person, "signed_out_everywhere", actor)
        else:
            self.desk.end(present.session, "signed_out", actor)
        workplace = present.session.subject.workplace
        habit = self._habit(workplace)
        if habit == "keep" or (habit == "offer" and onward):
            return Step(Redirect(onward) if onward else Goodbye(), Cookies(session=""))
        opened = self.attempts.open(_farewell(present.session, onward), browser, "")
        if habit == "follow":
            return self.follow(opened.id, replace(browser, secret=opened.secret))
        return Step(Goodbye(self._title(workplace), offer=opened.id), Cookies(session="", secret=opened.secret))

    def follow(self, attempt: str, browser: Browser) -> Step:
        """Send the browser to the workplace to sign out there as well; AttemptOver."""
        found = self.attempts.find(attempt, browser)
        parted = _parted(found)
        workplace, handle = str(parted["subject"]["workplace"]), new_handle(attempt)
        cookies = Cookies(session="", secret=browser.secret)
        try:
            away = self._door(workplace).begin_logout(Subject(**parted["subject"]), parted["upstream"], str(handle))
        except WorkplaceDown:
            away = None
        if away is None:
            return Step(Goodbye(self._title(workplace), failed=True, onward=str(parted["onward"])), cookies)
        self.attempts.depart(found, Hop(handle.hop, workplace, "logout", self.clock(), dict(away.note)))
        return Step(away.answer, cookies)

    def back(self, workplace: str, returned: Returned, browser: Browser) -> Step:
        """Take the browser back after `follow`, or carry out what the workplace orders through this browser.

        AttemptOver, BadRequest, or SignInRefused when the order cannot be trusted: then nothing ends (SP-30).
        """
        door = self._door(workplace)
        handle = handle_from(door.handle_of(returned)) if isinstance(door, SendsAway) else None
        if handle is not None:
            return self._returned(door, workplace, handle, returned, browser)
        here = self.desk.present(browser)
        order, ended = self.order(workplace, returned)
        gone = here is not None and any(one.id == here.session.id for one in ended)
        answer = door.answer_order(order, ended=True) or Goodbye()
        return Step(answer, Cookies(session="" if gone else None))

    def order(self, workplace: str, returned: Returned) -> tuple[LogoutOrder, tuple[Session, ...]]:
        """Carry out an order and return it with the sessions that ended; SignInRefused, BadRequest (SP-30)."""
        order = self._door(workplace).logout_order(returned)
        if order.subject is not None and order.subject.workplace != workplace:
            raise BadRequest("the order is about another workplace's person")
        person = None if order.subject is None else self.links.person_of(workplace, order.subject.key)
        if order.subject is None and not order.sessions and not order.named:
            raise BadRequest("the order names nobody and no session")
        if order.subject is not None and person is None:
            return order, ()
        now = self.clock()
        with self.transactions.writing():
            sessions = self.desk.sessions
            if order.named:
                named = sessions.of_name(workplace, order.named, now)
            else:
                named = sessions.of_workplace(workplace, person, order.sessions, now)
            ended = tuple(one for one in named if self.desk.end(one, "signed_out_at_work", f"workplace:{workplace}"))
            after = {"sessions": len(ended)}
            self.audit.record(Event("logout.ordered", f"workplace:{workplace}", "bridge", after=after))
        return order, ended

    def _returned(self, door: SignsOut, workplace: str, handle: Handle, returned: Returned, browser: Browser) -> Step:
        found = self.attempts.find(handle.attempt, browser)
        hop = self.attempts.land(found, handle, workplace, LOGOUT)
        self.attempts.use(found)
        onward = str(_parted(found)["onward"])
        try:
            done = door.finish_logout(returned, hop.note)
        except (SignInRefused, WorkplaceDown):
            done = False
        if done and onward:
            return Step(Redirect(onward))
        return Step(Goodbye(self._title(workplace), failed=not done, everywhere=done, onward=onward))

    def _title(self, workplace: str) -> str:
        return self.live.current().title(workplace)

    def _habit(self, workplace: str) -> SignOutHabit:
        live = self.live.current()
        if not isinstance(live.workplaces.get(workplace), SignsOut):
            return "keep"
        return live.chooser().manner(workplace).sign_out

    def _door(self, workplace: str) -> SignsOut:
        door = self.live.current().workplaces.get(workplace)
        if not isinstance(door, SignsOut):
            raise BadRequest("no workplace of this name can sign out")
        return door


def _farewell(session: Session, onward: str) -> Asked:
    parted = {"subject": asdict(session.subject), "upstream": dict(session.upstream), "onward": onward}
    return Asked(PROTOCOL, details={"next": "/", "parted": parted})


def _parted(attempt: Attempt) -> Mapping[str, Any]:
    """Return who signed out, and of what; AttemptOver for an attempt that is a sign-in."""
    parted = attempt.asked.details.get("parted")
    if not isinstance(parted, Mapping):
        raise AttemptOver("this attempt is no sign-out")
    return parted
