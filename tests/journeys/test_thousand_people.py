"""A thousand people reach two real platforms; at one of them they then sign in, and find the account that was made.

What a sync sends is counted where it arrives: at the gate of the SCIM service, in the access log of the homeserver.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from sso_bridge.demo.company import Company, Row, make_company
from tests.lab import slapd, synapse
from tests.lab.bridge import Bridge
from tests.lab.form_browser import FormBrowser
from tests.lab.scim import ScimServer
from tests.lab.site import Site

WRITE = re.compile(r'Processed request: .*"(?:PUT|POST|DELETE) (/_[^ "]+)')
CHAT_SECRET = "the-secret-of-the-homeserver"


@dataclass
class House:
    """The bridge, its directory and the two platforms."""

    bridge: Bridge
    chat: synapse.Synapse
    square: ScimServer
    company: Company
    trust: str

    def sync(self) -> dict[str, Any]:
        """Plan, approve and roll out; return the report, empty when there was nothing to do."""
        plan = self.bridge.json("plan")
        return self.bridge.json("rollout", str(plan["number"]), "--approve") if plan["changes"] else {}

    def chat_writes(self) -> int:
        """Return how many writing requests the homeserver has logged."""
        return len(WRITE.findall((self.chat.room / "synapse.log").read_text()))

    def chat_admin(self, method: str, path: str, **body: object) -> Any:
        """Ask the homeserver as its administrator."""
        headers = {"Authorization": f"Bearer {self.chat.admin_token}"}
        where = self.chat.url + path
        answer = requests.request(method, where, json=body or None, headers=headers, verify=self.trust, timeout=30)
        return answer.json()

    def chat_accounts(self) -> list[dict[str, Any]]:
        """Return all accounts but the bot's."""
        found = self.chat_admin("GET", "/_synapse/admin/v2/users?limit=5000&deactivated=true&locked=true")["users"]
        return [user for user in found if "bridge-bot" not in user["name"]]


@pytest.fixture
def house(site: Site, homeserver: synapse.Synapse, scim_server: ScimServer) -> Iterator[House]:
    """Serve the bridge, and let the homeserver sign in through it."""
    company = make_company(1000, on=datetime.now(UTC).date())
    directory = slapd.start(site, {row["employee_number"]: row for row in company.people}.values())
    bridge = Bridge(site, name="thousand")
    bridge.configure(_configuration(bridge, directory, homeserver, scim_server))
    bridge.serve()
    homeserver.start(synapse.Relying(bridge.url, "matrix", CHAT_SECRET))
    (bridge.folder / "chat.secret").write_text(homeserver.admin_token)
    house = House(bridge, homeserver, scim_server, company, str(site.authority.ca_file))
    bot = f"/_synapse/admin/v1/users/@bridge-bot:{synapse.SERVER}/override_ratelimit"
    house.chat_admin("POST", bot, messages_per_second=0, burst_count=0)
    yield house
    bridge.stop()
    directory.stop()


