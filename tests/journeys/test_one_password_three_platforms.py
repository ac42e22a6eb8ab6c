"""One password in all: a directory user, a real browser, and three Apache modules nobody here wrote."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from sso_bridge.demo.company import Row, make_company
from tests.lab import apache, mod_auth_mellon, mod_auth_openidc, mod_shib, slapd, xmlsec1
from tests.lab.bridge import Bridge
from tests.lab.site import Site

RELEASED = ["email", "name", "given_name", "family_name", "preferred_username", "title", "groups"]


@dataclass
class Office:
    """The whole workplace: a directory, the bridge, three platforms; `ada` is the row of somebody who works there."""

    bridge: Bridge
    shibboleth: mod_shib.Shibboleth
    mellon: mod_auth_mellon.Mellon
    openid: mod_auth_openidc.OpenIdModule
    ada: Row


@pytest.fixture
def office(
    site: Site,
    shibboleth: mod_shib.Shibboleth,
    mellon: mod_auth_mellon.Mellon,
    openid_module: mod_auth_openidc.OpenIdModule,
) -> Iterator[Office]:
    """Import a thousand people, connect the directory and the three platforms, and serve."""
    company = make_company(1000, on=datetime.now(UTC).date())
    staff = [row for row in company.people if row["username"] and row["primary"] != "false"]
    directory = slapd.start(site, {row["employee_number"]: row for row in staff}.values())
    bridge = Bridge(site, name="office")
    bridge.configure(_configuration(bridge, directory, shibboleth, mellon, openid_module))
    files = company.write(bridge.folder / "hr")
    bridge.command("hr", "import", *map(str, files), "--source", "payroll", "--snapshot")
    bridge.serve()
    metadata = bridge.fetch("/saml/metadata")
    shibboleth.start(metadata)
    mellon.start(metadata)
    openid_module.start(bridge.url)
    yield Office(bridge, shibboleth, mellon, openid_module, _somebody(staff))
    bridge.stop()
    directory.stop()


def _somebody(staff: list[Row]) -> Row:
    """Pick somebody with a Dutch name, who works here today and has one job."""
    today = datetime.now(UTC).date().isoformat()
    return next(
        row
        for row in staff
        if row["name_prefix"] and row["kind"] == "employee" and not row["leaves_on"] and row["hired_on"] < today
    )


def _configuration(bridge: Bridge, directory: slapd.Slapd, shib, mellon, openid) -> dict[str, object]:
    secrets = {"ldap": slapd.BRIDGE_PASSWORD, "apache": openid.client_secret}
    for name, secret in secrets.items():
        (bridge.folder / f"{name}.secret").write_text(secret)
        (bridge.folder / f"{name}.secret").chmod(0o600)
    (bridge.folder / "ca.pem").write_bytes(directory.ca_file.read_bytes())
    mapping = {
        "for": "person.active",
        "attributes": {"userName": "person.username", "displayName": "person.displayName"},
        "release": RELEASED,
    }
    saml = {name: {"protocol": "saml", "metadata_file": str(peer.sp_metadata)} for name, peer in _saml(shib, mellon)}
    oidc = {
        "protocol": "oidc",
        "client_id": openid.client_id,
        "client_secret": "file:apache.secret",
        "redirect_uris": [openid.redirect_uri],
    }
    return {
        "workplaces": {
            "corp": {
                "kind": "ldap",
                "urls": [directory.ldaps_url],
                "directory": "rfc2307bis",
                "base_dn": slapd.SUFFIX,
                "bind_dn": slapd.BRIDGE_DN,
                "bind_password": "file:ldap.secret",
                "ca_file": "file:ca.pem",
            }
        },
        "platforms": {
            **{name: {"login": login, "mapping": "staff"} for name, login in saml.items()},
            "apache": {"login": oidc, "mapping": "staff"},
        },
        "mappings": {"staff": mapping},
        "groups": {
            "everyone": {"on": ["shib", "mellon", "apache"], "members": "person.active"},
            "units": {"on": ["shib", "mellon", "apache"], "each": "unit", "members": "unit.key in person.unitPath"},
        },
        "hr_sources": {"payroll": {"kind": "csv"}},
    }


def _saml(shib: mod_shib.Shibboleth, mellon: mod_auth_mellon.Mellon) -> list[tuple[str, apache.Apache]]:
    return [("shib", shib), ("mellon", mellon)]


def _visit(context: BrowserContext, url: str) -> dict[str, str]:
    """Open a protected page and return what its module handed over."""
    page = context.new_page()
    page.goto(url)
    page.wait_for_url(f"{url}*")
    seen = apache.environment(page.content())
    page.close()
    return seen


def _sign_in(page: Page, username: str) -> None:
    page.locator("input[type=password]").wait_for()
    page.locator("input[name=username]").fill(username)
    page.locator("input[type=password]").fill(slapd.PASSWORD)
    page.locator("input[type=password]").press("Enter")


def _capture(context: BrowserContext, taken: list[str]) -> None:
    def keep(request) -> None:
        if request.method == "POST" and "SAMLResponse" in (request.post_data or ""):
            taken.append(request.post_data_json["SAMLResponse"])

    context.on("request", keep)


def _as_apache_shows(value: object) -> set[str]:
    return {str(one) for one in value} if isinstance(value, list) else {str(value)}


def _seen(environment: dict[str, str], names: list[str], separator: str) -> dict[str, set[str]]:
    return {name: set(environment[name].split(separator)) for name in names if name in environment}


@pytest.mark.peer("slapd")
@pytest.mark.peer("mod_shib")
@pytest.mark.peer("mod_auth_mellon")
@pytest.mark.peer("mod_auth_openidc")
@pytest.mark.peer("xmlsec1")
@pytest.mark.peer("chromium")
def test_one_prompt_in_all(office: Office, browser: Browser, tmp_path: Path) -> None:
    """IDP-03, IDP-07, OP-13, SE-02: three platforms, two protocols, one password; each sees what `explain` says."""
    context = browser.new_context(ignore_https_errors=True)
    responses: list[str] = []
    _capture(context, responses)
    page = context.new_page()

    page.goto(office.shibboleth.secret)
    _sign_in(page, office.ada["username"])
    page.wait_for_url(f"{office.shibboleth.secret}*")
    at_shib = apache.environment(page.content())
    at_mellon = _visit(context, office.mellon.secret)
    at_apache = _visit(context, office.openid.secret)
    context.close()

    said = {
        one["platform"]: one["claims"]
        for one in office.bridge.json("explain", office.ada["employee_number"])["platforms"]
    }
    for environment, platform, prefix, separator in (
        (at_shib, "shib", "", ";"),
        (at_mellon, "mellon", "MELLON_", ";"),
        (at_apache, "apache", "OIDC_CLAIM_", ","),
    ):
        expected = {prefix + name: _as_apache_shows(value) for name, value in said[platform].items()}
        assert expected == _seen(environment, list(expected), separator), platform
    assert 2 == len(responses)
    certificate = tmp_path / "idp.pem"
    certificate.write_text(_certificate(office.bridge.fetch("/saml/metadata")))
    for number, response in enumerate(responses):
        message = tmp_path / f"response-{number}.xml"
        message.write_bytes(base64.b64decode(response))
        for element in ("Response", "Assertion"):
            assert "OK" in xmlsec1.verify(message, certificate, element).split()


def _certificate(metadata: bytes) -> str:
    body = metadata.split(b"X509Certificate>")[1].split(b"<")[0].decode()
    return f"-----BEGIN CERTIFICATE-----\n{body.strip()}\n-----END CERTIFICATE-----\n"
