"""Which way on when there is no session that will do: silently to a workplace, to its pages, or to a page of ours.

A silent try is made once per workplace and sign-in, before anybody sees a page; a ticket is asked for once.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from sso_bridge.errors import (
    AssuranceNotMet,
    BadRequest,
    BridgeError,
    LoginRequired,
    SignInRefused,
    TicketRefused,
    WorkplaceDown,
)
from sso_bridge.login.asked import Redirect, SignedIn, VerifiedLogin
from sso_bridge.login.authenticate.attempt import AttemptDesk
from sso_bridge.login.authenticate.choose import Choice, Situation
from sso_bridge.login.authenticate.contract import MFA, Accepted, ChangesPassword, TakesPassword, TakesTicket
from sso_bridge.login.browser import Browser, Cookies, SignInPage, Step
from sso_bridge.login.crossing import Crossing
from sso_bridge.login.ports import LiveRules
from sso_bridge.login.respond.bridge import asked_for
from sso_bridge.login.trace import TICKET_ASKED, WORKPLACE, stated
from sso_bridge.login.visit import Visit, Visits, lacking, reached
from sso_bridge.login.waiting import Way

LONGEST_MAIL = 320
Go = Callable[[Visit], Step]
"""One moment of a sign-in."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Finds the way to sign in."""

    live: LiveRules
    visits: Visits
    attempts: AttemptDesk
    crossing: Crossing

    def lacking(self, visit: Visit, who: SignedIn) -> str:
        """Return why an open session will not do, empty when it will.

        One that is not what the platform would like is left only for a workplace that can give more.
        """
        asked, live = visit.asked, self.live.current()
        manner, platform = live.chooser().manner(who.subject.workplace), live.platforms.get(asked.platform)
        if not asked.passive and not reached(asked.preferred, who) and manner.states(asked.preferred):
            return "the platform would like another assurance, which the workplace has"
        two = MFA in asked.acr_values or (platform is not None and platform.second_factor)
        if two and not who.first and who.assurance != MFA and manner.states((MFA,)):
            return "two factors are asked for, which the workplace has"
        return lacking(visit, who, self.visits.clock())

    def onward(self, visit: Visit) -> Step:
        """Try the workplaces that may know silently; then the sign-in page, or LoginRequired when pages are forbidden.

        AssuranceNotMet when nobody offers what is asked, before anybody types a password for nothing.
        """
        chooser = self.live.current().chooser()
        if visit.asked.acr_values and not chooser.possible(_situation(visit)):
            raise AssuranceNotMet("no workplace offers the assurance that is asked for")
        # In a frame without our cookie the way back would not be found: the platform is told at once.
        lost = visit.browser.framed and not visit.browser.secret
        for name in () if lost else chooser.silent(_situation(visit)):
            visit = self.visits.kept(visit)
            try:
                return self.crossing.away(visit, name, "silent")
            except WorkplaceDown as why:
                visit.trace.add(WORKPLACE, "not tried without a page", why.code, why.cause)
                self.visits.note(visit)
                visit = self._remember(visit, tried=(*_way(visit).tried, name))
        if visit.asked.passive:
            raise LoginRequired("the platform forbade a page, and there is no session that will do")
        choice = chooser.choose(_situation(visit))
        if choice.go and not lost:
            visit = self.visits.kept(visit)
            with suppress(WorkplaceDown):  # the page will find out again, and say so
                return self.crossing.away(visit, choice.go)
        return self.visits.wait(visit)

    def page(self, visit: Visit) -> Step:
        """Return the page to sign in on, or send the browser where it belongs; WorkplaceDown, TooManyHops."""
        choice = self.live.current().chooser().choose(_situation(visit))
        if choice.go:
            return self.crossing.away(visit, choice.go)
        if choice.tickets and not visit.trace.has(TICKET_ASKED):
            visit.trace.add(WORKPLACE, TICKET_ASKED)
            self.visits.note(visit)
        return self._shown(visit, choice)

    def every(self, visit: Visit) -> Step:
        """Return the page with every way to sign in."""
        return self._shown(visit, self.live.current().chooser().choose(_situation(visit, settled=True)))

    def again(self, visit: Visit, why: BridgeError) -> Step:
        """Return the page that says what went wrong at the workplace just now, with every way to sign in."""
        choice, at = self.live.current().chooser().choose(_situation(visit, settled=True)), visit.trace.workplace
        if at in choice.forms and len(choice.forms) > 1:
            choice = Choice(forms=(at,), others=True)
        return self._shown(visit, replace(choice, go=""), why, at)

    def chosen(self, visit: Visit, workplace: str) -> Step:
        """Return the way to sign in at this workplace: its form, or the browser on its way to its own pages."""
        if isinstance(self.live.current().workplaces.get(workplace), TakesPassword):
            return self._shown(visit, Choice(forms=(workplace,), others=True))
        return self.crossing.away(visit, workplace, chosen=True)

    def other(self, visit: Visit) -> Step:
        """Return the page for somebody else than whoever is signed in at work: nothing is tried, nothing is decided."""
        return self.page(self._remember(visit, other=True))

    def mail(self, visit: Visit, address: str) -> Step:
        """Go where people with this mail address sign in."""
        return self.page(self._remember(visit, mail=address.strip()[:LONGEST_MAIL]))

    def anew(self, next_path: str, browser: Browser, page: str) -> Step:
        """Begin a sign-in to the bridge itself on this page of ours, whoever is signed in already; TooManyAttempts."""
        visit = self.visits.kept(self.visits.open(asked_for(next_path), browser))
        return Step(Redirect(page + visit.attempt_id), Cookies(secret=visit.secret), visit.trace.reference)

    def ticket(self, visit: Visit, token: bytes, go: Callable[[Visit, VerifiedLogin], Step]) -> Step:
        """Return what `go` says of the ticket's owner, with the reply to the ticket; TicketRefused, WorkplaceDown."""
        here = self.live.current()
        names = here.chooser().choose(_situation(visit)).tickets
        visit, refused = self._remember(visit, tried=(*_way(visit).tried, *names)), "not_asked"
        for name in names:
            visit.trace.workplace = name
            try:
                accepted = _checked(here.workplaces[name], name, token)
            except SignInRefused as why:
                refused = why.reason
                visit.trace.add(WORKPLACE, f"ticket refused by {name}", TicketRefused.code, why.cause, why.reason)
                continue
            if lack := lacking(visit, accepted.login, self.visits.clock(), new=True):
                refused = "not_enough"
                visit.trace.add(WORKPLACE, f"ticket of {name} will not do", TicketRefused.code, lack)
                continue
            visit.trace.add(WORKPLACE, "ticket accepted", cause=stated(accepted.login))
            return replace(go(visit, accepted.login), reply=accepted.reply)
        raise TicketRefused(refused)

    def _shown(self, visit: Visit, choice: Choice, why: BridgeError | None = None, at: str = "") -> Step:
        live, typed = self.live.current(), _way(visit).mail or visit.asked.login_hint
        titles = {name: live.title(name) for name in live.workplaces}
        platform = live.platforms.get(visit.asked.platform)
        changes = tuple(name for name, door in live.workplaces.items() if isinstance(door, ChangesPassword))
        page = SignInPage(choice, visit.attempt_id, titles, typed, why, at, changes=changes)
        if platform is not None:
            page = replace(page, platform=platform.title or platform.name, origins=platform.origins)
        return Step(page, reference=visit.trace.reference)

    def _remember(self, visit: Visit, **said: object) -> Visit:
        if visit.attempt is None:
            return visit
        return replace(visit, attempt=self.attempts.remember(visit.attempt, **said))


def _checked(door: object, name: str, token: bytes) -> Accepted:
    if not isinstance(door, TakesTicket):
        raise BadRequest("the workplace takes no tickets")
    accepted = door.check_ticket(token)
    if accepted.login.subject.workplace != name:
        raise SignInRefused("foreign_subject")
    return accepted


def _way(visit: Visit) -> Way:
    return visit.attempt.way if visit.attempt else Way()


def _situation(visit: Visit, *, settled: bool = False) -> Situation:
    asked, way = visit.asked, _way(visit)
    return Situation(
        address=visit.browser.address,
        remembered=visit.browser.door,
        hint=asked.login_hint,
        mail=way.mail,
        acr_values=() if MFA in asked.acr_values else asked.acr_values,
        tried=way.tried,
        settled=settled or way.sent or way.other,
        fresh=asked.force,
    )
