"""CPU of a whole sign-in with a session present, at the server: SAML and OpenID, beside other people's servers.

The bridge runs as an operator runs it (gunicorn, SQLite, trace, audit and session all on), its session was opened with
the password of an OpenLDAP user. The driver is browser and platform in one.   python -m benchmarks.sign_in
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

from benchmarks.measure import Figure, paired, report, server_turns
from benchmarks.platforms import CALLBACK, SECRET, SP, OpenIdPlatform, SamlPlatform
from benchmarks.visitor import Visitor
from sso_bridge.config import Settings
from sso_bridge.demo.company import make_company
from tests.lab import oidc_provider as lab_provider
from tests.lab import slapd
from tests.lab.bridge import Bridge
from tests.lab.process import Process, free_port, listens
from tests.lab.site import Site

HERE = Path(__file__).parent
PEERS = HERE.parent / ".peers"
FLOORS = ("floor: bare Flask in gunicorn, ONE request", "floor: two RSA-2048 signatures")


@contextmanager
def our_bridge(site: Site) -> Iterator[tuple[int, OpenIdPlatform, SamlPlatform]]:
    """Serve the bridge over plain HTTP and open a session with a directory password."""
    company = make_company(1000, on=datetime.now(UTC).date())
    people = {row["employee_number"]: row for row in company.people if row["username"]}
    directory = slapd.start(site, people.values())
    port = free_port("127.0.0.1")
    url = f"http://localhost:{port}"
    bridge = Bridge(site, name="bench", public_url=url, bind=f"127.0.0.1:{port}", tls_certificate="", tls_key="")
    try:
        (bridge.folder / "sp.xml").write_text(SP)
        bridge.configure(configuration(bridge, directory))
        bridge.command("hr", "import", *map(str, company.write(bridge.folder / "hr")), "--source", "hr", "--snapshot")
        process = bridge.start("serve").ready(lambda: listens("127.0.0.1", port))
        visitor = Visitor("127.0.0.1", port)
        ada = next(row for row in people.values() if row["kind"] == "employee" and not row["leaves_on"])
        open_session(visitor, url, ada["username"])
        metadata = visitor.get(f"{url}/saml/metadata").body
        body = re.search(rb"X509Certificate>([^<]+)<", metadata)
        pem = b"-----BEGIN CERTIFICATE-----\n" + (body.group(1) if body else b"") + b"\n-----END CERTIFICATE-----\n"
        yield process.pid, OpenIdPlatform(visitor, url), SamlPlatform(visitor, f"{url}/saml/sso", pem)
    finally:
        bridge.stop()
        directory.stop()


def configuration(bridge: Bridge, directory: slapd.Slapd) -> dict[str, object]:
    """Return a directory workplace and one platform of each protocol."""
    for name, secret in {"ldap": slapd.BRIDGE_PASSWORD, "bench": SECRET}.items():
        path = bridge.folder / f"{name}.secret"
        path.write_text(secret)
        path.chmod(0o600)
    shutil.copy(directory.ca_file, bridge.folder / "ca.pem")
    openid = {
        "protocol": "oidc",
        "client_id": "bench",
        "client_secret": "file:bench.secret",
        "redirect_uris": [CALLBACK],
    }
    attributes = {"userName": "person.username", "displayName": "person.displayName"}
    release = ["email", "name", "given_name", "family_name", "preferred_username", "groups"]
    return {
        "workplaces": {
            "corp": {
                "kind": "ldap",
                "urls": [directory.ldaps_url],
                "base_dn": slapd.SUFFIX,
                "bind_dn": slapd.BRIDGE_DN,
                "bind_password": "file:ldap.secret",
                "ca_file": "file:ca.pem",
            }
        },
        "platforms": {
            "saml": {"login": {"protocol": "saml", "metadata_file": "file:sp.xml"}, "mapping": "all"},
            "oidc": {"login": openid, "mapping": "all"},
        },
        "mappings": {"all": {"for": "person.active", "attributes": attributes, "release": release}},
        "groups": {"units": {"on": ["saml", "oidc"], "each": "unit", "members": "unit.key in person.unitPath"}},
        "hr_sources": {"hr": {"kind": "csv"}},
    }


def open_session(visitor: Visitor, url: str, username: str) -> None:
    """Fill in the sign-in form once."""
    page = visitor.get(f"{url}/login")
    while page.status in {302, 303}:
        page = visitor.get(urljoin(url, page.location))
    form = re.search(rb'<form[^>]*action="([^"]+)"', page.body)
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page.body.decode()))
    fields |= {"username": username, "password": slapd.PASSWORD}
    action = urljoin(url, html.unescape(form.group(1).decode())) if form else url
    answer = visitor.post(action, fields, Origin=url)
    if answer.status != 303 or visitor.get(f"{url}/session").status != 200:
        raise ValueError(f"nobody is signed in: {answer.status}")


@contextmanager
def oidc_provider(site: Site) -> Iterator[tuple[int, OpenIdPlatform]]:
    """Serve the certified provider of the npm registry."""
    folder, port = PEERS / "oidc-provider", free_port("127.0.0.1")
    shutil.copy(HERE / "peers/oidc_provider/server.mjs", folder / "server.mjs")
    room = site.room("oidc-provider")
    openssl("genrsa", "-out", str(room / "key.pem"), "2048")
    process = Process("node", [lab_provider.node() or "node", folder / "server.mjs", str(port), room / "key.pem"], room)
    process.ready(lambda: listens("127.0.0.1", port))
    try:
        yield process.pid, OpenIdPlatform(Visitor("127.0.0.1", port), f"http://127.0.0.1:{port}")
    finally:
        process.stop()


@contextmanager
def bare_flask(site: Site) -> Iterator[tuple[int, Callable[[], object]]]:
    """Serve one word with Flask, in the server and with the threads that the bridge has."""
    port = free_port("127.0.0.1")
    server = [
        sys.executable,
        "-m",
        "gunicorn",
        "--worker-class=gthread",
        f"--threads={Settings.model_fields['threads'].default}",
    ]
    here = [f"--chdir={HERE.parent}", f"--bind=127.0.0.1:{port}", "benchmarks.peers.bare_flask:app"]
    process = Process("bare-flask", [*server, "--keep-alive=15", *here], site.room("bare-flask"))
    process.ready(lambda: listens("127.0.0.1", port))
    visitor = Visitor("127.0.0.1", port)
    try:
        yield process.pid, lambda: visitor.get("/")
    finally:
        process.stop()


@contextmanager
def pysaml2(site: Site) -> Iterator[tuple[int, SamlPlatform]]:
    """Serve an identity provider made with pysaml2."""
    room, port = site.room("pysaml2"), free_port("127.0.0.1")
    files = ["-keyout", str(room / "key.pem"), "-out", str(room / "cert.pem")]
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=idp", *files)
    (room / "sp.xml").write_text(SP)
    python, program = PEERS / "pysaml2/bin/python", HERE / "peers/pysaml2_idp.py"
    process = Process("pysaml2", [python, program, str(port), room], room).ready(lambda: listens("127.0.0.1", port))
    try:
        certificate = (room / "cert.pem").read_bytes()
        yield process.pid, SamlPlatform(Visitor("127.0.0.1", port), f"http://127.0.0.1:{port}/sso", certificate)
    finally:
        process.stop()


def openssl(*arguments: str) -> None:
    """Run openssl."""
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def signatures() -> Figure:
    """Return the floor: two RSA-2048 signatures, nothing else."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  only the floor needs them
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    key = rsa.generate_private_key(65537, 2048)

    def two() -> None:
        for _ in range(2):
            key.sign(b"x" * 700, padding.PKCS1v15(), hashes.SHA256())

    return paired({"floor": two})["floor"]


