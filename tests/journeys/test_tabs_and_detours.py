"""What people really do with sign-in pages: many tabs, the back button, bookmarks, coffee; nobody ends at a wall."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from sso_bridge.login.authenticate.choose import Manner
from tests.fakes.sign_in_bridge import RIGHT, SITE, SignInBridge
from tests.fakes.two_sites import TwoSites
from tests.lab import chromium
from tests.lab.site import Site

pytestmark = pytest.mark.peer("chromium")
CHAT = "https://chat.test/cb?sub="
STRICT = "--test-third-party-cookie-phaseout"


@pytest.fixture
def sites(site: Site, store, clock, tmp_path) -> Iterator[TwoSites]:
    """The bridge with a password form and an office; `people` exist once."""
    made: list[SignInBridge] = []

    def bridge() -> SignInBridge:
        made.append(SignInBridge(store, clock, tmp_path, people=not made))
        return made[-1]

    running = TwoSites(site, bridge)
    yield running
    running.stop()


@pytest.fixture
def context(sites: TwoSites, request) -> Iterator[BrowserContext]:
    """A browser with its own cookies, and options of the test."""
    with chromium.running(None, sites.rules, *getattr(request, "param", ())) as browser:
        context = browser.new_context(ignore_https_errors=True, locale="en")
        context.set_default_timeout(15_000)
        yield context
        context.close()


def with_password(page: Page) -> None:
    """Fill in the form."""
    page.fill("#username", "ada")
    page.fill("#password", RIGHT)
    page.click("button[type=submit]")


def at_chat(page: Page) -> bool:
    """Return whether the platform got its answer."""
    page.wait_for_url(f"{CHAT}**")
    return page.title() == "chat"


@pytest.mark.parametrize("context", [(), (STRICT,)], indirect=True, ids=["usual", "third-party cookies blocked"])
def test_over_the_office(context: BrowserContext):
    """The office's answer comes by a cross-site form, also where third-party cookies are blocked (SE-02)."""
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    page.click("text=Sign in with office")

    assert at_chat(page)
    page.goto(f"{SITE}/fake")
    assert at_chat(page)


def test_three_tabs(context: BrowserContext):
    """Three platforms opened at once: one sign-in, and the other tabs go on when they are loaded again."""
    tabs = [context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.goto(f"{SITE}/fake")
    with_password(tabs[0])
    assert at_chat(tabs[0])

    tabs[1].click("text=Sign in with office")
    assert at_chat(tabs[1])
    with_password(tabs[2])
    assert at_chat(tabs[2])


def test_back_from_the_office(sites: TwoSites, context: BrowserContext):
    """Whoever turns back at the office's page chooses again, and is not pushed away once more."""
    sites.by_itself = False
    sites.bridge.manners["office"] = Manner(silent=False)
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    page.click("text=Sign in with office")
    page.wait_for_url("https://office.test/**")
    page.go_back()
    with_password(page)

    assert at_chat(page)


def test_back_after_the_end(sites: TwoSites, context: BrowserContext):
    """Going back after signing in, into an answer that was used: one page, one link, and on."""
    sites.by_itself = False
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    page.click("text=Sign in with office")
    page.click("text=Sign in at the office")
    assert at_chat(page)
    page.go_back()
    page.wait_for_url("https://office.test/**")
    page.click("text=Sign in at the office")

    assert "This sign-in page is no longer valid." in page.inner_text("main")
    assert 4 == len(page.inner_text(".reference strong").split("-"))
    page.click("text=Begin again")
    assert at_chat(page)


def test_bookmark(context: BrowserContext):
    """A bookmark of the sign-in page, opened in another browser or much later, begins again."""
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    bookmark = page.url
    other = context.browser.new_context(ignore_https_errors=True, locale="en").new_page()
    other.goto(bookmark)
    other.click("text=Begin again")
    with_password(other)

    assert at_chat(other)


@pytest.mark.parametrize("cookie", ["kept", "gone"])
def test_coffee(sites: TwoSites, context: BrowserContext, cookie: str):
    """A form that was open for too long says so; the way on leads to the same platform."""
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    sites.bridge.clock.move(minutes=11)
    if cookie == "gone":
        context.clear_cookies()
    with_password(page)
    page.click("text=Begin again")
    with_password(page)

    assert at_chat(page)


def test_restart_in_between(sites: TwoSites, context: BrowserContext):
    """A restart of the service while somebody is at the office loses nothing."""
    sites.by_itself = False
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    page.click("text=Sign in with office")
    page.wait_for_url("https://office.test/**")
    sites.restart()
    page.click("text=Sign in at the office")

    assert at_chat(page)


def test_wrong_then_right(sites: TwoSites, context: BrowserContext):
    """Down, refused, mistyped: each page leaves the other ways open, until one of them works."""
    page = context.new_page()
    page.goto(f"{SITE}/fake")
    sites.office.down = True
    page.click("text=Sign in with office")
    assert "office cannot be reached" in page.inner_text(".problem")
    page.fill("#username", "ada")
    page.fill("#password", "wrong")
    page.click("button[type=submit]")
    assert "not right" in page.inner_text(".problem")
    sites.office.down = False
    page.click("text=Sign in with office")

    assert at_chat(page)


def test_out_and_somebody_else(sites: TwoSites, context: BrowserContext):
    """Signing out and in as somebody else, on a machine where somebody is signed in at the office."""
    page = context.new_page()
    page.goto(f"{SITE}/login")
    page.click("text=Sign in with office")
    page.wait_for_url(f"{SITE}/")
    page.click("text=Sign out >> nth=0")
    sites.office.here = ("bob-at-office", "E2")
    page.click("text=Sign in as somebody else")
    page.click("text=Sign in with office")
    page.wait_for_url(f"{SITE}/")

    assert "Bob Bakker" in page.inner_text("main")
    assert sites.office.wishes[-1].force
