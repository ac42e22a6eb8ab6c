"""Somebody replaces a password that has expired, or that must be changed before the first sign-in.

It is not part of the flow: the attempt waits, and goes on with the new password. Tries count in the same buckets as
those of a sign-in, so that nobody guesses here instead (LD-08).
"""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.errors import BadRequest, BridgeError, SignInRefused, TooManyAttempts, WorkplaceDown
from sso_bridge.login.arrival import LONGEST_PASSWORD, Limits, refuse_unusable
from sso_bridge.login.asked import Subject
from sso_bridge.login.authenticate.contract import ChangesPassword
from sso_bridge.login.browser import Browser
from sso_bridge.login.ports import LiveRules, Throttle, Transactions
from sso_bridge.login.trace import WORKPLACE
from sso_bridge.login.visit import Visit, Visits


@dataclass(frozen=True, slots=True)
class PasswordChange:
    """Changes passwords at the workplaces that let people do that."""

    visits: Visits
    live: LiveRules
    throttle: Throttle
    limits: Limits
    transactions: Transactions
    audit: AuditTrail
    clock: Clock

    def offered(self, workplace: str) -> bool:
        """Return whether people may change their password there."""
        return isinstance(self.live.current().workplaces.get(workplace), ChangesPassword)

    def waiting(self, attempt: str, browser: Browser) -> Visit:
        """Return what waits for the new password; AttemptOver when nothing of this browser does."""
        return self.visits.back(attempt, browser)

    def change(self, visit: Visit, workplace: str, username: str, old: str, new: str) -> None:
        """Change it, or raise SignInRefused, NewPasswordRefused, TooManyAttempts or WorkplaceDown, recorded."""
        visit.trace.workplace = workplace
        try:
            subject = self._changed(visit, workplace, username, old, new)
        except BridgeError as why:
            visit.trace.add(WORKPLACE, "password not changed", why.code, why.cause)
            why.reference = visit.trace.reference
            self._record(visit, "password.not_changed", f"workplace:{workplace}", getattr(why, "reason", why.code))
            raise
        visit.trace.add(WORKPLACE, "password changed")
        self._record(visit, "password.changed", f"workplace:{workplace}", f"subject:{subject.value}")

    def _changed(self, visit: Visit, workplace: str, username: str, old: str, new: str) -> Subject:
        door = self.live.current().workplaces.get(workplace)
        if not isinstance(door, ChangesPassword):
            raise BadRequest("no workplace of this name lets people change their password")
        refuse_unusable(username, old)
        if len(new) > LONGEST_PASSWORD:
            raise SignInRefused("too_long")
        limits = self.limits.of(workplace, username, visit.browser.address)
        wait = self.throttle.take(limits, self.clock())
        if wait:
            raise TooManyAttempts(wait, "the limit of this account, this address or all together is reached")
        try:
            subject = door.change_password(username, old, new)
        except WorkplaceDown:
            self.throttle.give_back(limits[:1], self.clock())
            raise
        self.throttle.give_back(limits, self.clock())
        return subject

    def _record(self, visit: Visit, what: str, target: str, why: str) -> None:
        with self.transactions.writing():
            self.visits.note(visit)
            address, reference = visit.browser.address, visit.trace.reference
            self.audit.record(Event(what, "nobody", target, why=why, address=address, reference=reference))
