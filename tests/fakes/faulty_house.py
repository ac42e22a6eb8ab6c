"""A bridge with everything around it: each of its workplaces and platforms has one fault, or can be given one.

Everything secret there is planted by name, so that whatever is said can be searched for it.
"""

from __future__ import annotations

import base64
import csv
import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import requests

from tests.fakes.openid_bridge import VERIFIER, challenge
from tests.fakes.saml_platform import SamlPlatform
from tests.fakes.saml_workplace import Idp, stamp
from tests.lab import mit_kdc, pysaml2_idp, slapd
from tests.lab.bridge import Bridge
from tests.lab.lies import Said
from tests.lab.lying_op import CLIENT, SECRET, LyingOp, start
from tests.lab.pages_browser import PagesBrowser
from tests.lab.people import company
from tests.lab.process import free_port
from tests.lab.site import Site
from tests.lab.tickets import shown

PEOPLE = company(6).people
FINE, LEFT, RULE, UNKNOWN = PEOPLE[0], PEOPLE[1], PEOPLE[2], PEOPLE[4]
ELSEWHERE = "127.0.0.55"
"""No certificate of the lab is for this address."""
WRONG = "PLANTED-wrong-0123456789"
TYPED = "PLANTED-typed-0123456789"
BACK = "https://chat.test/cb"
LINK = {"link_attribute": "urn:mace:dir:attribute-def:employeeNumber"}
WORDS = re.compile(r'<strong translate="no">([a-z-]+)</strong>')


class Stops(Protocol):
    """Something that runs."""

    def stop(self) -> None:
        """End it."""
        ...


Peer = TypeVar("Peer", bound=Stops)


