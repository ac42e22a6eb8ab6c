"""Every secret there is, planted in a bridge that does all it can at the most talkative level; then everything it says.

Searched are the logs of all processes, what every command prints, every answer of the admin API, the pages, the
numbers and the database. Only where a secret must be shown once (a new token, the answer to a platform) it may stand.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

import pytest
import requests
from click.testing import CliRunner

from sso_bridge.cli import main
from sso_bridge.login.authenticate.password_file import hash_password
from tests.fakes.openid_bridge import basic, challenge
from tests.fakes.saml_platform import SamlPlatform
from tests.lab import scim
from tests.lab.bridge import Bridge
from tests.lab.form_browser import Forms
from tests.lab.process import Process, wait_until
from tests.lab.site import Site

PASSWORD = "walnut-harbour-PLANTED-password"
MISTYPED = "walnut-harbour-PLANTED-mistyped"
CLIENT_SECRET = "PLANTED-client-secret-0123456789abcdef"
METRICS_TOKEN = "PLANTED-metrics-token-0123456789abcdef"
VERIFIER = "PLANTED-verifier-0123456789-0123456789-0123456789"
NONCE = "PLANTED-nonce-0123456789"
BACK = "https://chat.test/cb"
WIKI = SamlPlatform()
PEOPLE = "employee_number,assignment_id,given_name,family_name,email,username\n" + "".join(
    f"E{each},1,Ada,Jansen {each},ada{each}@corp.example,ada{each}\n" for each in range(1, 6)
)


class Said:
    """Everything the bridge said, by where; `secrets` are what may be nowhere in it."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.secrets: dict[str, str] = {}

    def hear(self, where: str, text: str) -> str:
        self.texts[where] = self.texts.get(where, "") + text
        return text

    def leaks(self) -> list[tuple[str, str]]:
        """Return (which secret, where) for each secret that is somewhere, as it is or as an address writes it."""
        found = []
        for name, secret in self.secrets.items():
            assert len(secret) >= 16, name
            spellings = {secret, quote(secret, safe=""), base64.b64encode(secret.encode()).decode().rstrip("=")}
            found += [(name, where) for where, text in self.texts.items() if any(each in text for each in spellings)]
        return found


class House:
    """A bridge with a users file, an OpenID and a SAML platform, and a platform to provision."""

    def __init__(self, site: Site, platform: scim.ScimServer, database: str) -> None:
        self.said, self.platform = Said(), platform
        self.bridge = Bridge(
            site, name="planted", database_url=database, log_level="debug", metrics_token="file:metrics-token"
        )
        self.said.secrets |= {
            "password": PASSWORD, "mistyped password": MISTYPED, "client secret": CLIENT_SECRET,
            "metrics token": METRICS_TOKEN, "platform token": self.platform.token, "admin token": self.bridge.token,
            "key-encryption key": (self.bridge.folder / "key-encryption.key").read_text().strip(), "nonce": NONCE,
        }  # fmt: skip
        self._configure()
        self.web: Process = self.bridge.serve()
        self.worker: Process | None = None

    def _configure(self) -> None:
        self.said.secrets["password hash"] = hashed = hash_password(PASSWORD)
        users = {"users": {"ada.one": {"employee_number": "E1", "password": hashed}}}
        files = {
            "users.yaml": json.dumps(users), "scim-token": self.platform.token, "chat-secret": CLIENT_SECRET,
            "metrics-token": METRICS_TOKEN, "wiki.xml": WIKI.metadata().decode(),
        }  # fmt: skip
        for name, text in files.items():
            (self.bridge.folder / name).write_text(text)
            (self.bridge.folder / name).chmod(0o600)
        chat = {"protocol": "oidc", "client_id": "chat", "client_secret": "file:chat-secret", "redirect_uris": [BACK]}
        wanted = {
            "workplaces": {"office": {"kind": "file", "path": "file:users.yaml"}},
            "platforms": {
                "chat": {"login": chat | {"refresh": True}, "mapping": "all"},
                "wiki": {"login": {"protocol": "saml", "metadata_file": "wiki.xml"}, "mapping": "all"},
                "crew": {
                    "login": {"protocol": "none"}, "mapping": "crew",
                    "provisioning": {"connector": "scim", "url": self.platform.url, "token": "file:scim-token"},
                },
            },
            "mappings": {
                "all": {"for": "person.active", "attributes": {"name": "person.displayName"}, "release": ["name"]},
                "crew": {"preset": "scim", "for": "person.active"},
            },
            "hr_sources": {"payroll": {"kind": "csv"}},
        }  # fmt: skip
        self.bridge.configure(wanted)

    def command(self, *arguments: str, expect: int = 0) -> str:
        """Run a command; hear what it prints and logs, and return what it prints."""
        settings = str(self.bridge.folder / "bridge.toml")
        done = CliRunner().invoke(main, ["--settings", settings, "--debug", *arguments])
        assert expect == done.exit_code, done.output
        self.said.hear(" ".join(arguments[:2]), done.output)
        return done.stdout

    def hire(self, people: str) -> None:
        """Import these people."""
        file = self.bridge.folder / "people.csv"
        file.write_text(people)
        self.command("hr", "import", str(file), "--source", "payroll", "--snapshot")

    def visitor(self) -> Visitor:
        return Visitor(self)

    def api(self, path: str, token: str = "", method: str = "GET", **more) -> requests.Response:
        """Call the admin API and hear the answer."""
        headers = {"Authorization": f"Bearer {token or self.bridge.token}"}
        return self.visitor().ask(method, path, headers=headers, **more)