def _configuration(
    bridge: Bridge, directory: slapd.Slapd, chat: synapse.Synapse, square: ScimServer
) -> dict[str, object]:
    secrets = {"ldap": slapd.BRIDGE_PASSWORD, "matrix": CHAT_SECRET, "square": square.token, "chat": ""}
    for name, secret in secrets.items():
        (bridge.folder / f"{name}.secret").write_text(secret)
        (bridge.folder / f"{name}.secret").chmod(0o600)
    (bridge.folder / "ca.pem").write_bytes(directory.ca_file.read_bytes())
    login = {
        "protocol": "oidc",
        "client_id": "matrix",
        "client_secret": "file:matrix.secret",
        "redirect_uris": [chat.redirect_uri],
    }
    rooms = {
        "connector": "matrix_synapse",
        "url": chat.url,
        "token": "file:chat.secret",
        "auth_provider": "oidc-bridge",
        "calls_per_second": 1000,
    }
    scim = {"connector": "scim", "url": square.url, "token": "file:square.secret", "calls_per_second": 1000}
    workplace = {
        "kind": "ldap",
        "urls": [directory.ldaps_url],
        "base_dn": slapd.SUFFIX,
        "bind_dn": slapd.BRIDGE_DN,
        "bind_password": "file:ldap.secret",
        "ca_file": "file:ca.pem",
    }
    return {
        "workplaces": {"corp": workplace},
        "platforms": {
            "chat": {"login": login, "provisioning": rooms, "mapping": "chat"},
            "square": {"provisioning": scim, "mapping": "square"},
        },
        "mappings": {"chat": {"preset": "matrix_synapse"}, "square": {"preset": "scim"}},
        "groups": {
            "units": {"on": ["square"], "each": "unit", "members": "unit.key in person.unitPath"},
            "tech-leads": {
                "on": ["chat", "square"],
                "members": "'tech' in person.unitPath && primary.title.startsWith('Team')",
                "owners": "unit('tech').head",
            },
        },
        "hr_sources": {"payroll": {"kind": "csv"}},
    }


def _here(company: Company) -> dict[str, Row]:
    """Return who works there today, by HR number, read from the rows and not by the product."""
    today = datetime.now(UTC).date().isoformat()
    return {
        row["employee_number"]: row
        for row in company.people
        if row["hired_on"] <= today and not ("" < row["leaves_on"] < today)
    }


@pytest.mark.peer("slapd")
@pytest.mark.peer("synapse")
@pytest.mark.peer("scim2-server")
def test_everybody_gets_in(house: House) -> None:
    """PR-15, ID-05: a joiner's accounts are there before the first sign-in, which then makes no second one."""
    files = house.company.write(house.bridge.folder / "hr")
    house.bridge.command("hr", "import", *map(str, files), "--source", "payroll", "--snapshot")
    here = _here(house.company)

    report = house.sync()

    assert "done" == report["state"]
    listing = f"{house.square.url}/Users?count=1"
    bearer = {"Authorization": f"Bearer {house.square.token}"}
    assert len(here) == requests.get(listing, headers=bearer, timeout=30).json()["totalResults"]
    accounts = house.chat_accounts()
    assert len(here) == len(accounts)

    sent, logged = house.square.gate.writes, house.chat_writes()
    assert {} == house.sync()
    assert (sent, logged) == (house.square.gate.writes, house.chat_writes())

    ada = next(row for row in here.values() if row["name_prefix"] and row["kind"] == "employee")
    signed_in = _sign_in(house, ada)
    assert f"@{ada['username']}:{synapse.SERVER}" == signed_in
    assert signed_in in {user["name"] for user in accounts}
    told = house.bridge.json("explain", ada["employee_number"], "--platform", "chat")["platforms"][0]["subject"]
    bindings = house.chat_admin("GET", f"/_synapse/admin/v2/users/{signed_in}")["external_ids"]
    assert {"auth_provider": "oidc-bridge", "external_id": told} in bindings
    assert len(accounts) == len(house.chat_accounts())


def _sign_in(house: House, who: Row) -> str:
    """Sign in at the homeserver through the bridge, and return the Matrix id that came of it."""
    browser = FormBrowser(house.bridge.site.authority.ca_file, who["username"], slapd.PASSWORD)
    landing = f"{house.chat.url}/_matrix/client/versions"
    way = f"{house.chat.url}/_matrix/client/v3/login/sso/redirect/oidc-bridge?redirectUrl={landing}"
    end = browser.open(way).url
    token = parse_qs(urlsplit(end).query)["loginToken"][0]
    login = {"type": "m.login.token", "token": token}
    where = f"{house.chat.url}/_matrix/client/v3/login"
    answer = requests.post(where, json=login, verify=house.trust, timeout=30)
    answer.raise_for_status()
    matrix_id: str = answer.json()["user_id"]
    return matrix_id
