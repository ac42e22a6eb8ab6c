"""Signed in at the desk, signed in everywhere: an Active Directory domain, nginx, Chromium and curl, real tickets."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import ldap3
import pytest
from playwright.sync_api import Page

from tests.lab import chromium, nginx, samba_ad, samba_org
from tests.lab.bridge import ADDRESS, Bridge
from tests.lab.form_browser import Forms
from tests.lab.process import wait_until, which
from tests.lab.samba_org import HOST, PASSWORD
from tests.lab.site import Site
from tests.lab.tickets import shown

DEPLOY = Path(__file__).parents[2] / "deploy"
HERE = "127.0.0.1"
ALLOWED = "--auth-server-allowlist=*.localhost"
NTLM = base64.b64encode(b"NTLMSSP\x00\x01\x00\x00\x00\x97\x82\x08\xe2" + bytes(24)).decode()
PEOPLE = "employee_number,given_name,family_name,username\nE9100,Nina,Bos,newbie\n" + "".join(
    f"E{number},Daan,Jansen,p{number - 1000:05}\n" for number in range(1001, 1025)
)

pytestmark = [
    pytest.mark.peer("samba_ad"),
    pytest.mark.peer("mit_kdc"),
    pytest.mark.peer("nginx"),
]


@dataclass
class Office:
    """A bridge behind nginx, and the domain its people sign in to."""

    bridge: Bridge
    domain: samba_ad.SambaAd
    url: str

    def curl(self, *arguments: str, environment: Mapping[str, str]) -> str:
        """Return what curl prints; it trusts the lab's authority and keeps its cookies for this one command."""
        command = [which("curl") or "curl", "-sS", "--cacert", str(self.bridge.site.authority.ca_file), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment, timeout=60)
        return done.stdout


@pytest.fixture(scope="module")
def office(site: Site, domain: samba_ad.SambaAd) -> Iterator[Office]:
    """Install the bridge as docs/workplaces/kerberos.md says."""
    proxy = nginx.Nginx(site, address=HERE, host=HOST)
    bridge = Bridge(
        site, name="desk", public_url=proxy.url, trusted_proxies=["127.0.0.1"], tls_certificate="", tls_key=""
    )
    (bridge.folder / "ad.secret").write_text(samba_org.BRIDGE_PASSWORD)
    bridge.configure(
        {
            "workplaces": {
                "ad": {
                    "kind": "ldap", "urls": [domain.ldaps_url], "base_dn": samba_org.BASE,
                    "bind_dn": samba_org.BRIDGE, "bind_password": "file:ad.secret", "directory": "active_directory",
                    "ca_file": str(domain.ca_file), "group_base": samba_org.GROUPS,
                },
                "desktop": {
                    "kind": "kerberos", "keytab": str(domain.keytab), "realms": [samba_org.REALM], "directory": "ad",
                },
            },
            "hr_sources": {
                "payroll": {"kind": "csv"},
                "directory": {"kind": "ldap", "workplace": "ad", "base_dn": samba_org.STAFF},
            },
        }
    )  # fmt: skip
    (bridge.folder / "people.csv").write_text(PEOPLE)
    bridge.command("hr", "import", str(bridge.folder / "people.csv"), "--source", "payroll", "--snapshot")
    bridge.serve()
    proxy.start(_site(site, proxy, bridge.port))
    yield Office(bridge, domain, proxy.url)
    proxy.stop()
    bridge.stop()


def _site(site: Site, proxy: nginx.Nginx, port: int) -> str:
    """Return the server of deploy/nginx.conf, with the names of this lab."""
    forwarding = proxy.room / "sso-bridge-proxy.conf"
    forwarding.write_text((DEPLOY / "nginx-proxy.conf").read_text())
    text = (DEPLOY / "nginx.conf").read_text()
    server = "server {" + text.rpartition("\nserver {")[2]
    for own, here in {
        "listen 443 ssl http2;": f"listen {HERE}:{proxy.port} ssl http2;",
        "login.corp.example;": f"{HOST};",
        "/etc/ssl/login.corp.example.crt": str(site.authority.certificate),
        "/etc/ssl/private/login.corp.example.key": str(site.authority.key),
        "/etc/nginx/sso-bridge-proxy.conf": str(forwarding),
    }.items():
        assert own in server
        server = server.replace(own, here)
    return f"upstream sso_bridge {{ server {ADDRESS}:{port}; }}\n{server}"


