"""An administrator takes a workplace out, perhaps because its provider was broken into: it counts no more, at once."""

from __future__ import annotations

from tests.fakes.sign_in_bridge import SignInBridge


def test_session(bridge: SignInBridge):
    """A session that came by the workplace is dead on the next request, and stays so when it is back (SP-25)."""
    office, browser = bridge.with_office(only=False), bridge.client()
    browser.come_back(office, browser.get(browser.get("/fake").location.replace("/login?", "/login/office?")).location)
    assert 200 == browser.get("/session").status_code
    del bridge.workplaces["office"]

    assert 401 == browser.get("/session").status_code
    assert browser.get("/fake").location.startswith("/login?attempt=")
    assert ["workplace_gone"] == [event.why for event in bridge.audit.events if event.what == "session.ended"]
    bridge.workplaces["office"] = office
    assert 401 == browser.get("/session").status_code


def test_others(bridge: SignInBridge):
    """Sessions of other workplaces go on."""
    bridge.with_office(only=False)
    browser = bridge.client()
    browser.sign_in()
    del bridge.workplaces["office"]

    assert 200 == browser.get("/session").status_code
