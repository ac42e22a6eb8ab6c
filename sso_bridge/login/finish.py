"""The end of a sign-in: rules, release and answer, kept together with trace and audit in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from mappings.days import Day
from mappings.errors import EvaluationError
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import (
    AssuranceNotMet,
    BridgeError,
    LoginRequired,
    NotForYou,
    PageNeeded,
    PersonInactive,
    RuleFailed,
    SignInRefused,
    TicketRefused,
    TooManyAttempts,
    UnknownPerson,
    UnknownPlatform,
    WorkplaceDown,
)
from sso_bridge.login.asked import Asked, Released, SignedIn
from sso_bridge.login.authenticate.attempt import AttemptDesk
from sso_bridge.login.authenticate.choose import mark
from sso_bridge.login.authenticate.contract import SendsAway, TakesPassword
from sso_bridge.login.browser import Cookies, Refusal, Step
from sso_bridge.login.doors import Doors
from sso_bridge.login.limits import FailureLimit, network_of
from sso_bridge.login.ports import LiveRules, Register, Subjects, Tally, Traces, Transactions
from sso_bridge.login.release.policy import released
from sso_bridge.login.respond.contract import Responder
from sso_bridge.login.step_up import StepUp
from sso_bridge.login.trace import PLATFORM, WORKPLACE
from sso_bridge.login.visit import Visit, lacking
from sso_bridge.session.desk import Present, SessionDesk

TRY_AGAIN = (SignInRefused, TooManyAttempts, WorkplaceDown, PageNeeded)
"""The person may try again on the same page; the platform is told nothing yet."""

SOMEBODY_ELSE_MAY = (UnknownPerson, PersonInactive, NotForYou)
"""Another person may go on with the same request: whoever is signed in at work is not always who wants to sign in."""

WITHOUT_END = (TooManyAttempts, TicketRefused, WorkplaceDown)
"""What anybody can be told as often as they like with one attempt."""

TELL_AT_ONCE = (LoginRequired, AssuranceNotMet)
"""The platform asked for this answer; no page of ours comes in between."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Answers and refuses. `today` tells the dates of this moment."""

    live: LiveRules
    register: Register
    subjects: Subjects
    responders: Mapping[str, Responder]
    doors: Doors
    step_up: StepUp
    desk: SessionDesk
    attempts: AttemptDesk
    traces: Traces
    transactions: Transactions
    audit: AuditTrail
    clock: Clock
    today: Callable[[], Day]
    refused: FailureLimit
    tally: Tally

    def tell(self, visit: Visit, go: Callable[[Visit], Step]) -> Step:
        """Return what the next moment of the sign-in says, or the refusal it ends in."""
        try:
            return go(visit)
        except BridgeError as why:
            return self.refuse(visit, why)

    def answer(self, visit: Visit, present: Present) -> Step:
        """Return the platform's answer, or the refusal; a session that was opened for it stays open either way.

        Where only the second factor is lacking, the page that asks for it.
        """
        try:
            if lack := lacking(visit, present.signed_in, self.clock(), new=bool(present.cookie)):
                raise AssuranceNotMet(lack)
            if why := self.step_up.missing(visit, present.signed_in):
                return self.step_up.ask(visit, present, why)
            return self._answered(visit, present)
        except BridgeError as why:
            return self.refuse(visit, why, present.cookie)

    def refuse(self, visit: Visit, why: BridgeError, cookie: str = "") -> Step:
        """Record the refusal; return the platform's own error answer, or our page with that answer behind a button."""
        asked, trace, again = visit.asked, visit.trace, isinstance(why, TRY_AGAIN)
        stays = again or (isinstance(why, SOMEBODY_ELSE_MAY) and not asked.passive)
        leg = WORKPLACE if again or trace.person_id is None else PLATFORM
        trace.add(leg, "refused", why.code, why.cause, getattr(why, "reason", ""))
        why.reference = trace.reference
        with self.transactions.writing():
            onward = None if again else self.responders[asked.protocol].refuse(asked, why)
            if visit.attempt is not None and not stays:
                self.attempts.attempts.use(visit.attempt.id_hash, self.clock())
            if self._worth_keeping(visit, why):
                self.traces.put(trace.record(why.code))
                if not isinstance(why, LoginRequired):
                    reason = getattr(why, "reason", why.code)
                    self.audit.record(self._event("sign_in.refused", visit, "nobody", reason))
        self.tally.sign_in(asked.platform, asked.protocol, why.code, prompted=trace.prompted)
        cookies = Cookies(session=cookie or None)
        if onward is not None and (asked.passive or isinstance(why, TELL_AT_ONCE)):
            return Step(onward, cookies, trace.reference)
        if again and visit.attempt_id:
            return self.doors.again(visit, why)
        return Step(Refusal(why, onward, visit.attempt_id if stays else "", asked.platform), cookies, trace.reference)

    def _answered(self, visit: Visit, present: Present) -> Step:
        """Return the platform's answer; NotForYou, UnknownPlatform, AttemptOver."""
        asked, trace, who = visit.asked, visit.trace, _as_asked(visit.asked, present.signed_in)
        trace.person_id, trace.workplace = present.person.id, who.subject.workplace
        if not trace.prompted:
            trace.add(WORKPLACE, "open session used")
        told = self._released(asked, present)
        with self.transactions.writing():
            if visit.attempt is not None:
                self.attempts.use(visit.attempt)
            answer = self.responders[asked.protocol].answer(asked, who, told)
            self.desk.told(present, asked.platform, asked.protocol, told.subject)
            trace.add(PLATFORM, "answered")
            self.traces.put(trace.record("answered"))
            self.audit.record(self._event("sign_in.answered", visit, f"person:{who.person_uuid}", asked.protocol))
        self.tally.sign_in(asked.platform, asked.protocol, "answered", prompted=trace.prompted)
        return Step(answer, Cookies(present.cookie or None, door=self._door(present)), trace.reference)

    def _door(self, present: Present) -> str | None:
        """Return what the browser keeps of where it just signed in; nothing when there is no choice."""
        here = self.live.current().workplaces
        if not present.cookie:
            return None
        name = present.session.subject.workplace
        doors = [one for one, door in here.items() if isinstance(door, TakesPassword | SendsAway)]
        return mark(name) if name in doors and len(doors) > 1 else None

    def _worth_keeping(self, visit: Visit, why: BridgeError) -> bool:
        """Return whether to record a refusal: a stranger who is refused without end does not fill the database (AD-10).

        A wrong password is always recorded; how many of those there can be is limited before.
        """
        stranger = visit.trace.person_id is None and (visit.attempt is None or isinstance(why, WITHOUT_END))
        return not stranger or not self.refused.count(network_of(visit.browser.address))

    def _released(self, asked: Asked, present: Present) -> Released:
        if not asked.platform:
            return Released("")
        live = self.live.current()
        platform = live.platforms.get(asked.platform)
        if platform is None:
            raise UnknownPlatform("the platform was taken out of the configuration")
        try:
            outcome = live.rules.outcome(platform.name, present.person, self.register.chart(self.today()))
        except EvaluationError as broken:
            raise RuleFailed(f"a rule of the mapping has no value for this person: {broken}") from None
        return released(outcome, self.subjects.subject(platform, present.person))

    @staticmethod
    def _event(what: str, visit: Visit, actor: str, why: str) -> Event:
        target = f"platform:{visit.asked.platform}" if visit.asked.platform else "bridge"
        return Event(what, actor, target, why=why, address=visit.browser.address, reference=visit.trace.reference)


def _as_asked(asked: Asked, who: SignedIn) -> SignedIn:
    """Return the sign-in as the platform asked for it: who also showed a second factor did show the first one."""
    plain = asked.acr_values and who.assurance not in asked.acr_values and who.first in asked.acr_values
    return replace(who, assurance=who.first) if plain else who
