"""To a workplace's own pages and back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from sso_bridge.session.cookie import SESSION
from sso_bridge.store.sign_in.conflicts import Conflicts
from tests.fakes.sign_in_bridge import SignInBridge


def trace_of(bridge: SignInBridge):
    """Return the newest trace."""
    return next(iter(bridge.traces.latest(1)))


def test_there_and_back(bridge: SignInBridge):
    """Somebody who is signed in at work comes back by a cross-site form and is answered (SE-02, RP-01)."""
    office, browser = bridge.with_office(), bridge.client()
    answer = browser.sign_in_at(office)

    assert answer.location.startswith("https://chat.test/cb?sub=")
    assert ["link.made", "session.opened", "sign_in.answered"] == bridge.audit.what()
    assert "office" == browser.get("/session").json["workplace"]


def test_by_get(bridge: SignInBridge):
    """An OpenID workplace's answer comes by GET to its own address."""
    office, browser = bridge.with_office(), bridge.client()
    answer = browser.get("/workplace/office/oidc/callback", query_string=office.answer(browser.go_away()))

    assert answer.location.startswith("https://chat.test/cb?sub=")


def test_trace_has_both_legs(bridge: SignInBridge):
    """The trace of such a sign-in tells both ways, under one reference."""
    office = bridge.with_office()
    bridge.client().sign_in_at(office)
    (trace,) = bridge.traces.latest()

    assert ("answered", "office") == (trace.outcome, trace.workplace)
    told = [step["what"] for step in trace.steps if step["leg"] == "workplace"]
    assert ["waiting for the browser", "sent to the workplace", "confirmed by the workplace", "person found"] == told


@pytest.mark.parametrize(("minutes", "prompted"), [(0, True), (60, False)])
def test_prompted(bridge: SignInBridge, minutes: int, prompted: object):
    """Whoever was signed in at work for a while was asked for nothing; whoever just signed in there was.

    The test goes by the only door there is, so that nobody had to choose one.
    """
    office = bridge.with_office()
    office.since = bridge.clock() - timedelta(minutes=minutes)
    bridge.client().sign_in_at(office)

    assert prompted == trace_of(bridge).prompted


def test_wishes_travel(bridge: SignInBridge):
    """What the platform asks of the sign-in is asked of the workplace (IDP-05, OP-18)."""
    office = bridge.with_office()
    bridge.client().go_away("/fake?force=1&max_age=60&acr=urn:strong&hint=ada@corp.example")
    (wish,) = office.wishes

    assert (True, False, 60, ("urn:strong",)) == (wish.force, wish.silent, wish.max_age, wish.acr_values)
    assert "ada@corp.example" == wish.login_hint


def test_forced_and_fresh(bridge: SignInBridge):
    """A forced sign-in is fresh by the workplace's clock, which may be a minute behind; an old one is not (IDP-05)."""
    office = bridge.with_office()
    office.since = bridge.clock() - timedelta(seconds=50)
    fresh = bridge.client().sign_in_at(office, "/fake?force=1")
    office.since = bridge.clock() - timedelta(minutes=10)
    old = bridge.client().sign_in_at(office, "/fake?force=1")

    assert "?sub=" in fresh.location
    assert old.location.endswith("error=assurance_not_met")


def test_undated(bridge: SignInBridge):
    """Whoever's sign-in has no known time is let in, but counts neither as fresh nor as young (OP-18, IDP-05)."""
    office, browser = bridge.with_office(), bridge.client()
    office.dated = False
    plain = browser.sign_in_at(office)
    young = bridge.client().sign_in_at(office, "/fake?max_age=3600")
    forced = bridge.client().sign_in_at(office, "/fake?force=1")

    assert "?sub=" in plain.location
    assert young.location.endswith("error=assurance_not_met")
    assert forced.location.endswith("error=assurance_not_met")
    assert browser.get("/fake?max_age=3600").location.startswith("https://office.test/")


def test_undated_in_another_tab(bridge: SignInBridge):
    """A silent sign-in without a time, in another tab, does not fulfil a forced one that waits (IDP-05)."""
    office, browser = bridge.with_office(), bridge.client()
    waiting = re.search(r"state=([\w-]+)", browser.get("/fake?force=1").location)
    office.dated = False
    bridge.clock.move(seconds=5)
    browser.sign_in_at(office, "/login/office")

    assert waiting is not None
    assert "?sub=" not in browser.get(f"/login/resume/{waiting[1]}").location