@pytest.fixture
def desk(office: Office, tmp_path: Path) -> dict[str, str]:
    """Somebody has signed in at a desk."""
    return office.domain.ticket("p00001", PASSWORD, tmp_path / "cache")


@pytest.fixture
def nobody(office: Office, tmp_path: Path, desk: dict[str, str]) -> dict[str, str]:
    """A desk where nobody has signed in."""
    return {**desk, "KRB5CCNAME": f"FILE:{tmp_path / 'none'}"}


@pytest.mark.peer("chromium")
def test_chromium_with_a_ticket(office: Office, desk: dict[str, str]):
    """Chromium shows the portal at once: nothing is typed, nothing is pressed (KR-01, KR-02)."""
    with chromium.running(desk, ALLOWED) as browser:
        page = browser.new_context(ignore_https_errors=True).new_page()
        arrived = page.goto(office.url)
        session = page.evaluate("fetch('/session').then(answer => answer.json())")

    assert arrived.status == 200
    assert f"{office.url}/" == page.url
    assert "desktop" == session["workplace"]
    assert session["assurance"].endswith(":Kerberos")


@pytest.mark.peer("chromium")
@pytest.mark.parametrize("options", [(ALLOWED,), ()], ids=["without a ticket", "site not allowed"])
def test_chromium_without_a_ticket(office: Office, nobody: dict[str, str], options: tuple[str, ...]):
    """Without a ticket the page is the form, whole and working: one sign-in, no pop-up (KR-02)."""
    with chromium.running(nobody, *options) as browser:
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(office.url)
        page.fill("input[name=username]", "p00002")
        page.fill("input[name=password]", PASSWORD)
        page.click("form:has(input[name=password]) button")
        page.wait_for_url(f"{office.url}/")
        session = page.evaluate("fetch('/session').then(answer => answer.json())")

    assert "ad" == session["workplace"]


def test_curl_with_a_ticket(office: Office, desk: dict[str, str], tmp_path: Path):
    """curl signs in by ticket; the session it gets is the person's."""
    jar = str(tmp_path / "jar")
    usual = ("--negotiate", "-u", ":", "-L", "-b", jar, "-c", jar)

    page = office.curl(*usual, "-o", "/dev/null", "-w", "%{http_code} %{url_effective}", office.url, environment=desk)
    session = json.loads(office.curl("-b", jar, f"{office.url}/session", environment=desk))

    assert f"200 {office.url}/" == page
    assert "desktop" == session["workplace"]


def test_password_and_ticket_are_one_person(office: Office, desk: dict[str, str], tmp_path: Path):
    """One person with two workplaces is one person."""
    jar = str(tmp_path / "jar")
    office.curl("--negotiate", "-u", ":", "-L", "-b", jar, "-c", jar, office.url, environment=desk)
    by_ticket = json.loads(office.curl("-b", jar, f"{office.url}/session", environment=desk))

    assert by_ticket["person"] in office.bridge.command("explain", "E1001", "--json")


@pytest.mark.peer("chromium")
def test_six_hundred_groups(office: Office, tmp_path: Path):
    """The ticket of somebody in six hundred groups goes through nginx and the web process (KR-01).

    curl leaves its cookies out beside so long a header, and is no help here.
    """
    desk = office.domain.ticket("p00024", PASSWORD, tmp_path / "cache")
    with chromium.running(desk, ALLOWED) as browser:
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(office.url)
        session = page.evaluate("fetch('/session').then(answer => answer.json())")

    assert "desktop" == session["workplace"]
    assert 8192 < len(shown(desk)) * 4 // 3


def test_ntlm(office: Office, nobody: dict[str, str], tmp_path: Path):
    """An NTLM token gets the form and is not asked again: no loop, no pop-up (KR-02)."""
    jar = str(tmp_path / "jar")
    form = office.curl(
        "-L", "-b", jar, "-c", jar, "-o", "/dev/null", "-w", "%{url_effective}", office.url, environment=nobody
    )

    answer = office.curl("-i", "-b", jar, "-H", f"Authorization: Negotiate {NTLM}", form, environment=nobody)

    head, _, body = answer.partition("\n\n")
    assert "www-authenticate" not in head.lower()
    assert 'name="password"' in body


