"""An employee opens platforms that speak SAML: one password in all, and what Apache sees is what the rules say."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mappings.people import Person
from tests.fakes.org import BUYER
from tests.fakes.saml_house import SamlHouse
from tests.fakes.sign_in_bridge import RIGHT
from tests.lab import apache, xmlsec1
from tests.lab.form_browser import FormBrowser

Open = Callable[..., SamlHouse]


@pytest.fixture
def house(store, site) -> Iterator[Open]:
    """Open the bridge for these platforms."""
    opened: list[SamlHouse] = []

    def build(**platforms: Path) -> SamlHouse:
        opened.append(SamlHouse(store, site, platforms))
        return opened[-1]

    yield build
    for one in opened:
        one.stop()


def wanted(house: SamlHouse, platform: str, who: Person = BUYER) -> dict[str, str]:
    """Return what the rules release, under the names that platforms know."""
    claims = house.rules.outcome(platform, who, house.people.chart()).claims
    names = {"uid": "preferred_username", "mail": "email", "displayName": "name", "title": "title"}
    return {name: str(claims[claim]) for name, claim in names.items()}


@pytest.mark.peer("mod_shib")
@pytest.mark.peer("mod_auth_mellon")
@pytest.mark.peer("xmlsec1")
def test_one_password_for_two_platforms(house, site, shibboleth, mellon, tmp_path):
    """Shibboleth and mellon each get their own pseudonym and the released facts, after one prompt (IDP-03, IDP-07)."""
    bridge = house(shib=shibboleth.sp_metadata, mellon=mellon.sp_metadata)
    shibboleth.start(bridge.idp.metadata())
    mellon.start(bridge.idp.metadata())
    browser = FormBrowser(site.authority.ca_file, "jhoff", RIGHT)

    at_shib = browser.open(shibboleth.secret)
    at_mellon = browser.open(mellon.secret)

    seen, also = apache.environment(at_shib.text), apache.environment(at_mellon.text)
    assert 1 == browser.prompts
    assert wanted(bridge, "shib") == {name: seen[name] for name in wanted(bridge, "shib")}
    assert wanted(bridge, "mellon") == {name: also[f"MELLON_{name}"] for name in wanted(bridge, "mellon")}
    assert "Jürgen van 't Hoff" == seen["displayName"]
    assert bridge.subjects.subject(bridge.views["shib"], BUYER) == seen["persistent-id"]
    assert seen["persistent-id"] != also["MELLON_NAME_ID"]
    assert 2 == bridge.audit.what().count("sign_in.answered")

    certificate = tmp_path / "ours.pem"
    certificate.write_text(bridge.idp._keys.signing("saml").certificate)
    for number, fields in enumerate(browser.carried):
        message = tmp_path / f"{number}.xml"
        message.write_bytes(base64.b64decode(fields["SAMLResponse"]))
        assert "OK" in xmlsec1.verify(message, certificate, "Response")
        assert "OK" in xmlsec1.verify(message, certificate, "Assertion")


@pytest.mark.peer("mod_shib")
def test_request_by_post(house, site, shibboleth):
    """A request that comes by a form from another site finds the session after one more redirect (SE-01)."""
    bridge = house(shib=shibboleth.sp_metadata)
    by_post = bridge.idp.metadata().replace(b"bindings:HTTP-Redirect", b"bindings:HTTP-Artifact")
    shibboleth.start(by_post)
    browser = FormBrowser(site.authority.ca_file, "jhoff", RIGHT)

    browser.open(f"{bridge.url}/login")
    page = browser.open(shibboleth.secret)

    assert "jhoff" == apache.environment(page.text)["uid"]
    assert 1 == browser.prompts
    assert ["SAMLRequest", "SAMLResponse"] == [
        next(iter({"SAMLRequest", "SAMLResponse"} & f.keys())) for f in browser.carried
    ]


@pytest.mark.peer("mod_shib")
def test_fresh_sign_in(house, site, shibboleth):
    """ForceAuthn asks for the password again although there is a session (IDP-05)."""
    bridge = house(shib=shibboleth.sp_metadata)
    shibboleth.start(bridge.idp.metadata())
    browser = FormBrowser(site.authority.ca_file, "jhoff", RIGHT)
    start = f"{shibboleth.url}/Shibboleth.sso/Login?target={shibboleth.secret}"

    browser.open(start)
    page = browser.open(f"{start}&forceAuthn=true")
    assert 'type="password"' in page.text
    browser.prompts = 0
    again = browser.open(f"{start}&forceAuthn=true")

    assert 1 == browser.prompts
    assert "jhoff" == apache.environment(again.text)["uid"]


@pytest.mark.peer("mod_shib")
def test_nobody_is_asked_silently(house, site, shibboleth):
    """IsPassive without a session shows no page of ours: Shibboleth is told NoPassive (IDP-05)."""
    bridge = house(shib=shibboleth.sp_metadata)
    shibboleth.start(bridge.idp.metadata())
    browser = FormBrowser(site.authority.ca_file, "jhoff", RIGHT)

    page = browser.open(f"{shibboleth.url}/Shibboleth.sso/Login?isPassive=true&target={shibboleth.secret}")

    assert "NoPassive" in page.text
    assert 0 == browser.prompts


@pytest.mark.peer("mod_auth_mellon")
def test_from_the_portal(house, site, mellon):
    """A link of the portal leads into the platform, which nobody had asked (IDP-03)."""
    bridge = house(mellon=mellon.sp_metadata)
    mellon.start(bridge.idp.metadata())
    browser = FormBrowser(site.authority.ca_file, "jhoff", RIGHT)

    portal = browser.open(f"{bridge.url}/login")
    browser.open(f"{bridge.url}/saml/launch/mellon")
    page = browser.open(mellon.secret)

    assert "/saml/launch/mellon" in portal.text
    assert "jhoff" == apache.environment(page.text)["MELLON_uid"]
    assert 1 == browser.prompts
