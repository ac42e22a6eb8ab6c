"""Two web processes and a worker on one database: what one is told, the others do, and none is started again."""

from __future__ import annotations

import base64
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from sso_bridge.login.authenticate.password_file import hash_password
from tests.fakes.openid_bridge import VERIFIER, challenge
from tests.fakes.saml_platform import SamlPlatform
from tests.lab.bridge import ADDRESS, Bridge
from tests.lab.form_browser import Forms
from tests.lab.process import Process, free_port, listens, wait_until
from tests.lab.site import Site

PASSWORD = "amber canal tulip"
BACK = "https://chat.test/cb"
CHAT = {"protocol": "oidc", "client_id": "chat", "redirect_uris": [BACK], "token_auth_method": "none"}
PEOPLE = "employee_number,assignment_id,given_name,family_name,username,title\n" + "".join(
    f"E{each},1,Ada,Jansen {each},ada{each},Seller\n" for each in range(1, 7)
)
DOCUMENT = {
    "workplaces": {"office": {"kind": "file", "path": "file:users.yaml"}},
    "platforms": {
        "chat": {"login": CHAT, "mapping": "chat"},
        "crew": {"login": {"protocol": "none"}, "provisioning": {"connector": "memory"}, "mapping": "crew"},
    },
    "mappings": {
        "chat": {"for": "person.active", "attributes": {"title": "primary.title"}, "release": ["name"]},
        "crew": {"for": "person.active", "attributes": {"userName": "person.username"}},
    },
    "hr_sources": {"payroll": {"kind": "csv"}},
}
HOME = SamlPlatform()
MOVED = SamlPlatform(acs="https://wiki.test/acs-2")


@dataclass
class Web:
    """One web process at an address of its own, behind the one public address."""

    bridge: Bridge
    process: Process
    address: str
    tokens: tuple[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """Return the answer of this very process."""
        self.session.verify, self.session.trust_env = str(self.bridge.site.authority.ca_file), False
        where = urlsplit(path)
        path = f"{where.path}?{where.query}" if where.query else where.path
        return self.session.request(method, self.address + path, timeout=30, allow_redirects=False, **more)

    def api(self, method: str, path: str, token: int = 0, **more: Any) -> Any:
        """Call the admin API here; it must go well."""
        headers = {"Authorization": f"Bearer {self.tokens[token]}", **more.pop("headers", {})}
        answer = self.ask(method, f"/admin/v1/{path}", headers=headers, **more)
        assert answer.ok, answer.text
        return answer.json()

    def change(self, place: str, value: Any) -> None:
        """Draft a change of one resource, have it approved by a colleague, apply it: all of it here."""
        part, _, name = place.partition(".")
        held = {"If-Match": f'"{self.api("GET", "configuration")["revision"]}"'}
        changes = {"changes": [{"part": part, "name": name, "value": value}], "why": "a story"}
        draft = self.api("POST", "configuration/drafts", json=changes, headers=held)
        at = f"configuration/drafts/{draft['draft']}"
        self.api("POST", f"{at}/approve", 1, json={"digest": draft["digest"]})
        self.api("POST", f"{at}/apply")

    def sign_in(self, path: str) -> requests.Response:
        """Sign ada1 in here and return the last answer."""
        self.session = requests.Session()
        answer = self.ask("GET", path)
        while answer.is_redirect and answer.headers["Location"].startswith(("/", self.bridge.url)):
            answer = self.ask("GET", answer.headers["Location"])
        forms = [form for form in Forms(answer.text).found if "password" in form.kinds.values()]
        if not forms:
            return answer
        given = forms[0].fields | {"username": "ada1", "password": PASSWORD}
        headers = {"Origin": self.bridge.url}
        return self.ask("POST", forms[0].action or urlsplit(answer.url).path, data=given, headers=headers)

    def claims(self, client: str = "chat", at: Web | None = None) -> dict[str, Any]:
        """Return what userinfo says after a sign-in here; the code is traded at `at`."""
        asked = {
            "client_id": client, "redirect_uri": BACK, "response_type": "code", "scope": "openid profile",
            "code_challenge": challenge(), "code_challenge_method": "S256", "nonce": secrets.token_hex(8), "state": "s",
        }  # fmt: skip
        answer = self.sign_in("/oidc/authorize?" + urlencode(asked))
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER,
                 "client_id": client}  # fmt: skip
        token = (at or self).ask("POST", "/oidc/token", data=given).json()["access_token"]
        return self.ask("GET", "/oidc/userinfo", headers={"Authorization": f"Bearer {token}"}).json()

    def answered_to(self, platform: SamlPlatform) -> tuple[int, str]:
        """Return the status of a SAML sign-in here, and where the answer is sent to."""
        request = platform.request(at=datetime.now(UTC), Destination=f"{self.bridge.url}/saml/sso")
        answer = self.sign_in("/saml/sso?" + platform.query(request, "r").decode())
        while answer.is_redirect:
            answer = self.ask("GET", answer.headers["Location"])
        sent = [form for form in Forms(answer.text).found if "SAMLResponse" in form.fields]
        if not sent:
            return answer.status_code, ""
        xml = base64.b64decode(sent[0].fields["SAMLResponse"]).decode()
        (destination,) = re.findall(r'<samlp:Response [^>]*Destination="([^"]+)"', xml)
        assert destination == sent[0].action
        return answer.status_code, destination


