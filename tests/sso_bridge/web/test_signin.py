"""The employees' pages."""

from __future__ import annotations

import re

import pytest

from sso_bridge.errors import BridgeError
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from sso_bridge.web.phrases import DUTCH
from tests.fakes.sign_in_bridge import ADA, SignInBridge, fields

DUTCH_PLEASE = {"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.5"}


def subclasses(of: type[BridgeError]) -> set[type[BridgeError]]:
    """Return the class and everything below it."""
    return {of}.union(*(subclasses(one) for one in of.__subclasses__()))


def test_portal(bridge: SignInBridge):
    """The portal shows the platforms the rules have for the person, and no others."""
    browser = bridge.client()
    browser.sign_in(path="/login")

    assert 'href="/fake?platform=chat"' in browser.get("/").text
    assert "Ada Lovelace" in browser.get("/").text
    bridge.rules.out.add("E1")
    assert "no platform for you yet" in browser.get("/").text


def test_own_sessions(bridge: SignInBridge):
    """Everybody sees where they are signed in, and can end it everywhere; nobody else's sessions end (SE-05)."""
    laptop, phone, bob = bridge.client(), bridge.client(), bridge.client()
    for browser, name in ((laptop, "ada"), (phone, "ada"), (bob, "bob")):
        browser.sign_in(name, path="/login")
    page = laptop.get("/").text
    laptop.post("/logout", fields(page) | {"everywhere": "1"})

    assert 2 == page.count("since 2026-11-02 09:00 UTC")
    assert 1 == page.count("this browser")
    assert [401, 401, 200] == [browser.get("/session").status_code for browser in (laptop, phone, bob)]
    assert 2 == bridge.audit.what().count("session.ended")


def test_portal_of_nobody(bridge: SignInBridge):
    """Nobody in particular is sent to sign in."""
    assert "/login" == bridge.client().get("/").location


def test_session(bridge: SignInBridge):
    """`/session` tells who is signed in, or 401 as JSON."""
    browser = bridge.client()
    nobody = browser.get("/session")
    browser.sign_in()
    known = browser.get("/session").json

    assert (401, "login_required") == (nobody.status_code, nobody.json["code"])
    assert {"person", "workplace", "subject", "signed_in_at", "assurance"} == set(known)
    assert (ADA.uuid, "staff", "ada") == (known["person"], known["workplace"], known["subject"])


def test_two_workplaces(bridge: SignInBridge):
    """With two workplaces one chooses; each has its own address."""
    bridge.workplaces["guests"] = PasswordFile(FileSettings("guests", bridge.file), bridge.clock)
    browser = bridge.client()
    page = browser.get(browser.get("/fake").location).text
    doors = re.findall(r'href="(/login/\w+\?attempt=[\w-]+)"', page)

    assert 2 == len(doors)
    assert 'action="/login/guests"' in browser.get(doors[1]).text


def test_dutch(bridge: SignInBridge):
    """A Dutch browser gets Dutch pages, any other the default language."""
    browser = bridge.client()
    address = browser.get("/fake").location
    dutch = browser.get(address, headers=DUTCH_PLEASE)
    other = browser.get(address, headers={"Accept-Language": "fi"})

    assert ("nl", "en") == (dutch.headers["Content-Language"], other.headers["Content-Language"])
    assert '<html lang="nl">' in dutch.text
    assert "Wachtwoord" in dutch.text


def test_every_error_in_dutch():
    """Every error a person may see has a Dutch sentence."""
    seen = {one.code for one in subclasses(BridgeError) if one.__module__.startswith("sso_bridge.")}
    machines = {"no_such_platform"}

    assert set() == seen - set(DUTCH.errors) - machines


def test_wrong_password_page(bridge: SignInBridge):
    """A wrong password shows the form again, with the name, the reference, and never the password."""
    page = bridge.client().sign_in(password="a wrong one")

    assert 401 == page.status_code
    assert 'value="ada"' in page.text
    assert next(iter(bridge.traces.latest(1))).reference in page.text
    assert "a wrong one" not in page.text
    assert "wrong_password" not in page.text
    assert "wrong_password" == bridge.audit.events[-1].why


def test_same_page_for_all(bridge: SignInBridge):
    """Unknown name and wrong password get the same page, word for word but the reference and the name (LD-09)."""

    def page(name: str) -> str:
        text = bridge.client().sign_in(name, "wrong").text
        text = re.sub(r'value="[\w-]{43,64}"', "", text).replace(name, "")
        return re.sub(r"[a-z]+-[a-z]+-[a-z]+-[a-z]+(?=</strong>)", "", text)

    assert page("ada") == page("who-is-this")


def test_markup_in_name(bridge: SignInBridge):
    """What somebody types comes back as text."""
    page = bridge.client().sign_in('"><script>alert(1)</script>').text

    assert "<script>" not in page


def test_unknown_page(bridge: SignInBridge):
    """A page that does not exist says so, to a machine as JSON."""
    browser = bridge.client()
    page = browser.get("/x")

    assert 404 == page.status_code
    assert "This page does not exist." in page.text
    assert "http_404" == browser.get("/x", headers={"Accept": "application/json"}).json["code"]


def test_crash(bridge: SignInBridge):
    """Something unforeseen gives one sentence, no trace of the code (AD-15)."""
    bridge.rules.outcome = None
    browser = bridge.client()
    page = browser.sign_in()

    assert 500 == page.status_code
    assert BridgeError.sentence in page.text
    assert "Traceback" not in page.text
    assert "NoneType" not in page.text


def test_lost_attempt_is_recorded(bridge: SignInBridge):
    """A refusal before there was an attempt has its trace and reference too."""
    page = bridge.client().get("/login?attempt=unknown")
    (trace,) = bridge.traces.latest()

    assert 400 == page.status_code
    assert trace.reference in page.text
    assert "attempt_over" == trace.outcome


@pytest.mark.parametrize(
    "path", ["/login", "/login/staff", "/login/staff?attempt=x", "/login/nowhere", "/logout", "/x", "/session"]
)
def test_headers(bridge: SignInBridge, path: str):
    """Every page has the security headers and is not kept (SE-08)."""
    headers = bridge.client().get(path).headers

    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert ("nosniff", "no-referrer", "no-store") == tuple(
        headers[name] for name in ("X-Content-Type-Options", "Referrer-Policy", "Cache-Control")
    )
