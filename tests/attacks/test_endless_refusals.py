"""One open attempt, and refusals without end: they cost the database no more than those of any stranger (AD-10)."""

from __future__ import annotations

from sso_bridge.login.build import REFUSED
from tests.fakes.sign_in_bridge import SignInBridge

TICKET = {"Authorization": "Negotiate AAAA"}


def test_tickets(bridge: SignInBridge):
    """Tickets that nobody asked for fill neither the audit nor the traces (AD-10)."""
    browser = bridge.client()
    page = browser.get("/fake").location

    for _ in range(REFUSED[0] + 50):
        assert 200 == browser.get(page, headers=TICKET).status_code

    assert REFUSED[0] == len(bridge.audit.events)


def test_wrong_passwords_are_told_all_the_same(bridge: SignInBridge):
    """Whoever used that up first cannot try passwords unseen: each is in the audit (AD-11)."""
    browser = bridge.client()
    fields = browser.start()
    for _ in range(REFUSED[0] + 1):
        browser.get(f"/login?attempt={fields['attempt']}", headers=TICKET)
    before = len(bridge.audit.events)

    for _ in range(2):
        browser.post("/login/staff", fields | {"username": "ada", "password": "wrong"})

    assert ["wrong_password"] * 2 == [event.why for event in bridge.audit.events[before:]]