@dataclass
class House:
    """All of it."""

    one: Web
    two: Web
    worker: Process

    def processes(self) -> list[list[int]]:
        """Return who runs: what was started, and its children (gunicorn's own workers among them)."""
        found = []
        for process in (self.one.process, self.two.process, self.worker):
            assert process.popen.poll() is None
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            found.append([process.pid, *map(int, children)])
        return found

    def plan(self, asked_at: Web) -> dict[str, Any]:
        """Return the plan that the worker makes."""
        job = asked_at.api("POST", "plans", json={"platforms": ["crew"]})
        told: dict[str, Any] = {}

        def made() -> bool:
            told.update(asked_at.api("GET", f"jobs/{job['id']}"))
            assert told["state"] not in {"failed", "dead"}, told
            return told["state"] == "done"

        wait_until(made, "a plan", patience=150)
        return asked_at.api("GET", f"plans/{told['result']['plan']}")


@pytest.fixture
def house(site: Site, blank_database: str) -> Iterator[House]:
    """Set up and start them."""
    bridge = Bridge(site, name="nothing-restarts", database_url=blank_database)
    try:
        users = {"ada1": {"employee_number": "E1", "password": hash_password(PASSWORD)}}
        files = {"users.yaml": json.dumps({"users": users}), "people.csv": PEOPLE,
                 "home.xml": HOME.metadata().decode(), "moved.xml": MOVED.metadata().decode()}  # fmt: skip
        for name, text in files.items():
            (bridge.folder / name).write_text(text)
            (bridge.folder / name).chmod(0o600)
        bridge.configure(DOCUMENT)
        bridge.command("hr", "import", str(bridge.folder / "people.csv"), "--source", "payroll", "--snapshot")
        tokens = bridge.token, bridge.json("token", "create", "colleague", "--role", "owner")["token"]
        ports = bridge.port, free_port(ADDRESS)
        webs = [bridge.start("serve", "--processes", "1", "--bind", f"{ADDRESS}:{port}") for port in ports]
        worker = bridge.start("worker")
        for web, port in zip(webs, ports, strict=True):
            web.ready(lambda port=port: listens(ADDRESS, port))
        made = [Web(bridge, web, f"https://{ADDRESS}:{port}", tokens) for web, port in zip(webs, ports, strict=True)]
        yield House(*made, worker)
    finally:
        bridge.stop()


def test_nothing_restarts(house: House) -> None:
    """AD-03: claims, mappings, platforms, metadata and guards hold in all processes from the next request on."""
    one, two, document = house.one, house.two, json.loads(json.dumps(DOCUMENT))
    assert ("Ada Jansen 1", None) == ((told := two.claims(at=one)).get("name"), told.get("title"))
    started = house.processes()
    assert (400, "") == one.answered_to(HOME)
    first = house.plan(two)
    assert ({"crew": {"account_create": 6}}, []) == (first["counts"], first["held"])

    one.change("mappings.chat", document["mappings"]["chat"] | {"release": ["name", "title"]})
    assert "Seller" == two.claims(at=one)["title"]
    two.change("mappings.chat", document["mappings"]["chat"] | {
        "attributes": {"title": "primary.title.upperAscii()"}, "release": ["title"],
    })  # fmt: skip
    assert ("SELLER", None) == ((told := one.claims(at=two)).get("title"), told.get("name"))

    wiki = {"login": {"protocol": "saml", "metadata_file": "home.xml"}, "mapping": "chat"}
    two.change("platforms.wiki", wiki)
    assert [(200, HOME.acs)] * 2 == [one.answered_to(HOME), two.answered_to(HOME)]
    one.change("platforms.wiki", wiki | {"login": wiki["login"] | {"metadata_file": "moved.xml"}})
    assert [(200, MOVED.acs)] * 2 == [two.answered_to(HOME), one.answered_to(HOME)]
    two.change("platforms.wiki", wiki | {"enabled": False})
    assert (400, "") == one.answered_to(HOME)

    one.change("mappings.crew", document["mappings"]["crew"] | {"for": "person.employeeNumber != 'E6'"})
    assert {"crew": {"account_create": 5}} == house.plan(two)["counts"]
    two.change("guards.default", {"create": {"count": 2}})
    held = house.plan(one)["held"]
    assert [("create", "crew", 5, 2)] == [
        (each["guard"], each["platform"], each["count"], each["limit"]) for each in held
    ]

    assert started == house.processes()
