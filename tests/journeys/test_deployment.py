"""The configuration of `deploy/` as an operator uses it: nginx, two web processes, two workers, one PostgreSQL."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

from sso_bridge.login.authenticate.password_file import hash_password
from tests.lab import nginx, scim
from tests.lab.bridge import ADDRESS, Bridge
from tests.lab.form_browser import Forms
from tests.lab.postgres import Postgres
from tests.lab.process import Process, free_port, listens, wait_until
from tests.lab.site import Site

DEPLOY = Path(__file__).parents[2] / "deploy"
VISITOR, PROXY = "127.0.0.30", "127.0.0.1"
PASSWORD = "amber canal tulip"
NOBODY_IS = {"X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6", "X-Real-IP": "6.6.6.6"}
ELSEWHERE = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Remote-User": "root"}
PEOPLE = ["employee_number,assignment_id,given_name,family_name,email,username,primary"] + [
    f"E{n},1,Ada,Jansen {n},ada{n}@corp.example,ada{n},true" for n in range(1, 61)
]

pytestmark = [pytest.mark.peer("nginx"), pytest.mark.peer("postgres")]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: str
    headers: dict[str, str]
    cookies: dict[str, str]


class Visitor:
    """Sends plain requests to one address; keeps cookies by hand, so that it can carry them from process to process."""

    def __init__(self, port: int, address: str = ADDRESS, trust: ssl.SSLContext | None = None) -> None:
        self.address, self.port, self.trust = address, port, trust
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: bytes | str | None = None, **headers: str) -> Answer:
        """Return the answer of a connection of its own."""
        where = {"timeout": 30, "source_address": (VISITOR, 0)}
        connection = (
            HTTPSConnection(self.address, self.port, context=self.trust, **where)
            if self.trust
            else HTTPConnection(self.address, self.port, **where)
        )
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        new = SimpleCookie()
        for line in response.headers.get_all("Set-Cookie") or []:
            new.load(line)
        self.cookies |= {name: morsel.value for name, morsel in new.items()}
        return Answer(response.status, text, {k.lower(): v for k, v in response.getheaders()}, dict(self.cookies))

    def open(self, path: str) -> Answer:
        """Return the page at the end of the redirects, all of them at this address."""
        answer = self.ask("GET", path)
        while answer.status == 303:
            place = urlsplit(answer.headers["location"])
            answer = self.ask("GET", f"{place.path}?{place.query}")
        return answer


@dataclass
class House:
    """Everything of one deployment."""

    bridge: Bridge
    proxy: nginx.Nginx
    webs: list[Process]
    workers: list[Process]
    ports: tuple[int, int]
    trust: ssl.SSLContext
    platform: scim.ScimServer

    def visitor(self) -> Visitor:
        """Return somebody who comes through the proxy."""
        return Visitor(self.proxy.port, nginx.ADDRESS, self.trust)

    def serve(self, number: int) -> Process:
        """Start one web process."""
        port = self.ports[number]
        process = self.bridge.start("serve", "--bind", f"{ADDRESS}:{port}")
        return process.ready(lambda: listens(ADDRESS, port))

    def logged(self) -> str:
        """Return what both web processes wrote."""
        return "".join(web.log.read_text() for web in self.webs)


@pytest.fixture(scope="module")
def house(site: Site, postgres_server: Postgres) -> Iterator[House]:
    """Install everything as docs/deploy.md says."""
    with psycopg.connect(postgres_server.url, autocommit=True) as server:
        server.execute("CREATE DATABASE deployment")
    database = postgres_server.url.rsplit("/", 1)[0] + "/deployment"
    proxy, platform = nginx.Nginx(site), scim.start(site)
    ports = (free_port(ADDRESS), free_port(ADDRESS))
    bridge = Bridge(
        site, name="deployment", database_url=database, public_url=proxy.url, trusted_proxies=[PROXY],
        tls_certificate="", tls_key="",
    )  # fmt: skip
    trust = ssl.create_default_context(cafile=str(site.authority.ca_file))
    house = House(bridge, proxy, [], [], ports, trust, platform)
    _configure(bridge, platform)
    house.webs = [house.serve(0), house.serve(1)]
    house.workers = [bridge.start("worker"), bridge.start("worker")]
    proxy.start(_site(site, proxy, ports))
    yield house
    proxy.stop()
    bridge.stop()
    platform.stop()


def _site(site: Site, proxy: nginx.Nginx, ports: tuple[int, int]) -> str:
    """Return deploy/nginx.conf with the lab's addresses and files in place of the example's."""
    text = (DEPLOY / "nginx.conf").read_text()
    for example, here in {
        "127.0.0.1:8080": f"{ADDRESS}:{ports[0]}",
        "127.0.0.1:8081": f"{ADDRESS}:{ports[1]}",
        "listen 80;": f"listen {nginx.ADDRESS}:{free_port(nginx.ADDRESS)};",
        "listen 443 ssl": f"listen {nginx.ADDRESS}:{proxy.port} ssl",
        "/etc/ssl/login.corp.example.crt": str(site.authority.certificate),
        "/etc/ssl/private/login.corp.example.key": str(site.authority.key),
        "/etc/nginx/sso-bridge-proxy.conf": str(DEPLOY / "nginx-proxy.conf"),
    }.items():
        assert example in text
        text = text.replace(example, here)
    return text


def _configure(bridge: Bridge, platform: scim.ScimServer) -> None:
    users = {"ada1": {"employee_number": "E1", "password": hash_password(PASSWORD)}}
    files = {"users.yaml": json.dumps({"users": users}), "scim.secret": platform.token, "people.csv": "\n".join(PEOPLE)}
    for name, text in files.items():
        (bridge.folder / name).write_text(text)
        (bridge.folder / name).chmod(0o600)
    provisioning = {"connector": "scim", "url": platform.url, "token": "file:scim.secret", "calls_per_second": 200}
    bridge.configure({
        "workplaces": {"office": {"kind": "file", "path": "file:users.yaml"}},
        "platforms": {"chat": {"login": {"protocol": "none"}, "provisioning": provisioning, "mapping": "chat"}},
        "mappings": {"chat": {"preset": "scim", "for": "person.active"}},
        "hr_sources": {"payroll": {"kind": "csv"}},
    })  # fmt: skip
    bridge.command("hr", "import", str(bridge.folder / "people.csv"), "--source", "payroll", "--snapshot")


def _submit(visitor: Visitor, page: Answer, origin: str) -> Answer:
    form = next(form for form in Forms(page.body).found if "password" in form.kinds.values())
    sent = form.fields | {"username": "ada1", "password": PASSWORD}
    headers = {"Content_Type": "application/x-www-form-urlencoded", "Origin": origin, "Referer": f"{origin}/login"}
    return visitor.ask("POST", form.action or "/login/office", urlencode(sent), **headers)


def _sign_in(visitor: Visitor, house: House) -> None:
    answer = _submit(visitor, visitor.open("/login?next=/"), house.proxy.url)
    assert answer.status == 303, answer.body


def test_sign_in_goes_on_at_the_other_process(house):
    """SE-01: the form comes from one web process, the password goes to the other, and both know the session."""
    first, second = Visitor(house.ports[0]), Visitor(house.ports[1])

    page = first.open("/login?next=/")
    second.cookies = first.cookies
    answer = _submit(second, page, house.proxy.url)

    assert answer.status == 303
    first.cookies = second.cookies
    for visitor in (first, second):
        seen = visitor.ask("GET", "/session")
        assert (200, "office") == (seen.status, json.loads(seen.body)["workplace"])


def test_one_public_address(house):
    """A visitor signs in through the proxy and stays signed in whichever process answers."""
    visitor = house.visitor()

    _sign_in(visitor, house)

    assert [200] * 8 == [visitor.ask("GET", "/session").status for _ in range(8)]


def _address_of(house: House, visitor: Visitor, **headers: str) -> str:
    answer = visitor.ask("GET", "/login?next=/", **headers)
    wait_until(lambda: answer.headers["x-request-id"] in house.logged(), "the line of the request")
    line = next(line for line in house.logged().splitlines() if f"request_id={answer.headers['x-request-id']}" in line)
    found = re.search(r"address=(\S+)", line)
    return found[1] if found else line


def test_forwarded_address(house):
    """KR-05: behind the proxy the visitor's own address counts, and what a visitor claims counts nowhere."""
    assert _address_of(house, house.visitor()) == VISITOR
    assert _address_of(house, house.visitor(), **NOBODY_IS) == VISITOR
    assert _address_of(house, Visitor(house.ports[0]), **NOBODY_IS) == VISITOR


