"""One browser, one request of a platform, one trace: what the steps of a sign-in hand to each other."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sso_bridge.clock import Clock
from sso_bridge.errors import BridgeError, TooManyAttempts
from sso_bridge.login.asked import Asked, Redirect, SignedIn, VerifiedLogin
from sso_bridge.login.authenticate.attempt import LIFETIME, AttemptDesk
from sso_bridge.login.authenticate.contract import KERBEROS, MFA
from sso_bridge.login.browser import Browser, Cookies, Step
from sso_bridge.login.limits import FailureLimit, network_of
from sso_bridge.login.ports import Limit, Tally, Throttle, Traces, Transactions
from sso_bridge.login.trace import PLATFORM, WORKPLACE, Trace
from sso_bridge.login.waiting import Attempt, Hop

BEGUN = (600, 0.1)
"""How many sign-ins one address may begin at once, and the seconds to the next: an office at nine (AD-10)."""

SKEW = timedelta(seconds=120)
"""How far a workplace's clock may be from ours (SP-18)."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`attempt` and its id are there when the browser came back to a request that waited.

    `secret` is the flow cookie the attempt is bound to, `hop` what a workplace just answered.
    """

    asked: Asked
    browser: Browser
    trace: Trace
    attempt: Attempt | None = None
    attempt_id: str = ""
    secret: str = field(default="", repr=False)
    hop: Hop | None = None


@dataclass(frozen=True, slots=True)
class Visits:
    """Begins visits, lets them wait, and takes them up again."""

    desk: AttemptDesk
    throttle: Throttle
    traces: Traces
    transactions: Transactions
    clock: Clock
    refused: FailureLimit
    tally: Tally

    def open(self, asked: Asked, browser: Browser) -> Visit:
        """Return a new visit."""
        trace = Trace(self.clock, asked.protocol, asked.platform, browser.address)
        trace.add(PLATFORM, "asked", cause=_wishes(asked))
        return Visit(asked, browser, trace)

    def back(self, attempt_id: str, browser: Browser) -> Visit:
        """Return the visit that waited, with the steps of its trace; AttemptOver."""
        attempt = self.desk.find(attempt_id, browser)
        trace = Trace(self.clock, attempt.asked.protocol, attempt.asked.platform, browser.address, attempt.reference)
        before = self.traces.get(attempt.reference)
        if before is not None and timedelta() <= attempt.began_at - before.began_at < LIFETIME:
            trace.began_at, trace.prompted, trace.steps = before.began_at, before.prompted, list(before.steps)
        return Visit(attempt.asked, browser, trace, attempt, attempt_id, browser.secret)

    def lost(self, why: BridgeError, browser: Browser, protocol: str) -> str:
        """Record a refusal that came before there was a visit, and return its words; TooManyAttempts (AD-10)."""
        wait = self.refused.count(network_of(browser.address))
        if wait:
            raise TooManyAttempts(wait, "too many requests of this network were refused")
        trace = Trace(self.clock, protocol, getattr(why, "platform", ""), browser.address)
        leg = WORKPLACE if protocol == "workplace" else PLATFORM
        trace.add(leg, "refused", why.code, why.cause, getattr(why, "reason", ""))
        with self.transactions.writing():
            self.traces.put(trace.record(why.code))
        self.tally.sign_in("", protocol, why.code, prompted=False)
        return trace.reference

    def wait(self, visit: Visit) -> Step:
        """Send the browser to the sign-in page."""
        return self._keep(visit, "/login?attempt=")

    def park(self, visit: Visit) -> Step:
        """Let the browser come back at once by GET, which carries its session cookie."""
        return self._keep(visit, "/login/resume/")

    def kept(self, visit: Visit) -> Visit:
        """Return the visit with an attempt of its own, opened now unless it has one; TooManyAttempts (AD-10)."""
        if visit.attempt is not None:
            return visit
        visit.trace.add(WORKPLACE, "waiting for the browser")
        with self.transactions.writing():
            wait = self.throttle.take((Limit(f"begun\x1f{network_of(visit.browser.address)}", *BEGUN),), self.clock())
            if wait:
                raise TooManyAttempts(wait, "too many sign-ins were begun from this address")
            opened = self.desk.open(visit.asked, visit.browser, visit.trace.reference)
            self.traces.put(visit.trace.record("waiting"))
        return replace(visit, attempt=opened.attempt, attempt_id=opened.id, secret=opened.secret)

    def note(self, visit: Visit) -> None:
        """Keep what the trace says so far."""
        with self.transactions.writing():
            self.traces.put(visit.trace.record("waiting"))

    def _keep(self, visit: Visit, page: str) -> Step:
        kept = self.kept(visit)
        return Step(Redirect(page + kept.attempt_id), Cookies(secret=kept.secret), kept.trace.reference)


def lacking(visit: Visit, who: SignedIn | VerifiedLogin, now: datetime, *, new: bool = False) -> str:
    """Return what this session or sign-in lacks for the request, empty when it will do (OP-18, IDP-05).

    Two factors are not looked at: what is lacking there a factor of ours can make good (`step_up`).
    A sign-in after the request is fresh, however short `max_age` is, but not one by a ticket, which asks nobody. For a
    `new` one, made by this very visit, the clock of the workplace decides, which may be a little behind ours. Nobody is
    fresh of whom the workplace does not say when it asked.
    """
    asked, attempt, hop = visit.asked, visit.attempt, visit.hop
    fresh = attempt is not None and who.authenticated_at > attempt.began_at and not reached((KERBEROS,), who)
    if new and attempt is not None:
        fresh = who.authenticated_at >= (attempt.began_at if hop is None else hop.at - SKEW)
    fresh = fresh and who.dated
    if (asked.force or (attempt is not None and attempt.way.other)) and not fresh:
        return "a fresh sign-in is asked for"
    if asked.max_age is not None and not who.dated:
        return "how old the sign-in is, the workplace does not say"
    if asked.max_age is not None and not fresh and now - who.authenticated_at > timedelta(seconds=asked.max_age):
        return f"the sign-in is older than {asked.max_age} seconds"
    if asked.acr_values and MFA not in asked.acr_values and not reached(asked.acr_values, who):
        return "another assurance is asked for"
    return ""


def reached(levels: tuple[str, ...], who: SignedIn | VerifiedLogin) -> bool:
    """Return whether this is of one of these levels; with a second factor of ours on top, the first one holds still."""
    return who.assurance in levels or (isinstance(who, SignedIn) and who.first in levels)


def _wishes(asked: Asked) -> str:
    """Return the request's conditions in words."""
    wishes = [word for word, given in (("force", asked.force), ("passive", asked.passive)) if given]
    wishes += [f"max_age {asked.max_age}"] if asked.max_age is not None else []
    wishes += [f"assurance {' '.join(asked.acr_values)}"] if asked.acr_values else []
    return ", ".join(wishes)