def main() -> None:
    """Measure and print."""
    site = Site()
    try:
        with ExitStack() as stack:
            pid, openid, saml = stack.enter_context(our_bridge(site))
            openid_cases = {"sso_bridge, OpenID code + PKCE + userinfo": (pid, openid.sign_in)}
            saml_cases = {"sso_bridge, SAML, both signatures": (pid, saml.sign_in)}
            if (PEERS / "oidc-provider/node_modules").exists():
                peer_pid, peer = stack.enter_context(oidc_provider(site))
                openid_cases["oidc-provider (node), the same"] = (peer_pid, peer.sign_in)
            else:
                print("NOT MEASURED: oidc-provider; .ci/bench-peers installs it")
            if (PEERS / "pysaml2/bin/python").exists():
                saml_pid, saml_peer = stack.enter_context(pysaml2(site))
                saml_cases["pysaml2 identity provider, the same"] = (saml_pid, saml_peer.sign_in)
            else:
                print("NOT MEASURED: pysaml2; .ci/bench-peers installs it")
            bare = {FLOORS[0]: stack.enter_context(bare_flask(site))}
            figures = server_turns(openid_cases | saml_cases | bare)
        figures[FLOORS[1]] = signatures()
        for cases in (openid_cases, saml_cases):
            beside = list(cases)[-1]
            print(report("CPU per sign-in at the server", {n: figures[n] for n in [*cases, *FLOORS]}, beside))
    finally:
        site.clear()


if __name__ == "__main__":
    main()