def test_forwarded_host(house):
    """OP-22, KR-05: no answer speaks of a host that a visitor made up, through the proxy or past it."""
    for visitor in (house.visitor(), Visitor(house.ports[0])):
        for path in ("/.well-known/openid-configuration", "/saml/metadata", "/login?next=/", "/"):
            answer = visitor.ask("GET", path, Host="evil.example", **ELSEWHERE)
            assert answer.status in {200, 303}
            assert "evil.example" not in answer.body + str(answer.headers)
        assert visitor.ask("GET", "/session", **ELSEWHERE).status == 401


def test_numbers_are_not_public(house):
    """The proxy has no /metrics, in whatever spelling."""
    for path in ("/metrics", "//metrics", "/./metrics", "/%6detrics", "/metrics?x=1"):
        assert house.visitor().ask("GET", path).status == 404


def test_long_headers(house):
    """A ticket of 60 kB passes the proxy and reaches the bridge; more is refused."""
    fits = house.visitor().ask("GET", "/healthz", Authorization="Negotiate " + "A" * 60_000)
    assert (200, True) == (fits.status, "x-request-id" in fits.headers)

    assert house.visitor().ask("GET", "/healthz", Authorization="Negotiate " + "A" * 70_000).status == 400


def test_sizes(house):
    """Two megabytes reach the HR intake, which asks who is there; nobody else takes them."""
    two = b"x" * 2_000_000

    upload = house.visitor().ask("POST", "/hr/v1/snapshots", two, Content_Type="text/csv")
    assert "x-request-id" in upload.headers
    assert upload.status in {401, 404}
    for path in ("/login/office", "/saml/sso", "/oidc/token", "/hrx", "/admin/v1/configuration"):
        assert house.visitor().ask("POST", path, two, Content_Type="text/csv").status == 413


