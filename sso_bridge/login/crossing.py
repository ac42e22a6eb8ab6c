"""The way to a workplace's own pages and back: each hop is kept with the attempt, and answers once (RP-01, SP-19).

The browser carries a handle only. What must be known when it comes back (request id, nonce, PKCE verifier) stays here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sso_bridge.clock import Clock
from sso_bridge.errors import AssuranceNotMet, BadRequest, NotConfirmed, PageNeeded, SignInRefused, WorkplaceDown
from sso_bridge.login.asked import VerifiedLogin
from sso_bridge.login.authenticate.attempt import AttemptDesk, handle_from, new_handle
from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.login.authenticate.contract import MFA, Returned, SendsAway, Wish
from sso_bridge.login.browser import Browser, Cookies, Step
from sso_bridge.login.ports import LiveRules, Traces, Transactions
from sso_bridge.login.respond.bridge import asked_for
from sso_bridge.login.trace import WORKPLACE, stated
from sso_bridge.login.visit import SKEW, Visit, Visits, lacking
from sso_bridge.login.waiting import Attempt, Hop, HopLabel
from sso_bridge.session.desk import SessionDesk

SIGN_IN: frozenset[HopLabel] = frozenset({"sign_in", "silent"})
TRY_ELSEWHERE = (PageNeeded, SignInRefused, WorkplaceDown)
"""What a silent try may come to without harm: the next way is tried."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """Sends browsers away and takes them back."""

    live: LiveRules
    visits: Visits
    attempts: AttemptDesk
    desk: SessionDesk
    traces: Traces
    transactions: Transactions
    clock: Clock

    def away(self, visit: Visit, workplace: str, label: HopLabel = "sign_in", *, chosen: bool = False) -> Step:
        """Send the browser to the workplace; `chosen` when a person pressed something for it.

        BadRequest when there is no such workplace, WorkplaceDown, TooManyHops, TooManyAttempts.
        """
        door = self.door(workplace)
        visit = self.visits.kept(visit)
        visit.trace.workplace = workplace
        handle = new_handle(visit.attempt_id)
        away = door.begin(self._wish(visit, label, workplace), str(handle))
        here = self.desk.present(visit.browser)
        session = here.session.name if here else ""
        hop = Hop(handle.hop, workplace, label, self.clock(), dict(away.note), session, chosen)
        visit.trace.add(WORKPLACE, "sent to the workplace", cause="without a page" if label == "silent" else "")
        with self.transactions.writing():
            if visit.attempt is not None:
                self.attempts.depart(visit.attempt, hop, **_so_far(visit.attempt, hop))
            self.traces.put(visit.trace.record("waiting"))
        return Step(away.answer, Cookies(secret=visit.secret), visit.trace.reference)

    def land(self, workplace: str, returned: Returned, browser: Browser) -> Visit:
        """Return the visit that this answer belongs to, its hop closed; a new one when nobody was sent (SP-20).

        AttemptOver when the answer is another browser's, another workplace's, or not the first one.
        """
        handle = handle_from(self.door(workplace).handle_of(returned))
        if handle is None:
            visit = self.visits.open(asked_for("/"), browser)
            visit.trace.workplace = workplace
            return visit
        visit = self.visits.back(handle.attempt, browser)
        visit.trace.workplace = workplace
        if visit.attempt is None:
            return visit
        hop = self.attempts.land(visit.attempt, handle, workplace, SIGN_IN)
        return replace(visit, attempt=replace(visit.attempt, hop=None), hop=hop)

    def proof(self, visit: Visit, workplace: str, returned: Returned) -> VerifiedLogin | None:
        """Return who came back; None when a silent try came to nothing.

        NotConfirmed, PageNeeded or WorkplaceDown otherwise.
        """
        hop, silent = visit.hop, visit.hop is not None and visit.hop.label == "silent"
        try:
            login = self._checked(workplace, returned, hop)
        except (*TRY_ELSEWHERE, AssuranceNotMet) as why:
            if not silent:
                raise
            self._nothing(visit, why.code, why.cause, getattr(why, "reason", ""))
            return None
        if silent and (lack := lacking(visit, login, self.clock(), new=True)):
            self._nothing(visit, AssuranceNotMet.code, lack)
            return None
        if hop is not None and not silent:
            # Whoever signed in there just now was asked for something, as far as anybody can tell from here.
            visit.trace.prompted |= hop.chosen or login.authenticated_at >= hop.at - SKEW
        confirmed = "confirmed by the workplace" if hop else "confirmed by the workplace, unasked"
        visit.trace.add(WORKPLACE, confirmed, cause=stated(login))
        return login

    def door(self, workplace: str) -> SendsAway:
        """Return the workplace of this name that has pages of its own; BadRequest when there is none (SP-25)."""
        door = self.live.current().workplaces.get(workplace)
        if not isinstance(door, SendsAway):
            raise BadRequest("no workplace of this name has a sign-in page of its own")
        return door

    def _wish(self, visit: Visit, label: HopLabel, workplace: str) -> Wish:
        """Return what is asked of the workplace, in its own words.

        Two factors are demanded only where it is known to have them; a second factor of ours stands in elsewhere.
        """
        live, asked, way = self.live.current(), visit.asked, visit.attempt.way if visit.attempt else None
        manner, platform = live.chooser().manner(workplace), live.platforms.get(asked.platform)
        demanded, preferred = asked.acr_values, asked.preferred
        if platform is not None and platform.second_factor and not demanded and manner.states((MFA,)):
            demanded = (MFA,)
        elif MFA in demanded and not manner.states(demanded):
            demanded, preferred = (), (*demanded, *preferred)
        return Wish(
            force=asked.force or (way is not None and way.other),
            silent=label == "silent",
            max_age=asked.max_age,
            acr_values=manner.theirs(demanded),
            preferred=manner.theirs(preferred),
            login_hint=(way.mail if way else "") or asked.login_hint,
            ui_locales=asked.ui_locales,
        )

    def _nothing(self, visit: Visit, code: str, cause: str, reason: str = "") -> None:
        """Note that a silent try came to nothing."""
        visit.trace.add(WORKPLACE, "not signed in there without a page", code, cause, reason)
        visit.trace.workplace = ""
        self.visits.note(visit)

    def _manner(self, workplace: str) -> Manner:
        return self.live.current().chooser().manner(workplace)

    def _checked(self, workplace: str, returned: Returned, hop: Hop | None) -> VerifiedLogin:
        try:
            login = self.door(workplace).finish(returned, None if hop is None else hop.note)
        except SignInRefused as why:
            raise NotConfirmed(why.reason, why.cause) from why
        login = replace(login, assurance=self._manner(workplace).level(login.assurance))
        if login.subject.workplace != workplace:
            raise NotConfirmed("foreign_subject")
        if login.ends_at is not None and login.ends_at <= self.clock():
            raise NotConfirmed("session_over", "the workplace's own session ends before ours begins")
        return login


def _so_far(attempt: Attempt, hop: Hop) -> dict[str, Any]:
    """Return what the attempt is to remember of this hop: a silent try is made once, and pages are left to a person."""
    return {"tried": (*attempt.way.tried, hop.workplace)} if hop.label == "silent" else {"sent": True}
