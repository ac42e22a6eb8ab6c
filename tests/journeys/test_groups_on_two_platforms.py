"""One rule set, two platforms: groups inside groups at a SCIM service, flattened into rooms at a Synapse homeserver.

The people of a group are counted as each platform counts them: at the service with the groups inside, in the room
by who is in it. Both must say the same, after the first sync, after a re-organisation, and a second sync sends nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.lab import synapse
from tests.lab.bridge import Bridge
from tests.lab.scim import ScimServer
from tests.lab.site import Site

PEOPLE = {"E1": "all", "E2": "sales", "E3": "sales", "E4": "north", "E5": "north", "E6": "tech"}
UNITS = {"all": ("Acme", "", "E1"), "sales": ("Sales", "all", "E2"), "north": ("North", "sales", "E4"),
         "tech": ("Tech", "all", "")}  # fmt: skip
TREE = {
    "on": ["chat", "square"], "each": "unit", "nested": True, "owners": "unit.head", "closed": {"do": "archive"},
    "examples": [{"person": {"unitPath": ["all", "sales"]}, "in": ["units/all", "units/sales"]}],
}  # fmt: skip


@dataclass
class House:
    """The bridge and its two platforms."""

    bridge: Bridge
    chat: synapse.Synapse
    square: ScimServer
    trust: str
    people: dict[str, str] = field(default_factory=lambda: dict(PEOPLE))
    units: dict[str, tuple[str, str, str]] = field(default_factory=lambda: dict(UNITS))
    closed: set[str] = field(default_factory=set)

    def send(self) -> None:
        """Import the whole company as it is now."""
        names = [f"{number.lower()}@acme.example" for number in self.people]
        people = [
            {"employee_number": number, "given_name": number, "family_name": "Acme", "username": number.lower(),
             "email": mail, "unit": unit}
            for (number, unit), mail in zip(self.people.items(), names, strict=True)
        ]  # fmt: skip
        units = [
            {"unit": key, "name": name, "parent": parent, "head": head, "valid_to": "2020-01-01" * (key in self.closed)}
            for key, (name, parent, head) in self.units.items()
        ]
        files = [_written(self.bridge.folder / f"{kind}.csv", rows) for kind, rows in (("p", people), ("u", units))]
        self.bridge.command("hr", "import", *map(str, files), "--source", "payroll", "--snapshot")

    def sync(self) -> dict[str, Any]:
        """Plan, approve and roll out whatever the guards say; return the counts of the plan by platform."""
        self.send()
        plan = self.bridge.json("plan")
        held = [option for each in plan["held"] for option in ("--release", each["guard"])]
        if plan["changes"]:
            assert "done" == self.bridge.json("rollout", str(plan["number"]), "--approve", *held)["state"]
        return dict(plan["counts"])

    def chat_rooms(self) -> dict[str, set[str]]:
        """Return who is in which room, by its name; the bot is nobody."""
        rooms = self._chat("/v1/rooms?limit=100")["rooms"]
        inside = {room["name"]: self._chat(f"/v1/rooms/{room['room_id']}/members")["members"] for room in rooms}
        return {
            name: {one[1:].split(":")[0].upper() for one in members if "bridge-bot" not in one}
            for name, members in inside.items()
        }

    def square_groups(self) -> dict[str, set[str]]:
        """Return who is in which group of the service, with those of the groups inside, by its name."""
        users, groups = (
            {each["id"]: each for each in self._square(f"/{kind}?count=100")["Resources"]}
            for kind in ("Users", "Groups")
        )

        def people(group: str) -> set[str]:
            found: set[str] = set()
            for member in groups[group].get("members") or ():
                value = member["value"]
                found |= people(value) if value in groups else {users[value]["userName"].split("@")[0].upper()}
            return found

        return {group["displayName"]: people(key) for key, group in groups.items()}

    def inner_groups(self) -> int:
        """Return how many groups of the service are inside another one."""
        groups = self._square("/Groups?count=100")["Resources"]
        ids = {each["id"] for each in groups}
        return sum(member["value"] in ids for each in groups for member in each.get("members") or ())

    def _chat(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.chat.admin_token}"}
        where = f"{self.chat.url}/_synapse/admin{path}"
        return requests.get(where, headers=headers, verify=self.trust, timeout=30).json()

    def _square(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.square.token}"}
        return requests.get(self.square.url + path, headers=headers, timeout=30).json()


def _written(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def house(site: Site, homeserver: synapse.Synapse, scim_server: ScimServer) -> Iterator[House]:
    """Start the homeserver without any sign-in, and write the configuration."""
    homeserver.start()
    bridge = Bridge(site, name="groups")
    for name, secret in (("chat", homeserver.admin_token), ("square", scim_server.token)):
        (bridge.folder / f"{name}.secret").write_text(secret)
        (bridge.folder / f"{name}.secret").chmod(0o600)
    rooms = {
        "connector": "matrix_synapse", "url": homeserver.url, "token": "file:chat.secret",
        "auth_provider": "oidc-bridge", "calls_per_second": 1000,
    }  # fmt: skip
    scim = {
        "connector": "scim", "url": scim_server.url, "token": "file:square.secret", "calls_per_second": 1000,
        "nested_groups": True,
    }  # fmt: skip
    bridge.configure({
        "platforms": {
            "chat": {"provisioning": rooms, "mapping": "chat"}, "square": {"provisioning": scim, "mapping": "square"},
        },
        "mappings": {"chat": {"preset": "matrix_synapse"}, "square": {"preset": "scim"}},
        "groups": {"units": TREE},
        "hr_sources": {"payroll": {"kind": "csv"}},
    })  # fmt: skip
    yield House(bridge, homeserver, scim_server, str(site.authority.ca_file))
    bridge.stop()


@pytest.mark.peer("synapse")
@pytest.mark.peer("scim2-server")
def test_same_people_on_both(house: House) -> None:
    """PR-07: nested there, flattened here, the same people in each group; moved and merged units too."""
    everybody = {
        "Acme": set(PEOPLE), "Sales": {"E2", "E3", "E4", "E5"}, "North": {"E4", "E5"}, "Tech": {"E6"},
    }  # fmt: skip
    counts = house.sync()
    assert everybody == house.square_groups() == house.chat_rooms()
    assert 3 == house.inner_groups() == counts["square"]["group_nest"]
    assert (6, 13) == (counts["square"]["member_add"], counts["chat"]["member_add"])
    writes = house.square.gate.writes
    assert {} == house.sync()
    assert writes == house.square.gate.writes

    house.units["north"] = ("Noord", "tech", "E4")
    house.closed.add("sales")
    house.people |= {"E2": "tech", "E3": "tech"}
    house.sync()

    merged = {"Acme": set(PEOPLE), "Tech": set(PEOPLE) - {"E1"}, "Noord": {"E4", "E5"}, "Sales (archived)": set()}
    assert merged == house.square_groups() == house.chat_rooms()
    assert {} == house.sync()
