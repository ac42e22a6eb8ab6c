"""CPU of a sign-in at an OpenID provider, at the relying party: all of the bridge beside Authlib's Flask client.

Both run under gunicorn and sign in at the same provider, an honest one in a process of its own. Ours keeps attempt,
trace, audit and session in SQLite and finds the person in the staff register; the client keeps a cookie.
python -m benchmarks.openid_login
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.measure import paired, report, server_turns
from benchmarks.visitor import Page, Visitor
from sso_bridge.config import Settings
from tests.lab.bridge import Bridge
from tests.lab.lying_op import ADA, CLIENT, SECRET, rsa_key
from tests.lab.process import Process, free_port, listens, wait_until
from tests.lab.site import Site

ROOT = Path(__file__).parent.parent
FLOOR = "floor: one RSA-2048 verification"
PEER = "Authlib's Flask client"


class Person:
    """Signs in with a fresh browser each time, from an address of its own: one office is slowed down (AD-10)."""

    def __init__(self, port: int, start: str, issuer: str) -> None:
        self._here, self._there = Visitor("127.0.0.1", port), Visitor(*_place(issuer))
        self._start, self._issuer = start, issuer
        self._addresses = itertools.count()

    def sign_in(self) -> None:
        """Do it; what comes back must be a redirect into the site."""
        number = next(self._addresses)
        forwarded = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        self._here.cookies.clear()
        page = self._get(self._start, forwarded)
        while not page.location.startswith(self._issuer):
            page = self._get(page.location, forwarded)
        back = self._there.get(page.location).location
        page = self._get(back, forwarded)
        if page.status not in {302, 303} or "login" in page.location:
            raise ValueError(f"nobody is signed in: {page.status} {page.body[:300]!r}")

    def _get(self, url: str, forwarded: str) -> Page:
        return self._here.get(url, X_Forwarded_For=forwarded)


def _place(issuer: str) -> tuple[str, int]:
    parts = urlsplit(issuer)
    return parts.hostname or "", parts.port or 80


@contextmanager
def provider(site: Site) -> Iterator[str]:
    """Serve the provider and give its name."""
    note = site.room("op") / "issuer"
    process = Process("op", [sys.executable, "-m", "benchmarks.peers.openid_op", note], site.room("op"))
    process.ready(lambda: note.exists() and note.read_text())
    issuer = note.read_text()
    wait_until(lambda: listens(*_place(issuer)), "the provider")
    try:
        yield issuer
    finally:
        process.stop()


@contextmanager
def our_bridge(site: Site, issuer: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """Serve the bridge with one workplace and one person."""
    port = free_port("127.0.0.1")
    url = f"http://localhost:{port}"
    plain = {"tls_certificate": "", "tls_key": "", "trusted_proxies": ["127.0.0.1"], "log_format": "json"}
    bridge = Bridge(site, name="bench", public_url=url, bind=f"127.0.0.1:{port}", **plain)
    (bridge.folder / "op.secret").write_text(SECRET)
    (bridge.folder / "op.secret").chmod(0o600)
    workplace = {"kind": "oidc", "issuer": issuer, "client_id": CLIENT, "client_secret": "file:op.secret"}
    bridge.configure({"workplaces": {"op": workplace}, "hr_sources": {"hr": {"kind": "csv"}}})
    with (bridge.folder / "hr.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["employee_number", "given_name", "family_name", "username", "email", "unit", "kind"])
        writer.writerow([ADA["employee_number"], "Ada", "Lovelace", "ada", ADA["email"], "engines", "employee"])
    bridge.command("hr", "import", str(bridge.folder / "hr.csv"), "--source", "hr", "--snapshot")
    process = bridge.start("serve").ready(lambda: listens("127.0.0.1", port))
    try:
        yield process.pid, Person(port, f"{url}/login/op", issuer).sign_in
    finally:
        bridge.stop()


@contextmanager
def flask_client(site: Site, issuer: str) -> Iterator[tuple[int, Callable[[], None]]]:
    """Serve Authlib's client in the server and with the threads that the bridge has."""
    port, threads = free_port("127.0.0.1"), Settings.model_fields["threads"].default
    server = [sys.executable, "-m", "gunicorn", "--worker-class=gthread", f"--threads={threads}", "--keep-alive=15"]
    here = [f"--chdir={ROOT}", f"--bind=127.0.0.1:{port}", "benchmarks.peers.authlib_flask:app"]
    known = {"ISSUER": issuer, "CLIENT": CLIENT, "SECRET": SECRET}
    process = Process("authlib", [*server, *here], site.room("authlib"), environment=known)
    process.ready(lambda: listens("127.0.0.1", port))
    try:
        yield process.pid, Person(port, f"http://localhost:{port}/login", issuer).sign_in
    finally:
        process.stop()


def verification() -> Callable[[], None]:
    """Return the floor: what cannot be left out."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415  only the floor needs them
    from cryptography.hazmat.primitives.asymmetric import padding  # noqa: PLC0415

    key = rsa_key(0)
    made = key.sign(b"x" * 700, padding.PKCS1v15(), hashes.SHA256())
    public = key.public_key()
    return lambda: public.verify(made, b"x" * 700, padding.PKCS1v15(), hashes.SHA256())


def main() -> None:
    """Measure and print."""
    site = Site()
    try:
        with ExitStack() as stack:
            issuer = stack.enter_context(provider(site))
            ours = stack.enter_context(our_bridge(site, issuer))
            peer = stack.enter_context(flask_client(site, issuer))
            figures = server_turns({"sso_bridge, the whole sign-in": ours, PEER: peer})
        figures |= paired({FLOOR: verification()})
        print(report("CPU per sign-in at the relying party", figures, PEER))
    finally:
        site.clear()


if __name__ == "__main__":
    main()
