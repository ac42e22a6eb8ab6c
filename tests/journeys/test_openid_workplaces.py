"""Providers that nobody here wrote sign people in at the bridge, change their keys meanwhile, and sign them out."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from tests.lab import canaille, oidc_provider
from tests.lab.bridge import Bridge
from tests.lab.pages_browser import PagesBrowser, Reader
from tests.lab.people import company
from tests.lab.process import wait_until
from tests.lab.site import Site

SECONDS = int(os.environ.get("ROTATION_SECONDS", "20"))
"""How long one sign-in a second goes on with a new key in the middle of each; `docs/workplaces/openid.md`."""
PEOPLE = company(12).people
ADA = PEOPLE[0]


@dataclass
class Office:
    """A bridge with one workplace, `login`, at a provider."""

    bridge: Bridge
    provider: oidc_provider.OidcProvider

    @property
    def callback(self) -> str:
        """Return where people come back to."""
        return f"{self.bridge.url}/workplace/login/oidc/callback"

    def browser(self) -> PagesBrowser:
        """Return a new browser of Ada's."""
        ca_file = self.bridge.site.authority.ca_file
        return PagesBrowser(ca_file, ADA["username"], oidc_provider.PASSWORD, (("logout", "yes"),))

    def sign_in(self, browser: PagesBrowser) -> dict[str, str]:
        """Sign in at the bridge through the provider; return who is signed in."""
        browser.open(f"{self.bridge.url}/login/login")
        return self.present(browser)

    def present(self, browser: PagesBrowser) -> dict[str, str]:
        """Return who is signed in at the bridge, empty when nobody is."""
        answer = browser.session.get(f"{self.bridge.url}/session", timeout=10)
        return answer.json() if answer.ok else {}


def import_people(bridge: Bridge) -> None:
    """Make them known to HR."""
    file = bridge.folder / "people.csv"
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(PEOPLE[0]))
        writer.writeheader()
        writer.writerows(PEOPLE)
    bridge.command("hr", "import", str(file), "--source", "payroll", "--snapshot")


def configuration(bridge: Bridge, secret: str, **workplace: object) -> dict[str, object]:
    """Return a document with the one workplace."""
    (bridge.folder / "login.secret").write_text(secret)
    (bridge.folder / "login.secret").chmod(0o600)
    login = {"kind": "oidc", "client_id": "bridge", "client_secret": "file:login.secret", **workplace}
    return {"workplaces": {"login": login}, "hr_sources": {"payroll": {"kind": "csv"}}}


@pytest.fixture(scope="module")
def office(site: Site) -> Iterator[Office]:
    """Start oidc-provider and a bridge that trusts it."""
    bridge = Bridge(site, name="openid-office")
    provider = oidc_provider.start(site, PEOPLE, [oidc_provider.client_of(bridge.url, "login")])
    bridge.configure(configuration(bridge, oidc_provider.SECRET, issuer=provider.issuer, userinfo=True))
    import_people(bridge)
    bridge.serve()
    yield Office(bridge, provider)
    bridge.stop()
    provider.stop()


@pytest.mark.peer("oidc-provider")
def test_sign_in_and_out_both_ways(office: Office) -> None:
    """Signed in once at the provider, signed in here; signing out here leads there, and signing out there ends ours."""
    first, second = office.browser(), office.browser()

    here, again = office.sign_in(first), office.sign_in(second)
    silently = office.sign_in(first)

    assert ("login", ADA["username"]) == (here["workplace"], here["subject"])
    assert (here["person"], 1) == (silently["person"], first.typed)
    assert again["person"] == here["person"]

    ends = first.open(f"{office.provider.issuer}/session/end")
    wait_until(lambda: not office.present(first), "the end of the session here", 10)
    assert ends.status_code < 400
    assert office.present(second)

    page = second.session.get(f"{office.bridge.url}/logout", timeout=10)
    (form,) = Reader(page.text).forms
    answer = second.send(page, form)
    offered = answer.text.split('href="/logout/workplace?attempt=')[1].split('"')[0]
    back = second.open(f"{office.bridge.url}/logout/workplace?attempt={offered}")
    assert (200, office.bridge.url) == (back.status_code, "/".join(back.url.split("/")[:3]))
    second.typed = 0
    office.sign_in(second)
    assert 1 == second.typed


@pytest.mark.peer("oidc-provider")
def test_new_key_in_the_middle_of_each_sign_in(office: Office) -> None:
    """One sign-in a second, the provider's key replaced in the middle of each: not one fails (IDP-08, RP-03)."""
    end, done = time.monotonic() + SECONDS, 0
    while time.monotonic() < end:
        began = time.monotonic()
        browser = office.browser()
        away = browser.open(f"{office.bridge.url}/login/login", before=office.callback)
        office.provider.rotate()
        back = browser.session.get(away.headers["Location"], timeout=10, allow_redirects=False)
        assert 303 == back.status_code, back.text
        assert ADA["username"] == office.present(browser)["subject"]
        done += 1
        wait_until(lambda second=began + 1: time.monotonic() >= second, "the next second", 5)

    assert done >= SECONDS // 2


@pytest.mark.peer("oidc-provider")
def test_provider_down(office: Office) -> None:
    """While the provider is down nobody new comes in, sessions go on, and afterwards everything works (TM-02)."""
    before, late = office.browser(), office.browser()
    office.sign_in(before)
    half_way = late.open(f"{office.bridge.url}/login/login", before=office.callback)
    office.provider.process.stop()

    refused = late.session.get(half_way.headers["Location"], timeout=10, allow_redirects=False)

    assert 503 == refused.status_code
    assert "Traceback" not in refused.text
    assert office.present(before)
    assert {} == office.present(late)


@pytest.mark.peer("canaille")
def test_canaille(site: Site) -> None:
    """Canaille signs people in, also after it was started again with another key, and out."""
    bridge = Bridge(site, name="canaille-office")
    provider = canaille.start(site, PEOPLE[:2], bridge.url, "login")
    try:
        bridge.configure(
            configuration(bridge, canaille.SECRET, issuer=provider.issuer, link_claim="sub", algorithms=["RS256"])
        )
        import_people(bridge)
        bridge.serve()
        presses = (("answer", "accept"), ("answer", "logout"))
        person = ADA["employee_number"]
        first = PagesBrowser(site.authority.ca_file, person, canaille.PASSWORD, presses)
        first.open(f"{bridge.url}/login/login")
        assert person == who(bridge, first)

        provider.stop()
        provider.rotate()
        provider.serve()
        second = PagesBrowser(site.authority.ca_file, person, canaille.PASSWORD, presses)
        second.open(f"{bridge.url}/login/login")
        assert person == who(bridge, second)

        page = second.session.get(f"{bridge.url}/logout", timeout=10)
        (form,) = Reader(page.text).forms
        offered = second.send(page, form).text.split('href="/logout/workplace?attempt=')[1].split('"')[0]
        left = second.open(f"{bridge.url}/logout/workplace?attempt={offered}")
        # Without an ID token as a hint Canaille ends on a page of its own.
        assert left.url.startswith(provider.issuer)
        second.typed = 0
        second.open(f"{bridge.url}/login/login")
        assert 1 == second.typed
    finally:
        bridge.stop()
        provider.stop()


def who(bridge: Bridge, browser: PagesBrowser) -> str:
    """Return the subject that is signed in."""
    answer: requests.Response = browser.session.get(f"{bridge.url}/session", timeout=10)
    return str(answer.json().get("subject"))