def test_the_trace_tells(office: Office, nobody: dict[str, str], tmp_path: Path):
    """The trace says that it was NTLM, which no page does (KR-02)."""
    jar = str(tmp_path / "jar")
    form = office.curl(
        "-L", "-b", jar, "-c", jar, "-o", "/dev/null", "-w", "%{url_effective}", office.url, environment=nobody
    )
    office.curl("-b", jar, "-H", f"Authorization: Negotiate {NTLM}", form, environment=nobody)
    typed = office.curl("-b", jar, form, environment=nobody)

    hidden = next(one for one in Forms(typed).found if "password" in one.kinds.values())
    sent = hidden.fields | {"username": "p00002", "password": "wrong"}
    fields = [part for name, value in sent.items() for part in ("--data-urlencode", f"{name}={value}")]
    page = office.curl("-b", jar, *fields, f"{office.url}{hidden.action}", environment=nobody)
    reference = page.partition('<strong translate="no">')[2].partition("<")[0]

    assert "ntlm" in office.bridge.command("trace", reference, "--json")
    assert "ntlm" not in page.lower()


@pytest.fixture
def newbie(office: Office) -> Iterator[str]:
    """Somebody whose password is an administrator's, and must be changed."""
    server = ldap3.Server(office.domain.ldaps_url, get_info=ldap3.NONE)
    name = f"Administrator@{samba_org.REALM}"
    admin = ldap3.Connection(server, name, samba_org.ADMIN_PASSWORD, auto_bind=True, check_names=False)
    dn = f"CN=newbie,{samba_org.STAFF}"
    values = {"sAMAccountName": "newbie", "employeeNumber": "E9100", "userAccountControl": "512", "pwdLastSet": "0"}
    assert admin.add(dn, "user", {**values, "unicodePwd": f'"{PASSWORD}"'.encode("utf-16-le")}), admin.result
    yield "newbie"
    admin.delete(dn)
    admin.unbind()


@pytest.mark.peer("chromium")
def test_first_day(office: Office, nobody: dict[str, str], newbie: str):
    """On her first day somebody is refused, follows the link, chooses a password, and is signed in."""
    with chromium.running(nobody) as browser:
        page = browser.new_context(ignore_https_errors=True).new_page()
        page.goto(office.url)
        _type(page, username=newbie, password=PASSWORD)
        refused = page.inner_text("[role=alert]")
        page.click("a[href*='/password?']")
        _type(page, username=newbie, password=PASSWORD, new="Eerste-Dag-2026", again="Eerste-Dag-2026")
        page.click("a.button")
        _type(page, username=newbie, password="Eerste-Dag-2026")
        page.wait_for_url(f"{office.url}/")
        session = page.evaluate("fetch('/session').then(answer => answer.json())")

    assert "The name or password is not right" in refused
    assert "ad" == session["workplace"]
    assert "password_must_change" in office.bridge.command("audit", "export")


def _type(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        page.fill(f"input[name={name}]", value)
    page.click("form:has(input[name=password]) button")
    page.wait_for_load_state()


def test_org_chart_from_the_directory(office: Office):
    """The 5,000 people of the domain are read and imported; a second reading finds nothing new."""
    read = office.bridge.json("hr", "read", "directory")
    worker = office.bridge.start("worker")
    wait_until(lambda: _taken(office, read["import"]), "the import")
    again = office.bridge.command("hr", "read", "directory")
    office.bridge.stop([worker])

    assert read["complete"]
    assert 5000 <= read["people"]
    assert "Nothing has changed" in again


def _taken(office: Office, uuid: str) -> bool:
    allowed = f"Authorization: Bearer {office.bridge.token}"
    found = office.curl("-H", allowed, f"{office.url}/hr/v1/imports/{uuid}", environment=os.environ)
    return json.loads(found)["state"] == "taken"


def test_doctor(office: Office):
    """The doctor finds the directory and the keys in order."""
    told = office.bridge.command("doctor")

    assert "0 failed" in told
    assert f"HTTP/{HOST}" in told
