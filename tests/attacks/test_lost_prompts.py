"""A platform asks for a new sign-in, and is given an old one, or one for which nobody was asked (IDP-05, OP-18)."""

from __future__ import annotations

from datetime import timedelta

from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, KERBEROS, Accepted
from tests.fakes.sign_in_bridge import SignInBridge


class Desktop:
    """Takes every ticket for Ada's, and does not know when she signed in at the desk."""

    assurance, name = KERBEROS, "desktop"

    def __init__(self, clock) -> None:
        self.clock = clock

    def offered_to(self, address: str) -> bool:
        """Ask everybody."""
        return True

    def check_ticket(self, token: bytes) -> Accepted:
        """Return Ada."""
        subject, keys = Subject(self.name, "ada"), {EMPLOYEE_NUMBER: "E1"}
        return Accepted(VerifiedLogin(subject, self.clock(), ("wia",), KERBEROS, keys=keys))


def test_fast_clock_of_the_workplace(bridge: SignInBridge):
    """A sign-in dated in the future by a workplace's clock does not answer a later `ForceAuthn` (IDP-05)."""
    office, browser = bridge.with_office(), bridge.client()
    office.since = bridge.clock() + timedelta(seconds=100)
    browser.sign_in_at(office)
    bridge.clock.move(seconds=30)

    away = browser.go_away("/fake?force=1")

    assert away.startswith("https://office.test/")
    assert 1 == len(bridge.chat.told)


def test_ticket_in_another_tab(bridge: SignInBridge):
    """A ticket that a second tab shows is no new sign-in for the first, which waits for a password (IDP-05, OP-18)."""
    bridge.workplaces["desktop"] = Desktop(bridge.clock)
    browser = bridge.client()
    forced = browser.get("/fake?force=1").location
    bridge.clock.move(seconds=1)
    ticket = {"Authorization": "Negotiate Z29vZA=="}
    assert 303 == browser.get(browser.get("/fake").location, headers=ticket).status_code

    page = browser.get(forced)

    assert 200 == page.status_code
    assert 'type="password"' in page.text
