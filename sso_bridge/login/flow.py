"""A sign-in on one page: authenticate -> identify -> (mappings) -> release -> respond.

A platform's endpoint verifies its message into an `Asked`, calls `begin` (GET) or `park` (a cross-site POST, without
our session cookie) and sends the `Step`: answer, page or refusal. Only AttemptOver is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sso_bridge.errors import BridgeError
from sso_bridge.login.arrival import Arrival
from sso_bridge.login.asked import Asked
from sso_bridge.login.browser import Browser, Step
from sso_bridge.login.finish import Finish
from sso_bridge.login.visit import Visit, Visits, lacking
from sso_bridge.session.desk import SessionDesk


@dataclass(frozen=True, slots=True)
class SignIn:
    """The four moments of a sign-in."""

    visits: Visits
    desk: SessionDesk
    arrival: Arrival
    finish: Finish

    def begin(self, asked: Asked, browser: Browser) -> Step:
        """Answer the platform at once when a live session satisfies it; otherwise send the browser to sign in."""
        return self._tell(self.visits.open(asked, browser), self._go_on)

    def park(self, asked: Asked, browser: Browser) -> Step:
        """Keep a verified request that came by POST, and let the browser come back by GET with its session."""
        return self._tell(self.visits.open(asked, browser), self.visits.park)

    def resume(self, attempt: str, browser: Browser) -> Step:
        """Go on with a parked or interrupted request; AttemptOver when unknown, used, too old or another browser's."""
        return self._tell(self.visits.back(attempt, browser), self._go_on)

    def password(self, attempt: str, workplace: str, username: str, password: str, browser: Browser) -> Step:
        """Check the password, find the person, open a new session and answer the platform that waits."""
        visit, cookie = self.visits.back(attempt, browser), None
        try:
            present, cookie = self.arrival.welcome(visit, self.arrival.check(visit, workplace, username, password))
            return self.finish.answer(visit, present, cookie)
        except BridgeError as why:
            return self.finish.refuse(visit, why, cookie)

    def _go_on(self, visit: Visit) -> Step:
        if (here := self.desk.present(visit.browser)) and not lacking(visit, here.signed_in, self.arrival.clock()):
            return self.finish.answer(visit, here)
        return self.visits.wait(visit, self.arrival.assurances())

    def _tell(self, visit: Visit, go: Callable[[Visit], Step]) -> Step:
        try:
            return go(visit)
        except BridgeError as why:
            return self.finish.refuse(visit, why)
