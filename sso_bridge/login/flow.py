"""A sign-in on one page: authenticate -> identify -> (mappings) -> release -> respond.

A platform's endpoint verifies its message into an `Asked`, calls `begin` (GET) or `park` (a cross-site POST, without
our session cookie) and sends the `Step`: answer, page or refusal. Only AttemptOver and BadRequest are raised.
"""

from dataclasses import dataclass

from sso_bridge.login.arrival import Arrival
from sso_bridge.login.asked import Asked, VerifiedLogin
from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.browser import Browser, Step
from sso_bridge.login.crossing import Crossing
from sso_bridge.login.finish import Finish
from sso_bridge.login.visit import Visit, Visits, lacking
from sso_bridge.session.desk import SessionDesk


@dataclass(frozen=True, slots=True)
class SignIn:
    """The moments of a sign-in."""

    visits: Visits
    desk: SessionDesk
    arrival: Arrival
    crossing: Crossing
    finish: Finish

    def begin(self, asked: Asked, browser: Browser) -> Step:
        """Answer the platform at once when a live session satisfies it; otherwise send the browser to sign in."""
        return self.finish.tell(self.visits.open(asked, browser), self._go_on)

    def park(self, asked: Asked, browser: Browser) -> Step:
        """Keep a verified request that came by POST, and let the browser come back by GET with its session."""
        return self.finish.tell(self.visits.open(asked, browser), self.visits.park)

    def resume(self, attempt: str, browser: Browser) -> Step:
        """Go on with a parked or interrupted request; AttemptOver when unknown, used, too old or another browser's."""
        return self.finish.tell(self.visits.back(attempt, browser), self._go_on)

    def password(self, attempt: str, workplace: str, name: str, password: str, browser: Browser) -> Step:
        """Check the password, find the person, open a new session and answer the platform that waits."""
        visit = self.visits.back(attempt, browser)
        return self.finish.tell(visit, lambda on: self._in(on, self.arrival.check(on, workplace, name, password)))

    def away(self, attempt: str, workplace: str, browser: Browser) -> Step:
        """Send the browser to the workplace's own pages: somebody chose them."""
        visit = self.visits.back(attempt, browser)
        return self.finish.tell(visit, lambda on: self.crossing.away(on, workplace, chosen=True))

    def back(self, workplace: str, returned: Returned, browser: Browser) -> Step:
        """Take the browser back with proof of who it is, and go on as after a password."""
        visit = self.crossing.land(workplace, returned, browser)
        return self.finish.tell(visit, lambda on: self._in(on, self.crossing.proof(on, workplace, returned)))

    def _go_on(self, visit: Visit) -> Step:
        if (here := self.desk.present(visit.browser)) and not lacking(visit, here.signed_in, self.arrival.clock()):
            return self.finish.answer(visit, here)
        return self.visits.wait(visit, self.arrival.assurances())

    def _in(self, visit: Visit, login: VerifiedLogin | None) -> Step:
        return self.finish.answer(visit, self.arrival.welcome(visit, login)) if login else self._go_on(visit)