def test_session_goes_on(bridge: SignInBridge):
    """A second sign-in goes on with the session the browser left with, though the form comes without its cookie."""
    office, browser = bridge.with_office(), bridge.client()
    browser.sign_in_at(office)
    first = browser.cookie(SESSION.name)
    browser.sign_in_at(office, "/fake?force=1")

    assert first != browser.cookie(SESSION.name)
    assert 1 == len(bridge.sessions.of_person(1, bridge.clock()))


def test_another_person(bridge: SignInBridge):
    """Another person's session ends when somebody else signs in with this browser (SE-01)."""
    office, browser = bridge.with_office(), bridge.client()
    browser.sign_in_at(office)
    office.here = ("bob-at-office", "E2")
    browser.sign_in_at(office, "/fake?force=1")

    assert () == bridge.sessions.of_person(1, bridge.clock())
    assert 1 == len(bridge.sessions.of_person(2, bridge.clock()))


def test_ends_with_the_workplace(bridge: SignInBridge):
    """A session ends when the workplace says so, never later than we allow; one that is over opens nothing (SP-18)."""
    office, browser = bridge.with_office(), bridge.client()
    office.ends_at = bridge.clock() + timedelta(minutes=30)
    browser.sign_in_at(office)
    (session,) = bridge.sessions.of_person(1, bridge.clock())
    office.ends_at = bridge.clock() - timedelta(seconds=1)

    assert office.ends_at + timedelta(minutes=30, seconds=1) == session.ends_at
    assert {"session": "sid-office"} == session.upstream
    assert 401 == bridge.client().sign_in_at(office).status_code
    office.ends_at = bridge.clock() + timedelta(days=30)
    bridge.client().sign_in_at(office)
    assert timedelta(hours=12) == max(
        one.ends_at - bridge.clock() for one in bridge.sessions.of_person(1, bridge.clock())
    )


def test_refused_there(bridge: SignInBridge):
    """A workplace that does not confirm somebody gets a page with the reference; the platform hears nothing yet."""
    office, browser = bridge.with_office(), bridge.client()
    page = browser.sign_in_at(office, seal="forged")

    assert 401 == page.status_code
    assert trace_of(bridge).reference in page.text
    assert "Your workplace did not confirm who you are." in page.text
    assert "forged" == bridge.audit.events[-1].why
    assert [] == bridge.chat.told


def test_foreign_subject(bridge: SignInBridge):
    """A workplace speaks for its own people only (SP-24)."""
    office = bridge.with_office()
    office.name = "elsewhere"
    browser = bridge.client()
    away = browser.go_away()
    page = browser.post_from_elsewhere("/workplace/office/saml/acs", office.answer(away))

    assert 401 == page.status_code
    assert "foreign_subject" == bridge.audit.events[-1].why


def test_ten_minutes_there(bridge: SignInBridge):
    """The ten minutes begin anew when the browser leaves, so that a slow reader can still sign in; then they end."""
    office, browser = bridge.with_office(only=False), bridge.client()
    attempt = browser.start()["attempt"]
    bridge.clock.move(minutes=9)
    location = browser.go_away(f"/login/office?attempt={attempt}")
    bridge.clock.move(minutes=9)
    late = browser.go_away(f"/login/office?attempt={browser.start()['attempt']}")
    in_time = browser.come_back(office, location)
    bridge.clock.move(minutes=11)

    assert 303 == in_time.status_code
    assert 400 == browser.come_back(office, late).status_code


def test_one_person_two_workplaces(bridge: SignInBridge):
    """Whoever signs in at two workplaces is one person, with one subject at the platform."""
    office, annex = bridge.with_office(), bridge.with_office("annex", only=False)
    annex.here = ("somebody-at-annex", "E1")
    for one in (office, annex):
        browser = bridge.client()
        browser.get(browser.come_back(one, browser.go_away(f"/login/{one.name}")).location)
        browser.get("/fake")

    assert 1 == len({released.subject for _who, released in bridge.chat.told})
    assert 2 == bridge.audit.what().count("link.made")


def test_doubt_is_kept(bridge: SignInBridge):
    """Two subjects that claim one person: the second one waits for a decision, and hears one sentence (ID-01)."""
    office = bridge.with_office()
    bridge.client().sign_in_at(office)
    office.here = ("another-at-office", "E1")
    page = bridge.client().sign_in_at(office)
    (waiting,) = Conflicts(bridge.store).page(10, None, {})

    assert 403 == page.status_code
    assert "it is not clear yet who you are" in page.text
    assert waiting.reference in page.text
    assert ("another-at-office", (1,), "open") == (waiting.subject.value, waiting.people, waiting.state)
    assert [] == [event for event in bridge.audit.what()[3:] if event == "link.made"]
