"""A sign-in on one page: authenticate -> identify -> (mappings) -> release -> respond.

An endpoint verifies its platform's message into an `Asked`, and sends the `Step`: answer, page or refusal.
"""

from dataclasses import dataclass

from sso_bridge.login.arrival import Arrival
from sso_bridge.login.asked import Asked, VerifiedLogin
from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.browser import Browser, Step
from sso_bridge.login.doors import Doors, Go
from sso_bridge.login.finish import Finish
from sso_bridge.login.visit import Visit, Visits
from sso_bridge.session.desk import SessionDesk


@dataclass(frozen=True, slots=True)
class SignIn:
    """The moments of a sign-in."""

    visits: Visits
    desk: SessionDesk
    arrival: Arrival
    doors: Doors
    finish: Finish

    def begin(self, asked: Asked, browser: Browser) -> Step:
        """Answer the platform at once when a live session satisfies it; otherwise send the browser to sign in."""
        return self.finish.tell(self.visits.open(asked, browser), self.go_on)

    def park(self, asked: Asked, browser: Browser) -> Step:
        """Keep a verified request that came by POST, and let the browser come back by GET with its session."""
        return self.finish.tell(self.visits.open(asked, browser), self.visits.park)

    def at(self, attempt: str, browser: Browser, go: Go | None = None) -> Step:
        """Go on with a request that waits; AttemptOver when it is unknown, used, too old or another browser's."""
        return self.finish.tell(self.visits.back(attempt, browser), go or self.go_on)

    def password(self, attempt: str, workplace: str, name: str, password: str, browser: Browser) -> Step:
        """Check the password, find the person, open a new session and answer the platform that waits."""
        return self.at(attempt, browser, lambda on: self.go_on(on, self.arrival.check(on, workplace, name, password)))

    def ticket(self, attempt: str, token: bytes, browser: Browser) -> Step:
        """Go on as after a password with whom a Kerberos ticket names."""
        return self.at(attempt, browser, lambda on: self.doors.ticket(on, token, self.go_on))

    def back(self, workplace: str, returned: Returned, browser: Browser) -> Step:
        """Take the browser back with proof of who it is, and go on as after a password."""
        visit = self.doors.crossing.land(workplace, returned, browser)
        return self.finish.tell(visit, lambda on: self.go_on(on, self.doors.crossing.proof(on, workplace, returned)))

    def go_on(self, visit: Visit, login: VerifiedLogin | None = None, way: Go | None = None) -> Step:
        """Answer for who has just come in, or is here already; find a way to sign in otherwise."""
        here = self.arrival.welcome(visit, login) if login else self.desk.present(visit.browser)
        if here is None or (login is None and self.doors.lacking(visit, here.signed_in)):
            return (way or self.doors.onward)(visit)
        return self.finish.answer(visit, here)
