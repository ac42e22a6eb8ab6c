"""Identity providers that nobody here wrote sign people in and out, encrypt, lie, and change their keys meanwhile."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.lab import pysaml2_idp, simplesamlphp
from tests.lab.bridge import Bridge
from tests.lab.pages_browser import PagesBrowser, Reader
from tests.lab.people import company
from tests.lab.process import wait_until
from tests.lab.site import Site

SECONDS = int(os.environ.get("ROTATION_SECONDS", "20"))
"""How long one sign-in a second goes on with a new key in the middle of each; see `docs/workplaces/saml.md`."""
PEOPLE = company(12).people
ADA = PEOPLE[0]
PASSWORD = simplesamlphp.PASSWORD
LINK = {"link_attribute": "urn:mace:dir:attribute-def:employeeNumber"}
"""How pysaml2 calls the employee number."""


@dataclass
class Office:
    """A bridge with the workplace `office` at an identity provider."""

    bridge: Bridge
    peer: simplesamlphp.SimpleSamlPhp | pysaml2_idp.Pysaml2Idp

    @property
    def acs(self) -> str:
        """Return where people come back to."""
        return f"{self.bridge.url}/workplace/office/saml/acs"

    def browser(self) -> PagesBrowser:
        """Return a new browser of Ada's."""
        return PagesBrowser(self.bridge.site.authority.ca_file, ADA["username"], PASSWORD)

    def sign_in(self, browser: PagesBrowser) -> dict[str, str]:
        """Sign in at the bridge through the identity provider; return who is signed in."""
        browser.open(f"{self.bridge.url}/login/office")
        return self.present(browser)

    def present(self, browser: PagesBrowser) -> dict[str, str]:
        """Return who is signed in at the bridge, empty when nobody is."""
        answer = browser.session.get(f"{self.bridge.url}/session", timeout=10)
        return answer.json() if answer.ok else {}

    def sign_out(self, browser: PagesBrowser) -> str:
        """Sign out here and, as it is offered, at the identity provider; return where that ends."""
        page = browser.session.get(f"{self.bridge.url}/logout", timeout=10)
        (form,) = Reader(page.text).forms
        offered = browser.send(page, form).text.split('href="/logout/workplace?attempt=')[1].split('"')[0]
        return browser.open(f"{self.bridge.url}/logout/workplace?attempt={offered}").url


def new_bridge(site: Site, name: str, **workplace: object) -> Bridge:
    """Return a bridge that HR has told about its people; `office` is its workplace."""
    bridge = Bridge(site, name=name)
    file = bridge.folder / "people.csv"
    with file.open("w", newline="") as opened:
        writer = csv.DictWriter(opened, list(PEOPLE[0]))
        writer.writeheader()
        writer.writerows(PEOPLE)
    configure(bridge, **workplace)
    bridge.command("hr", "import", str(file), "--source", "payroll", "--snapshot")
    return bridge


def configure(bridge: Bridge, **workplace: object) -> None:
    """Apply a configuration with the workplace."""
    office = {"kind": "saml", **workplace}
    bridge.configure({"workplaces": {"office": office}, "hr_sources": {"payroll": {"kind": "csv"}}})


@pytest.fixture(scope="module")
def at_simplesamlphp(site: Site) -> Iterator[Office]:
    """Start SimpleSAMLphp and a bridge, each of which knows the other by its metadata."""
    peer = simplesamlphp.SimpleSamlPhp(site, PEOPLE)
    bridge = new_bridge(site, "ssp-office", metadata_url=peer.metadata_url)
    bridge.serve()
    peer.start(bridge.fetch("/workplace/office/saml/metadata"))
    yield Office(bridge, peer)
    bridge.stop()
    peer.stop()


@pytest.fixture(scope="module")
def at_pysaml2(site: Site) -> Iterator[Office]:
    """Start the identity provider made with pysaml2, and a bridge."""
    bridge = new_bridge(site, "py-office", metadata_url="https://127.0.0.32:1/metadata")
    bridge.serve()
    peer = pysaml2_idp.start(site, PEOPLE, bridge.fetch("/workplace/office/saml/metadata"))
    configure(bridge, metadata_url=peer.metadata_url, **LINK)
    yield Office(bridge, peer)
    bridge.stop()
    peer.stop()


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Office:
    """One of both."""
    found: Office = request.getfixturevalue(request.param)
    return found


BOTH = pytest.mark.parametrize(
    "office",
    [
        pytest.param("at_simplesamlphp", marks=pytest.mark.peer("simplesamlphp")),
        pytest.param("at_pysaml2", marks=pytest.mark.peer("pysaml2_idp")),
    ],
    indirect=True,
)