class Visitor:
    """Somebody with a browser; what pages say is heard, but for what is meant for a platform alone."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.session = requests.Session()
        self.session.verify, self.session.trust_env = str(house.bridge.site.authority.ca_file), False

    def ask(self, method: str, path: str, *, private: bool = False, **more) -> requests.Response:
        url = urljoin(self.house.bridge.url, path)
        answer = self.session.request(method, url, timeout=30, allow_redirects=False, **more)
        for name, value in self.session.cookies.items():
            self.house.said.secrets[f"cookie {name} {value[:4]}"] = value
        if not private:
            self.house.said.hear(f"{method} {urlsplit(url).path}", answer.text)
        return answer

    def sign_in(self, address: str, password: str = PASSWORD) -> requests.Response:
        """Go to an address and fill in the form; return the answer to it."""
        answer = self.ask("GET", address, private=True)
        while answer.is_redirect and answer.headers["Location"].startswith(("/", self.house.bridge.url)):
            answer = self.ask("GET", answer.headers["Location"], private=True)
        forms = [form for form in Forms(answer.text).found if "password" in form.kinds.values()]
        if not forms:
            return answer
        given = forms[0].fields | {"username": "ada.one", "password": password}
        self.house.said.secrets["form token"] = given["csrf"]
        headers = {"Origin": self.house.bridge.url}
        return self.ask("POST", forms[0].action or urlsplit(answer.url).path, data=given, headers=headers, private=True)


@pytest.fixture
def house(site: Site, blank_database: str) -> Iterator[House]:
    """All of it, started."""
    platform = scim.start(site)
    house = None
    try:
        house = House(site, platform, blank_database)
        yield house
    finally:
        if house:
            house.bridge.stop()
        platform.stop()


def _openid(house: House) -> None:
    """A code, its tokens, userinfo, a refresh, everything used twice or wrongly, and a logout."""
    browser, said = house.visitor(), house.said
    asked = {
        "client_id": "chat", "redirect_uri": BACK, "response_type": "code", "scope": "openid profile offline_access",
        "code_challenge": challenge(VERIFIER), "code_challenge_method": "S256", "nonce": NONCE, "state": "s" * 20,
    }  # fmt: skip
    wrong = browser.sign_in("/oidc/authorize?" + urlencode(asked), MISTYPED)
    said.hear("page for a wrong password", wrong.text)
    assert 401 == wrong.status_code
    answer = browser.sign_in("/oidc/authorize?" + urlencode(asked))
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    said.secrets |= {"code": code, "verifier": VERIFIER}

    def trade(given: dict[str, str], secret: str = CLIENT_SECRET) -> requests.Response:
        return house.visitor().ask("POST", "/oidc/token", data=given, headers=basic("chat", secret), private=True)

    by_code = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    said.hear("token error", trade(by_code, CLIENT_SECRET + "x").text)
    first = trade(by_code).json()
    second = trade({"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}).json()
    for name, tokens in (("first", first), ("second", second)):
        said.secrets |= {f"{name} {kind}": tokens[kind] for kind in ("access_token", "refresh_token", "id_token")}
    bearer = {"Authorization": f"Bearer {second['access_token']}"}
    assert 200 == browser.ask("GET", "/oidc/userinfo", headers=bearer).status_code
    browser.ask("GET", f"/oidc/userinfo?access_token={second['access_token']}")
    browser.ask("GET", f"/nowhere?code={code}&token={house.bridge.token}")
    browser.ask("GET", f"/oidc/logout?id_token_hint={second['id_token']}x")
    said.hear("code again", trade(by_code).text)
    said.hear("refresh again", trade({"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}).text)
    browser.ask("GET", "/session")
    browser.ask("GET", "/")


def _saml(house: House) -> None:
    """A SAML answer, and one that comes back to the wrong place."""
    request = WIKI.request(at=datetime.now(UTC), Destination=f"{house.bridge.url}/saml/sso")
    browser = house.visitor()
    answer = browser.sign_in("/saml/sso?" + WIKI.query(request, "PLANTED-relay-state").decode())
    while answer.is_redirect:
        answer = browser.ask("GET", answer.headers["Location"], private=True)
    response = next(form.fields["SAMLResponse"] for form in Forms(answer.text).found if "SAMLResponse" in form.fields)
    xml = base64.b64decode(response).decode()
    house.said.secrets |= {
        "SAML response": response, "relay state": "PLANTED-relay-state",
        "SAML signature": "".join(re.findall(r"<ds:SignatureValue>([^<]{64})", xml)[:1]),
        "assertion": re.findall(r"<saml:Assertion .{40,}?>", xml, re.DOTALL)[0],
    }  # fmt: skip
    browser.ask("POST", "/saml/sso", data={"SAMLResponse": response})
    browser.ask("GET", f"/saml/sso?{urlencode({'SAMLRequest': response})}")


def _provision(house: House) -> None:
    """Import, plan, roll out, all again with a platform that answers no more, and every other command."""
    plan = json.loads(house.command("plan", "--json"))
    house.command("rollout", str(plan["number"]), "--approve", "--json")
    house.command("doctor")
    house.worker = house.bridge.start("worker")
    house.hire(PEOPLE.replace("Jansen", "de Vries"))
    plan = json.loads(house.command("plan", "--json"))
    house.platform.stop()
    house.command("doctor", expect=1)
    house.command("rollout", str(plan["number"]), "--approve", "--detach", "--release", "update", "--json")
    wait_until(lambda: "platform.unreachable" in house.worker.log.read_text(), "a call that failed")
    house.command("config", "export")
    house.command("config", "history")
    house.command("keys", "list")
    house.command("token", "list")
    house.command("explain", "E1")
    house.command("trace", "--latest", "20")
    house.command("audit", "verify")
    house.command("audit", "export")
    house.command("person", "export", "E1")
    house.command("person", "erase", "E1", "--reason", "looking", expect=1)


def _administer(house: House) -> None:
    """Every address of the admin API that can be read, with a token made for it, with wrong ones, and wrong bodies."""
    made = house.visitor().ask(
        "POST", "/admin/v1/tokens", private=True, headers={"Authorization": f"Bearer {house.bridge.token}"},
        json={"name": "reader", "role": "owner", "scopes": ["admin"], "days": 1},
    )  # fmt: skip
    assert 201 == made.status_code, made.text
    house.said.secrets["made token"] = token = made.json()["token"]
    document = house.api("/admin/openapi.json", token).json()
    seen = 0
    for path, verbs in document["paths"].items():
        if "get" not in verbs:
            continue
        for address in _filled(house, path, token):
            seen += 200 == house.api(address, token).status_code
    assert seen > 15
    house.api("/admin/v1/me", token + "x")
    house.api("/admin/v1/tokens", token, "POST", data=f'{{"name": "{token}", "password": "{PASSWORD}"')
    house.api(
        "/admin/v1/configuration", token, "PUT", json={"platforms": {"x": {"login": {"client_secret": PASSWORD}}}}
    )
    house.api(f"/admin/v1/nowhere/{token}", token)


def _filled(house: House, path: str, token: str) -> list[str]:
    """Return the path, or for one with a place in it the first few it can name."""
    if "{" not in path:
        return [path]
    above, name = path.partition("/{")[0], path.partition("{")[2].partition("}")[0]
    listed = house.api(above, token)
    rows = next((each for each in listed.json().values() if isinstance(each, list)), []) if listed.ok else []
    ids = [
        next((str(row[key]) for key in (name, "id", "number", "reference", "uuid") if key in row), "") for row in rows
    ]
    return [re.sub(r"\{[^}]+\}", each, path) for each in ids[:3] if each]


def test_no_secret_comes_out(house: House) -> None:
    """AD-06, AD-12, PR-12: of everything secret nothing is in any log, page, export, plan, number or record."""
    house.hire(PEOPLE)
    _openid(house)
    _saml(house)
    _provision(house)
    _administer(house)
    numbers = house.visitor().ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"})
    house.visitor().ask("GET", "/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}x"})
    assert 200 == numbers.status_code
    house.bridge.stop()
    for process in (house.web, house.worker):
        house.said.hear(f"log of {process.name}", process.log.read_text())
    database = house.bridge.folder / "bridge.db"
    if database.exists():
        house.said.hear("database", database.read_bytes().decode("latin-1"))

    assert [] == house.said.leaks()
    _was_worth_looking(house.said)


def _was_worth_looking(said: Said) -> None:
    """The search would have found something: what is no secret is there."""
    for where, expected in {
        "log of serve-0": "request",
        "log of worker-1": "crew",
        "audit export": "session",
        "plan --json": "account_create",
        "config export": "file:scim-token",
        "trace --latest": "sign_in_refused",
    }.items():
        assert expected in said.texts[where], where
    assert len(said.secrets) > 20
