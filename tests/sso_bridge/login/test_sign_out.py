"""Signing out here and at the workplace, and by order of the workplace."""

from __future__ import annotations

import re

import pytest

from sso_bridge.login.authenticate.choose import Manner
from sso_bridge.session.cookie import SESSION
from tests.fakes.office import SEAL
from tests.fakes.sign_in_bridge import SignInBridge, fields


def signed_in(bridge: SignInBridge, *, sign_out: str = "offer"):
    """Return an office that can sign out, and a browser that is signed in by it."""
    office, browser = bridge.with_office(), bridge.client()
    office.signs_out = True
    bridge.manners["office"] = Manner(title="Head office", sign_out=sign_out)
    browser.sign_in_at(office)
    return office, browser


def leave(browser, **more: str):
    """Press the button."""
    return browser.post("/logout", fields(browser.get("/logout").text) | more)


def back(browser, office, location: str, **other: str):
    """Come back from the office after signing out there."""
    asked = office.answer(location)
    said = {"state": asked["state"], "request": asked["request"], "seal": SEAL, "result": "all"}
    return browser.get("/workplace/office/saml/sls", query_string=said | other)


def test_here_first(bridge: SignInBridge):
    """Our session ends at once; signing out at the workplace is offered, by its title (SE-07)."""
    office, browser = signed_in(bridge)
    page = leave(browser)

    assert 401 == browser.get("/session").status_code
    assert "You may still be signed in with Head office." in page.text
    assert [] == office.ended


def test_there_too(bridge: SignInBridge):
    """Whoever presses the button is signed out there too, with what the workplace told at sign-in, and is told so."""
    office, browser = signed_in(bridge)
    link = re.search(r'href="(/logout/workplace[^"]+)"', leave(browser).text)[1]
    page = back(browser, office, browser.get(link).location)

    assert [("ada-at-office", {"session": "sid-office"})] == [(who.value, known) for who, known in office.ended]
    assert "You are signed out of Head office too." in page.text


@pytest.mark.parametrize("wrong", [{"result": "some"}, {"seal": "forged"}, {"request": "other"}])
def test_partly(bridge: SignInBridge, wrong: dict[str, str]):
    """A workplace that does not confirm is not believed to have done it: the page says so (SE-07)."""
    office, browser = signed_in(bridge, sign_out="follow")
    page = back(browser, office, leave(browser).location, **wrong)

    assert 200 == page.status_code
    assert "Head office did not confirm that you are signed out there." in page.text
    assert 401 == browser.get("/session").status_code


def test_follow_to_nowhere(bridge: SignInBridge):
    """A workplace that offers no way to sign out is named; ours is over all the same."""
    office, browser = signed_in(bridge, sign_out="follow")
    office.signs_out = False
    page = leave(browser)

    assert "Head office did not confirm" in page.text
    assert 401 == browser.get("/session").status_code


def test_keep(bridge: SignInBridge):
    """Where signing out is not to go further, nothing is offered."""
    _office, browser = signed_in(bridge, sign_out="keep")

    assert "Head office" not in leave(browser).text


def test_everywhere(bridge: SignInBridge):
    """Signing out everywhere ends the other browsers' sessions too, and goes on to the workplace alike."""
    office, browser = signed_in(bridge)
    phone = bridge.client()
    phone.sign_in_at(office)
    page = leave(browser, everywhere="1")

    assert 401 == phone.get("/session").status_code
    assert "/logout/workplace" in page.text


def test_answer_once(bridge: SignInBridge):
    """The workplace's answer counts once, for this browser, and never as a sign-in."""
    office, browser = signed_in(bridge, sign_out="follow")
    location = leave(browser).location
    thief = bridge.client()
    thief.go_away()

    assert 400 == back(thief, office, location).status_code
    assert 400 == browser.come_back(office, location).status_code
    assert 200 == back(browser, office, location).status_code
    assert 400 == back(browser, office, location).status_code


def test_sign_in_is_no_sign_out(bridge: SignInBridge):
    """The handle of a sign-in signs nobody out, and opens no way to the workplace's sign-out."""
    office, browser = signed_in(bridge)
    attempt = browser.get("/fake?force=1").location.partition("=")[2]

    assert 400 == back(browser, office, browser.go_away("/fake?force=1")).status_code
    assert 400 == browser.get(f"/logout/workplace?attempt={attempt}").status_code
    assert 200 == browser.get("/session").status_code