class Load:
    """Signed-in visitors who keep asking until told to stop; `lost` is what the bridge did not answer."""

    def __init__(self, house: House, threads: int = 4) -> None:
        self.answered, self.lost, self._over = 0, list[str](), threading.Event()
        self._lock = threading.Lock()
        ada = house.visitor()
        _sign_in(ada, house)
        self._threads = [threading.Thread(target=self._visit, args=(house, ada.cookies)) for _ in range(threads)]

    def _visit(self, house: House, cookies: dict[str, str]) -> None:
        visitor = house.visitor()
        while not self._over.is_set():
            visitor.cookies = dict(cookies)
            for method, path, right in (("GET", "/session", {200}), ("POST", "/oidc/token", {401, 429})):
                try:
                    body = "grant_type=authorization_code" if method == "POST" else None
                    kind = {"Content_Type": "application/x-www-form-urlencoded"} if body else {}
                    seen: object = visitor.ask(method, path, body, **kind).status
                except (OSError, HTTPException) as failure:
                    seen = failure
                with self._lock:
                    self.answered += 1
                    if seen not in right:
                        self.lost.append(f"{method} {path}: {seen}")

    def more(self, requests: int) -> None:
        """Wait until so many more requests are answered."""
        goal = self.answered + requests
        wait_until(lambda: self.answered >= goal, f"{requests} answers")

    def __enter__(self) -> Self:
        """Begin."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop asking."""
        self._over.set()
        for thread in self._threads:
            thread.join()


def test_graceful_stop_loses_nothing(house):
    """A web process is stopped and started again under load, and no visitor notices."""
    with Load(house) as load:
        for number in (0, 1):
            load.more(40)
            house.webs[number].stop(patience=60)
            load.more(40)
            house.webs[number] = house.serve(number)
        load.more(40)

    assert [] == load.lost


def test_kill_of_a_web_process(house):
    """TM-02: a web process that dies takes at most what it was working on with it; the other goes on."""
    with Load(house) as load:
        load.more(40)
        house.webs[0].kill()
        load.more(100)
        house.webs[0] = house.serve(0)

    assert len(load.lost) <= 4
    assert all(line.startswith("POST") for line in load.lost)


def test_two_workers(house):
    """A run left to the workers is carried out although one of them is killed on the way (PR-10)."""
    number = str(house.bridge.json("plan")["number"])
    house.bridge.command("rollout", number, "--approve", "--detach")

    wait_until(lambda: house.platform.gate.writes > 5, "the first accounts")
    house.workers[0].kill()

    report = house.bridge.json("rollout", number)
    assert 60 == house.platform.gate.counts["POST"]
    assert ("done", []) == (report["state"], report["troubles"])