class FaultyHouse:
    """`op` is an honest OpenID provider, `idp` an honest SAML one, until told otherwise."""

    def __init__(self, site: Site, ends: ExitStack) -> None:
        self.site = site
        self.directory = _until_the_end(ends, slapd.start(site, PEOPLE))
        self.realm = _until_the_end(ends, mit_kdc.start(site))
        self.op, self.renamed, self.keyless = (_until_the_end(ends, start(site)) for _ in range(3))
        self.stranger = _until_the_end(ends, LyingOp(site=site, address=ELSEWHERE).start())
        self.renamed.lie, self.keyless.lie = "metadata of another issuer", "keys 404"
        ended = Idp().metadata(valid_until=stamp(datetime.now(UTC) - timedelta(days=1)))
        self.op.pages = {"/ended": Said(200, ended, {"Content-Type": "application/samlmetadata+xml"})}
        for op in (self.op, self.keyless):
            op.person = {"sub": "sub-of-p00001", "employee_number": "E1001", "email": FINE["email"]}
        self.wiki = SamlPlatform(requests_signed="true")
        self.bridge = _until_the_end(ends, Bridge(site, name="faults", log_level="debug"))
        self.secrets = {"password": slapd.PASSWORD, "wrong secret": WRONG, "typed": TYPED, "client secret": SECRET}
        self.secrets |= {"service account": slapd.BRIDGE_PASSWORD, "verifier": VERIFIER, "token": self.bridge.token}
        self._write()
        self.bridge.configure(self._configuration("https://127.0.0.32:1/metadata"))
        self._import()
        self.web = self.bridge.serve()
        ours = [self.bridge.fetch(f"/workplace/{name}/saml/metadata") for name in ("adfs", "pinned")]
        self.idp = _until_the_end(ends, pysaml2_idp.start(site, PEOPLE, *ours))
        self._write_metadata()
        self.bridge.configure(self._configuration(self.idp.metadata_url))
        self.ticket = self._old_ticket()

    def browser(self, person: Mapping[str, str] = FINE, password: str = slapd.PASSWORD) -> PagesBrowser:
        """Return a new browser of somebody's."""
        return PagesBrowser(self.site.authority.ca_file, person["username"], password)

    def sign_in(self, workplace: str, person: Mapping[str, str] = FINE) -> requests.Response:
        """Go the whole way at one workplace; return where it ends."""
        return self.browser(person).open(f"{self.bridge.url}/login/{workplace}")

    def at_desk(self, **headers: str) -> requests.Response:
        """Open the sign-in page as at a desk, with a ticket if there is one; then mistype a password."""
        browser = self.browser(password=TYPED)
        page = browser.open(f"{self.bridge.url}/login")
        assert "Negotiate" == page.headers["WWW-Authenticate"]
        if headers:
            page = browser.session.get(page.url, headers=headers, timeout=30)
        attempt = page.url.partition("attempt=")[2]
        return browser.open(f"{self.bridge.url}/login/staff?attempt={attempt}")

    def authorize(self, browser: PagesBrowser, **more: str) -> requests.Response:
        """Come from the chat."""
        asked = {
            "client_id": "chat", "redirect_uri": BACK, "response_type": "code", "scope": "openid profile",
            "code_challenge": challenge(), "code_challenge_method": "S256",
        }  # fmt: skip
        return browser.open(f"{self.bridge.url}/oidc/authorize?{urlencode(asked | more)}", before=BACK)

    def from_wiki(self, wiki: SamlPlatform, **attributes: str) -> requests.Response:
        """Come from the wiki with a signed request."""
        to = f"{self.bridge.url}/saml/sso"
        request = wiki.request(at=datetime.now(UTC), Destination=to, **attributes)
        return self.browser().open(f"{to}?{wiki.signed_query(request).decode()}")

    def trace(self, page: requests.Response) -> dict[str, Any]:
        """Return the trace by the words on the page, as an administrator gets it."""
        address = f"/admin/v1/traces/{WORDS.findall(page.text)[0]}"
        return dict(json.loads(self.bridge.fetch(address, Authorization=f"Bearer {self.bridge.token}")))

    def leaks(self, *texts: str) -> list[str]:
        """Return which secrets are in these texts."""
        spelled = {n: (s, base64.b64encode(s.encode()).decode().rstrip("=")) for n, s in self.secrets.items()}
        return [name for name, both in spelled.items() for text in texts if any(one in text for one in both)]

    def _write(self) -> None:
        files = {"bind": slapd.BRIDGE_PASSWORD, "wrong": WRONG, "client": SECRET}
        files |= {"wiki.xml": self.wiki.metadata().decode(), "idp.xml": Idp().metadata().decode()}
        for name, text in files.items():
            (self.bridge.folder / name).write_text(text)
            (self.bridge.folder / name).chmod(0o600)

    def _write_metadata(self) -> None:
        """Keep the metadata of this moment as a file, as administrators do."""
        found = requests.get(self.idp.metadata_url, verify=str(self.site.authority.ca_file), timeout=10)
        (self.bridge.folder / "idp.xml").write_bytes(found.content)

    def _import(self) -> None:
        file = self.bridge.folder / "people.csv"
        rows = [{**one, "leaves_on": ""} for one in PEOPLE if one is not UNKNOWN]
        rows[1]["leaves_on"] = "2020-01-31"
        with file.open("w", newline="") as opened:
            writer = csv.DictWriter(opened, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        self.bridge.command("hr", "import", str(file), "--source", "payroll", "--snapshot")

    def _old_ticket(self) -> str:
        """Return the header of somebody at a desk, made for a newer key than the bridge has."""
        self.realm.administer(f"ktadd -k {self.realm.room}/new.keytab {mit_kdc.SERVICE}")
        desk = self.realm.ticket("p00001", self.realm.room / "cache")
        return f"Negotiate {base64.b64encode(shown(desk)).decode()}"

    def _configuration(self, metadata_url: str) -> dict[str, Any]:
        staff = {
            "kind": "ldap", "urls": [self.directory.ldaps_url], "base_dn": slapd.PEOPLE, "bind_dn": slapd.BRIDGE_DN,
            "bind_password": "file:bind", "ca_file": str(self.directory.ca_file), "account_domains": [mit_kdc.REALM],
        }  # fmt: skip
        login = {"kind": "oidc", "client_id": CLIENT, "client_secret": "file:client", "issuer": self.op.issuer}
        chat = {"protocol": "oidc", "client_id": "chat", "client_secret": "file:client", "redirect_uris": [BACK]}
        everybody = {"for": "person.active", "attributes": {"userName": "person.username"}, "release": ["name"]}
        risky = f"person.active && (person.employeeNumber != '{RULE['employee_number']}' || int(person.username) > 0)"
        document = {
            "workplaces": {
                "staff": staff,
                "down": staff | {"urls": [f"ldaps://127.0.0.53:{free_port('127.0.0.53')}"]},
                "refused": staff | {"bind_password": "file:wrong"},
                "stranger": staff | {"urls": [self.stranger.issuer.replace("https", "ldaps")]},
                "desktop": {
                    "kind": "kerberos", "keytab": str(self.realm.keytab), "realms": [mit_kdc.REALM],
                    "service": mit_kdc.SERVICE, "directory": "staff",
                },
                "adfs": {"kind": "saml", "metadata_url": metadata_url, **LINK},
                "pinned": {"kind": "saml", "metadata_file": "idp.xml", **LINK},
                "ended": {"kind": "saml", "metadata_url": f"{self.op.issuer}/ended"},
                "login": login,
                "unnamed": login | {"link_claim": "personnel_number"},
                "secret": login | {"client_secret": "file:wrong"},
                "renamed": login | {"issuer": self.renamed.issuer},
                "keyless": login | {"issuer": self.keyless.issuer},
            },
            "platforms": {
                "chat": {"login": chat, "mapping": "risky"},
                "wiki": {"login": {"protocol": "saml", "metadata_file": "wiki.xml"}, "mapping": "all"},
            },
            "mappings": {"all": everybody, "risky": everybody | {"for": risky}},
            "hr_sources": {"payroll": {"kind": "csv"}},
        }  # fmt: skip
        return dict(json.loads(json.dumps(document)))  # YAML would write what stands there twice only once


def _until_the_end(ends: ExitStack, peer: Peer) -> Peer:
    """Return the peer, which is stopped at the end, whatever happens until then."""
    ends.callback(peer.stop)
    return peer
