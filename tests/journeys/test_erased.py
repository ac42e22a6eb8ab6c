"""Somebody signs in, is provisioned, leaves and is erased: nothing of her is anywhere, and the audit is whole."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url, update

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.sync import account_shadow
from tests.journeys.test_no_secret_comes_out import PASSWORD, House, _openid, _saml
from tests.lab import scim
from tests.lab.site import Site

HER = {"given_name": "Tjitskje-Quirine", "family_name": "Zwaluwenbergh", "email": "tq.zwaluwenbergh@corp.example"}
LOGIN = "ada.one"
HEAD = "employee_number,assignment_id,given_name,family_name,email,username,leaves_on\n"
OTHERS = "".join(f"E{each},1,Ben,Jansen {each},ben{each}@corp.example,ben{each},\n" for each in range(20, 30))


def people(leaves: str = "") -> str:
    """Return HR's file."""
    return f"{HEAD}E1,1,{','.join(HER.values())},{LOGIN},{leaves}\n{OTHERS}"


@pytest.fixture
def house(site: Site, blank_database: str) -> Iterator[House]:
    """A bridge that does all it can, with a platform to provision."""
    platform, house = scim.start(site), None
    try:
        house = House(site, platform, blank_database)
        yield house
    finally:
        if house:
            house.bridge.stop()
        platform.stop()


def dump(address: str) -> bytes:
    """Return all bytes of the database: files with journals, or what pg_dump says."""
    url = make_url(address)
    if url.get_backend_name() == "postgresql":
        tool = shutil.which("pg_dump") or str(max(Path("/usr/lib/postgresql").glob("*/bin/pg_dump")))
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return subprocess.run([tool, plain], check=True, capture_output=True, env=os.environ).stdout
    file = Path(url.database or "")
    return b"".join(one.read_bytes() for one in sorted(file.parent.glob(f"{file.name}*")))


def roll_out(house: House) -> None:
    """Plan and carry out."""
    plan = json.loads(house.command("plan", "--json"))
    house.command("rollout", str(plan["number"]), "--approve", "--release", "suspend", "--release", "delete", "--json")


def days_pass(address: str) -> None:
    """Let the suspension be weeks old: what cannot be undone waits for a day at least (PR-05)."""
    store = Store(address)
    with store.writing() as connection:
        connection.execute(update(account_shadow).values(state_since=datetime.now(UTC) - timedelta(days=45)))
    store.close()


@pytest.mark.peer("scim2-server")
def test_a_person_is_erased(house: House, blank_database: str) -> None:
    """GDPR art. 17: after all she did nothing of her is in database or logs; the audit verifies; a rehire is new."""
    document = yaml.safe_load((house.bridge.folder / "configuration.yaml").read_text())
    document["mappings"]["crew"]["leaver"] = {"after": "0d", "do": "suspend", "then": {"after": "1d", "do": "delete"}}
    house.bridge.configure(document)
    house.hire(people())
    roll_out(house)
    _openid(house)
    _saml(house)
    house.command("explain", "E1")
    told = json.loads(house.command("person", "export", "E1"))
    assert HER["email"] in json.dumps(told)
    assert HER["email"].encode() in dump(blank_database)
    uuid = told["person"]

    house.hire(people("2026-01-31"))
    roll_out(house)
    days_pass(blank_database)
    roll_out(house)
    house.command("person", "erase", "E1", "--reason", "GDPR-17", "--yes")
    house.bridge.stop()
    house.command("person", "clean")

    whole = dump(blank_database).lower()
    assert [] == [one for one in (*HER.values(), LOGIN) if one.lower().encode() in whole]
    assert uuid.encode() in whole
    logs = b"".join(file.read_bytes() for file in house.bridge.folder.parent.rglob("*.log")).lower()
    assert [] == [one for one in HER.values() if one.lower().encode() in logs]
    assert json.loads(house.command("audit", "verify", "--json"))["sound"]

    house.hire(people())
    again = json.loads(house.command("person", "export", "E1"))
    assert uuid != again["person"]
    assert PASSWORD not in json.dumps(again)
