"""A real browser with a security key: set up on the way to a platform, and used at the next sign-in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page
from werkzeug.serving import make_server

from tests.fakes.sign_in_bridge import RIGHT
from tests.fakes.two_factors import TwoFactors
from tests.fakes.whole_site import SITE
from tests.lab import chromium
from tests.lab.process import free_port
from tests.lab.site import Site

pytestmark = pytest.mark.peer("chromium")
ADDRESS = "127.0.0.39"


@pytest.fixture
def house(site: Site, store, clock, keys, tmp_path) -> Iterator[tuple[TwoFactors, str]]:
    """The application over TLS, and the option by which Chromium finds it; the chat ends there too."""
    made, port = TwoFactors(store, clock, keys, tmp_path), free_port(ADDRESS)
    tls = (str(site.authority.certificate), str(site.authority.key))
    server = make_server(ADDRESS, port, made.whole.app, threaded=True, ssl_context=tls)
    Thread(target=server.serve_forever, daemon=True).start()
    yield made, f"--host-resolver-rules=MAP *.test {ADDRESS}:{port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def context(house) -> Iterator[BrowserContext]:
    with chromium.running(None, house[1]) as browser:
        context = browser.new_context(ignore_https_errors=True, locale="en")
        context.set_default_timeout(15_000)
        yield context
        context.close()


def key_of(context: BrowserContext, page: Page, **more: object) -> str:
    """Put a key into the page's machine; return its id."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    options = kind | {"automaticPresenceSimulation": True} | more
    return str(session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


def with_password(page: Page) -> None:
    """Fill in the form."""
    page.fill("#username", "ada")
    page.fill("#password", RIGHT)
    page.click("button[type=submit]")


def test_set_up_and_used(house, context):
    """From the chat's link over setting up a key to the chat; the next time password and key, and no code."""
    made, page = house[0], context.new_page()
    key_of(context, page)
    page.goto(SITE + made.whole.authorize())
    with_password(page)
    page.click("text=Set up")
    page.fill("#key-title", "blue key")
    page.click("form[data-key=create] button")
    page.wait_for_selector(".codes")
    codes = page.locator(".codes li").count()
    page.click("text=Continue")
    page.wait_for_url("https://chat.test/cb?code=**")

    context.clear_cookies()
    page.goto(SITE + made.whole.authorize())
    with_password(page)
    page.click("text=Use your security key or passkey")
    page.wait_for_url("https://chat.test/cb?code=**")

    assert 10 == codes
    assert ["hwk user mfa"] * 2 == made.audit("session.stepped_up")


def test_key_is_elsewhere(house, context):
    """A machine without Ada's key: the page says so, and the code is still there."""
    made, page = house[0], context.new_page()
    key = key_of(context, page)
    page.goto(f"{SITE}/security/begin")
    with_password(page)
    page.click("form[data-key=create] button")
    page.wait_for_selector(".codes")
    code = page.locator(".codes li").first.inner_text()
    context.clear_cookies()
    made.clock.move(minutes=1)

    machine = context.new_page()
    key_of(context, machine)
    machine.goto(SITE + made.whole.authorize())
    with_password(machine)
    machine.click("text=Use your security key or passkey")
    machine.wait_for_selector("text=The key did not answer")
    machine.fill("#code", code)
    machine.click("text=Continue")
    machine.wait_for_url("https://chat.test/cb?code=**")

    assert key
    assert ["otp mfa"] == made.audit("session.stepped_up")[1:]


def test_without_script(house, context):
    """Without JavaScript nobody is shown a button that does nothing, and the code goes by a plain form."""
    made = house[0]
    ada = made.person()
    ada.enrol()
    plain = context.browser.new_context(ignore_https_errors=True, locale="en", java_script_enabled=False)
    page = plain.new_page()
    page.goto(SITE + made.whole.authorize())
    with_password(page)
    assert not page.locator("form[data-key]").count()
    made.clock.move(minutes=1)
    page.fill("#code", ada.app.code())
    page.click("button[type=submit]")
    page.wait_for_url("https://chat.test/cb?code=**")

    page.goto(f"{SITE}/security")
    assert re.search("my telephone", page.content())
