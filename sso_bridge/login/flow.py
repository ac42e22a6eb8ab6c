"""A sign-in on one page: authenticate -> identify -> (mappings) -> release -> respond.

A platform's endpoint parses and verifies its message into an `Asked`, then calls `begin` (GET) or `park` (a cross-site
POST, which carries no session cookie: SameSite=Lax), and sends the `Step` with `web.answer.to_response`. Each records
the trace. AttemptOver is raised; every other refusal is a `Step`: the platform's error answer, or a page of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from sso_bridge.errors import BridgeError
from sso_bridge.login.arrival import Arrival
from sso_bridge.login.asked import Asked
from sso_bridge.login.browser import Browser, Step
from sso_bridge.login.finish import Finish
from sso_bridge.login.visit import Visit, Visits, attainable, lacking
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
        return self._go_on(self.visits.open(asked, browser))

    def park(self, asked: Asked, browser: Browser) -> Step:
        """Keep a verified request that came by POST, and let the browser come back by GET with its session."""
        return self.visits.park(self.visits.open(asked, browser))

    def resume(self, attempt: str, browser: Browser) -> Step:
        """Go on with a parked or interrupted request; AttemptOver when unknown, used, too old or another browser's."""
        return self._go_on(self.visits.back(attempt, browser))

    def password(self, attempt: str, workplace: str, username: str, password: str, browser: Browser) -> Step:
        """Check the password, find the person, open a new session and answer the platform that waits."""
        visit, cookie = self.visits.back(attempt, browser), None
        try:
            login = self.arrival.check(visit, workplace, username, password)
            present, cookie = self.arrival.welcome(visit, login)
            return self.finish.answer(visit, present, cookie)
        except BridgeError as why:
            return self.finish.refuse(visit, why, cookie)

    def _go_on(self, visit: Visit) -> Step:
        try:
            here = self.desk.present(visit.browser)
            if here is not None and not lacking(visit, here.signed_in, self.arrival.clock()):
                return self.finish.answer(visit, here)
            attainable(visit.asked, self.arrival.assurances())
            return self.visits.wait(visit)
        except BridgeError as why:
            return self.finish.refuse(visit, why)
