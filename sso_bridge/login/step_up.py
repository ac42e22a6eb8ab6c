"""A second factor of ours, where a platform wants two and the workplace brought one.

The session that lacks nothing else is noted with the attempt before anybody is asked: a code typed into any other
attempt, for instance one that wants a new sign-in at the workplace, raises nothing (SE-10).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import BridgeError, LoginRequired
from sso_bridge.login.asked import Redirect, SignedIn
from sso_bridge.login.authenticate.attempt import AttemptDesk
from sso_bridge.login.authenticate.contract import MFA
from sso_bridge.login.browser import Browser, Cookies, Step
from sso_bridge.login.ports import LiveRules, SecondFactors, Transactions
from sso_bridge.login.respond.bridge import asked_for
from sso_bridge.login.trace import WORKPLACE
from sso_bridge.login.visit import Visit, Visits, reached
from sso_bridge.session.desk import Present, SessionDesk

PAGE = "/login/second-factor?attempt="
PROOFS = frozenset({"hwk", "mfa", "otp", "sc", "swk"})
"""Methods (RFC 8176) of which one, stated by the workplace, is a second factor."""

CLASSES = frozenset({MFA, "http://schemas.microsoft.com/claims/multipleauthn"})
"""Classes that say the same."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A factor of ours was shown. `method` are RFC 8176 values, `what` names the factor for the audit."""

    method: tuple[str, ...]
    what: str


@dataclass(frozen=True, slots=True)
class StepUp:
    """Asks for the second factor, and raises the session."""

    live: LiveRules
    visits: Visits
    attempts: AttemptDesk
    desk: SessionDesk
    factors: SecondFactors
    transactions: Transactions
    audit: AuditTrail
    clock: Clock

    def missing(self, visit: Visit, who: SignedIn) -> str:
        """Return why a second factor is asked for, empty when none is.

        What a platform would only like is asked of people who have a factor, and never where pages are forbidden.
        """
        asked, platform = visit.asked, self.live.current().platforms.get(visit.asked.platform)
        if platform is not None and platform.second_factor and not proven(who):
            return "the platform wants two factors"
        if MFA in asked.acr_values and not reached(asked.acr_values, who):
            return "two factors are asked for"
        if (
            visit.attempt
            and visit.attempt.way.own
            and not (who.first and who.authenticated_at >= visit.attempt.began_at)
        ):
            return "a second factor of ours is asked for"
        wished = MFA in asked.preferred and not reached(asked.preferred, who) and not asked.passive
        return "two factors would be liked" if wished and self.factors.ready(who.person_id) else ""

    def ask(self, visit: Visit, present: Present, why: str) -> Step:
        """Send the browser to the page that asks; LoginRequired when the platform forbids pages."""
        if visit.asked.passive:
            raise LoginRequired(f"the platform forbade a page, and {why}")
        visit = self.visits.kept(visit)
        visit.trace.add(WORKPLACE, "second factor asked for", cause=why)
        with self.transactions.writing():
            if visit.attempt is not None:
                self.attempts.remember(visit.attempt, met=present.session.name)
            self.visits.note(visit)
        cookies = Cookies(present.cookie or None, secret=visit.secret)
        return Step(Redirect(PAGE + visit.attempt_id), cookies, visit.trace.reference)

    def confirm(self, next_path: str, present: Present, browser: Browser) -> Step:
        """Ask for a factor of ours, whatever the session has, before a page of ours; TooManyAttempts."""
        visit = self.visits.kept(self.visits.open(asked_for(next_path), browser))
        if visit.attempt is not None:
            self.attempts.remember(visit.attempt, met=present.session.name, own=True)
        return Step(Redirect(PAGE + visit.attempt_id), Cookies(secret=visit.secret), visit.trace.reference)

    def waiting(self, visit: Visit) -> Present | None:
        """Return whose second factor this visit waits for; None when something else is lacking, or nobody is there."""
        here = self.desk.present(visit.browser)
        met = visit.attempt is not None and here is not None and visit.attempt.way.met == here.session.name
        return here if met else None

    def proved(self, visit: Visit, here: Present, check: Callable[[Present], Proof]) -> Present:
        """Return the raised session under a new cookie, or raise what `check` raises, recorded."""
        visit.trace.prompted, visit.trace.person_id = True, here.person.id
        visit.trace.workplace = here.session.subject.workplace
        try:
            proof = check(here)
        except BridgeError as why:
            self._refused(visit, here, why)
            raise
        with self.transactions.writing():
            after = self.desk.step_up(here, (*proof.method, "mfa"), MFA)
            visit.trace.add(WORKPLACE, "second factor confirmed", cause=proof.what)
            self.visits.note(visit)
        if after is None:
            raise LoginRequired("the session ended while the code was typed")
        return after

    def _refused(self, visit: Visit, here: Present, why: BridgeError) -> None:
        visit.trace.add(WORKPLACE, "second factor refused", why.code, why.cause)
        why.reference = visit.trace.reference
        reason, address = getattr(why, "reason", why.code), visit.browser.address
        event = Event("second_factor.refused", f"person:{here.person.uuid}", "bridge", why=reason, address=address)
        with self.transactions.writing():
            self.visits.note(visit)
            self.audit.record(event)


def proven(who: SignedIn) -> bool:
    """Return whether two factors were shown, at the workplace or here."""
    return bool(PROOFS & set(who.method)) or who.assurance in CLASSES