def order(browser, path: str = "/workplace/office/saml/sls", **said: str):
    """Bring the workplace's order."""
    return browser.get(path, query_string={"seal": SEAL} | said)


def test_order_by_session(bridge: SignInBridge):
    """The workplace ends exactly the sessions it names, and hears of it; the browser's cookie goes (SP-30)."""
    office, browser = signed_in(bridge)
    phone = bridge.client()
    phone.sign_in_at(office, session="sid-phone")
    done = order(browser, subject="ada-at-office", sessions="sid-office", relay="r1")

    assert "https://office.test/done?ended=True&relay=r1" == done.location
    assert done.headers["Set-Cookie"].startswith(f"{SESSION.name}=;")
    assert [401, 200] == [one.get("/session").status_code for one in (browser, phone)]
    assert "logout.ordered" in bridge.audit.what()


def test_order_by_person(bridge: SignInBridge):
    """An order without sessions ends all that this workplace opened for the person, and no others."""
    office, browser = signed_in(bridge)
    annex = bridge.with_office("annex", only=False)
    elsewhere, bob = bridge.client(), bridge.client()
    elsewhere.come_back(annex, elsewhere.go_away("/login/annex"))
    office.here = ("bob-at-office", "E2")
    bob.come_back(office, bob.go_away("/login/office"), session="sid-bob")
    order(bridge.client(), subject="ada-at-office")

    assert [401, 200, 200] == [one.get("/session").status_code for one in (browser, elsewhere, bob)]


def test_order_by_name(bridge: SignInBridge):
    """Where people are known by an attribute, an order without sessions ends all of that NameID, and nobody else's."""
    office, browser = signed_in(bridge)
    one, other = bridge.client(), bridge.client()
    one.sign_in_at(office, session="sid-1", name="n1")
    other.sign_in_at(office, session="sid-2", name="n2")
    order(bridge.client(), name="n1")

    assert [200, 401, 200] == [each.get("/session").status_code for each in (browser, one, other)]


def test_order_without_browser(bridge: SignInBridge):
    """A back-channel order needs no browser: 200 when done, 400 as JSON when it cannot be trusted."""
    _office, browser = signed_in(bridge)
    machine = bridge.client()
    refused = machine.post("/workplace/office/oidc/logout", {"seal": "forged", "sessions": "sid-office"})
    still = browser.get("/session").status_code
    done = machine.post("/workplace/office/oidc/logout", {"seal": SEAL, "sessions": "sid-office"})

    assert (400, {"error": "invalid_request"}) == (refused.status_code, refused.json)
    assert (200, 200, "no-store") == (still, done.status_code, done.headers["Cache-Control"])
    assert 401 == browser.get("/session").status_code


@pytest.mark.parametrize(
    "said",
    [
        {"seal": "forged", "subject": "ada-at-office"},
        {"sessions": "sid-other"},
        {"subject": "bob-at-office"},
        {"subject": "bob-at-office", "sessions": "sid-office"},
        {"subject": "ADA-AT-OFFICE"},
        {},
    ],
)
def test_wrong_orders(bridge: SignInBridge, said: dict[str, str]):
    """Forged orders, and those about other people, other sessions or nobody, end nothing of this person (SP-30)."""
    _office, browser = signed_in(bridge)
    order(bridge.client(), **said)

    assert 200 == browser.get("/session").status_code


def test_order_of_another_workplace(bridge: SignInBridge):
    """A workplace ends its own people's sessions only, whatever session name it states (SP-24)."""
    _office, browser = signed_in(bridge)
    bridge.with_office("annex", only=False)
    order(bridge.client(), "/workplace/annex/saml/sls", sessions="sid-office")
    order(bridge.client(), "/workplace/annex/saml/sls", subject="ada-at-office")

    assert 200 == browser.get("/session").status_code


def test_without_this_capability(bridge: SignInBridge):
    """A workplace that has no sign-out of its own has no such address, and metadata only where it has some."""
    browser = bridge.client()

    assert 400 == order(browser, "/workplace/staff/saml/sls").status_code
    assert 404 == browser.get("/workplace/staff/saml/metadata").status_code
    assert 405 == browser.get("/workplace/staff/saml/acs").status_code