@BOTH
def test_sign_in_once(office: Office) -> None:
    """One password at the identity provider: signed in here, also in a second bridge session without another prompt."""
    browser = office.browser()

    here = office.sign_in(browser)
    browser.session.cookies.clear(domain=office.bridge.url.split("/")[2].split(":")[0])
    again = office.sign_in(browser)

    assert ("office", ADA["username"]) == (here["workplace"], here["subject"])
    assert here["assurance"].endswith("PasswordProtectedTransport")
    assert (here["person"], 1) == (again["person"], browser.typed)


@BOTH
def test_sign_out_from_here(office: Office) -> None:
    """Signing out here leads to the identity provider and back, and the next sign-in asks for the password (SP-30)."""
    browser = office.browser()
    office.sign_in(browser)

    end = office.sign_out(browser)
    browser.typed = 0
    office.sign_in(browser)

    assert end.startswith(office.bridge.url)
    assert 1 == browser.typed


@pytest.mark.peer("simplesamlphp")
def test_sign_out_at_simplesamlphp(at_simplesamlphp: Office) -> None:
    """Whoever signs out at SimpleSAMLphp is signed out here, and nobody else is (SP-30)."""
    office, other = at_simplesamlphp.browser(), at_simplesamlphp.browser()
    at_simplesamlphp.sign_in(office)
    at_simplesamlphp.sign_in(other)

    end = office.open(at_simplesamlphp.peer.logout_url)

    assert end.url.startswith(at_simplesamlphp.peer.front.url)
    assert {} == at_simplesamlphp.present(office)
    assert at_simplesamlphp.present(other)


@pytest.mark.peer("pysaml2_idp")
def test_sign_out_at_pysaml2(at_pysaml2: Office) -> None:
    """An order to sign out by pysaml2 is obeyed, and pysaml2 gets its answer (SP-30)."""
    browser = at_pysaml2.browser()
    at_pysaml2.sign_in(browser)

    end = browser.open(f"{at_pysaml2.peer.url}/end/{ADA['username']}")

    assert "Signed out." in end.text
    assert {} == at_pysaml2.present(browser)


@pytest.mark.peer("simplesamlphp")
def test_encrypted(at_simplesamlphp: Office) -> None:
    """Assertions that SimpleSAMLphp encrypts for the key of our metadata are opened (SP-23)."""
    at_simplesamlphp.peer.encrypt(encrypted=True)
    try:
        here = at_simplesamlphp.sign_in(at_simplesamlphp.browser())
    finally:
        at_simplesamlphp.peer.encrypt(encrypted=False)

    assert ADA["username"] == here["subject"]


@pytest.mark.peer("pysaml2_idp")
def test_every_lie_is_refused(at_pysaml2: Office) -> None:
    """Sixteen ways of lying: nobody gets in by one, no answer is a 5xx, and honesty helps at once (SP-01 to SP-23)."""
    try:
        for lie in pysaml2_idp.LIES:
            at_pysaml2.peer.lie("none")
            at_pysaml2.sign_in(at_pysaml2.browser())
            at_pysaml2.peer.lie(lie)
            browser = at_pysaml2.browser()
            page = browser.open(f"{at_pysaml2.bridge.url}/login/office")

            assert ({}, True) == (at_pysaml2.present(browser), 400 <= page.status_code < 500), lie
    finally:
        at_pysaml2.peer.lie("none")

    for truth in ("only_response_signed", "only_assertion_signed", "fifty_seconds_over", "none"):
        at_pysaml2.peer.lie(truth)
        assert ADA["username"] == at_pysaml2.sign_in(at_pysaml2.browser())["subject"], truth


@BOTH
def test_new_key_in_the_middle_of_each_sign_in(office: Office) -> None:
    """One sign-in a second, the identity provider's key replaced in the middle of each: not one fails (SP-28)."""
    end, done = time.monotonic() + SECONDS, 0
    there = "/".join(office.peer.metadata_url.split("/")[:3])
    while time.monotonic() < end:
        began = time.monotonic()
        browser = office.browser()
        away = browser.open(f"{office.bridge.url}/login/office", before=there)
        office.peer.rotate()
        page = browser.open(away.headers["Location"])
        assert ADA["username"] == office.present(browser).get("subject"), page.text
        done += 1
        wait_until(lambda until=began + 1: time.monotonic() >= until, "the next second", 5)

    assert done >= SECONDS // 4
