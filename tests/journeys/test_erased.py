"""Somebody signs in, is provisioned, leaves and is erased: nothing of her is anywhere, and the audit is whole."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import compress

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy import make_url, select, update

from sso_bridge.cli import main
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from sso_bridge.store.tables.sync import account_shadow
from tests.fakes.traces_of import strings, traces, unpacked
from tests.journeys.test_no_secret_comes_out import METRICS_TOKEN, PASSWORD, House, _openid, _saml
from tests.lab import scim
from tests.lab.process import free_port, wait_until
from tests.lab.site import Site

LOGIN, NUMBER = "ada.one", "E48151623"
HER = {
    "employee_number": NUMBER, "assignment_id": "A-9937701", "given_name": "Zoë-Quirine", "name_prefix": "op 't",
    "family_name": "Çelikbaş", "partner_name": "Zwaluwenbergh", "preferred_name": "Quirientje",
    "email": "Zoe.Celikbas+hr@Zwaluwenbergh.example", "username": LOGIN, "title": "Hoofd Zwaluwbeheer",
    "location": "Kwakelsteeg 17bis", "cost_centre": "KP-778812",
}  # fmt: skip
HEAD = f"{','.join(HER)},leaves_on\n"
OTHERS = "".join(
    f"E{each},1,Ben,,Jansen {each},,,ben{each}@corp.example,ben{each},Seller,Utrecht,KP-1,\n" for each in range(20, 30)
)
TOLD = ["import.taken", "person.joined", "person.left", "account.created", "account.deleted", "access.ended"]
WHERE_SHE_IS = {
    "table person", "table account_shadow", "table action", "table plan_item", "table audit",
    "table openid_grant", "table link", "table session_use", "export of audit", "export of audit.csv",
}  # fmt: skip
"""The search has to find her there as long as she is there: one that finds nothing proves nothing."""
SUBJECT = re.compile(r"[a-z2-7]{32}")


def people(leaves: str = "") -> str:
    """Return HR's file."""
    return f"{HEAD}{','.join(HER.values())},{leaves}\n{OTHERS}"


class Erasing(House):
    """A house whose commands are heard to the last line of their logs; `folder` holds nothing the test wrote itself."""

    def command(self, *arguments: str, expect: int = 0) -> str:
        """Run a command and return what it prints; what it logs is heard."""
        settings = str(self.bridge.folder / "bridge.toml")
        done = CliRunner().invoke(main, ["--settings", settings, "--debug", *arguments])
        assert expect == done.exit_code, done.output
        self.said.hear("logs of commands", done.stderr)
        return done.stdout

    def employ(self) -> None:
        """Let her number be what the users file says, and have leavers deleted after a day."""
        users = json.loads((self.bridge.folder / "users.yaml").read_text())
        users["users"][LOGIN]["employee_number"] = NUMBER
        (self.bridge.folder / "users.yaml").write_text(json.dumps(users))
        document = yaml.safe_load((self.bridge.folder / "configuration.yaml").read_text())
        leaver = {"after": "0d", "do": "suspend", "then": {"after": "1d", "do": "delete"}}
        document["mappings"]["crew"]["leaver"] = leaver
        self.bridge.configure(document)

    def subscribe(self) -> str:
        """Have somebody told who never answers: what is told waits. Return where to see it."""
        wanted = {"name": "desk", "url": f"https://127.0.0.11:{free_port('127.0.0.11')}/", "events": TOLD}
        made = self.api("/admin/v1/webhooks", method="POST", json=wanted)
        assert 201 == made.status_code, made.text
        return f"/admin/v1/webhooks/{made.json()['id']}/deliveries"

    def roll_out(self) -> None:
        """Plan and carry out."""
        plan = json.loads(self.command("plan", "--json"))
        release = ("--release", "suspend", "--release", "delete")
        self.command("rollout", str(plan["number"]), "--approve", *release, "--json")

    def numbers(self) -> bytes:
        """Return what Prometheus reads."""
        answer = self.visitor().ask(
            "GET", "/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}, private=True
        )
        assert 200 == answer.status_code
        return answer.content

    def places(self, address: str, numbers: bytes) -> dict[str, bytes]:
        """Return everything that is left anywhere: the database as files and as rows, logs, numbers, exports."""
        logs = {file.name: file.read_bytes() for file in self.bridge.folder.parent.rglob("*.log")}
        written = {"people.csv", "users.yaml"}  # by the test, as HR and the workplace would
        files = [file for file in self.bridge.folder.rglob("*") if file.is_file() and file.name not in written]
        rows, exports = dict(tables(address)), {}
        for name, command in {"audit": ("audit", "export"), "audit.csv": ("audit", "export", "--format", "csv"),
                              "traces": ("trace", "--latest", "100", "--json"), "configuration": ("config", "export"),
                              }.items():  # fmt: skip
            exports[f"export of {name}"] = self.command(*command).encode()
        return {
            "dump": dump(address), **rows, **exports, **logs, "numbers": numbers,
            "logs of commands": self.said.texts["logs of commands"].encode(),
            **{f"file {file.name}": file.read_bytes() for file in files},
        }  # fmt: skip


@pytest.fixture
def house(site: Site, blank_database: str) -> Iterator[Erasing]:
    """A bridge that does all it can, with a platform to provision."""
    platform, house = scim.start(site), None
    try:
        house = Erasing(site, platform, blank_database)
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


def tables(address: str) -> Iterator[tuple[str, bytes]]:
    """Yield what each table holds, unpacked: queue, ledger, deliveries and plans among them."""
    store = Store(address)
    with store.reading() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table)).all()
            yield (
                f"table {table.name}",
                b"\n".join(unpacked(value) for row in rows for value in row if value is not None),
            )
    store.close()


def days_pass(address: str) -> None:
    """Let the suspension be weeks old: what cannot be undone waits for a day at least (PR-05)."""
    store = Store(address)
    with store.writing() as connection:
        connection.execute(update(account_shadow).values(state_since=datetime.now(UTC) - timedelta(days=45)))
    store.close()


def values_of(told: Any) -> set[str]:
    """Return what is hers alone of all that is told to her: what HR says, what is made of it, and her subjects."""
    hers = {value.casefold() for name, value in HER.items() if name != "name_prefix"}
    made = {
        one.strip() for one in strings(told)
        if len(one) < 200 and (SUBJECT.fullmatch(one) or any(value in one.casefold() for value in hers))
    }  # fmt: skip
    return {value for name, value in HER.items() if name != "name_prefix"} | made


PLANTED = {
    "as it is": "of Zoë Çelikbaş, again", "upper case": "ZOË ÇELIKBAŞ", "decomposed": "Zoe\u0308 C\u0327elikbas\u0327",
    "an address": "/x?name=Zo%C3%AB%20%C3%87elikba%C5%9F", "a form": "n=Zo%C3%AB+%C3%87elikba%C5%9F&m=1",
    "JSON": '{"n": "Zo\\u00eb \\u00c7elikba\\u015f"}', "transliterated": "zoe celikbas",
    "hexadecimal": "5a6fc3ab20c387656c696b6261c59f",
    **{f"base64, {before} before": b64encode(b"-" * before + "Zoë Çelikbaş!".encode()).decode() for before in range(3)},
}  # fmt: skip


@pytest.mark.parametrize("how", PLANTED)
def test_the_search_finds(how: str) -> None:
    """Whatever way a name is written, the search sees it; and it sees nothing where nothing is."""
    assert traces(["Zoë Çelikbaş"], {"here": PLANTED[how].encode(), "there": b"Ben Jansen"})
    assert [] == traces(["Ada Lovelace"], {"here": PLANTED[how].encode()})


def test_punycode_and_packed() -> None:
    """An address is found as mail servers write it, and a packed column is unpacked."""
    assert traces(["zoe@çelikbaş.example"], {"here": b"to zoe@xn--elikba-vua08g.example"})
    assert b"Zwaluwenbergh" == unpacked(compress(b"Zwaluwenbergh"))


@pytest.mark.peer("scim2-server")
def test_a_person_is_erased(house: Erasing, blank_database: str) -> None:
    """GDPR art. 17: after all she did nothing of her is in database or logs; the audit verifies; a rehire is new."""
    house.employ()
    deliveries = house.subscribe()
    house.bridge.start("worker")
    wait_until(lambda: dict(tables(blank_database))["table webhook_reading"], "a worker that listens", patience=150)
    house.hire(people())
    house.roll_out()
    _openid(house)
    _saml(house)
    house.command("explain", NUMBER)
    wait_until(lambda: "account.created" in house.api(deliveries).text, "a message that nobody takes", patience=150)
    told = json.loads(house.command("person", "export", NUMBER))
    hers = values_of([told["held"], told["groups"]])
    found = traces(hers, house.places(blank_database, house.numbers()))
    assert len(hers) > 2 + len(HER)
    assert hers == {value for value, _, where in found if where == "dump"}
    assert WHERE_SHE_IS <= {where for _, _, where in found}
    assert not [where for _, _, where in found if where.endswith(".log") or where in {"numbers", "logs of commands"}]

    house.hire(people("2026-01-31"))
    house.roll_out()
    days_pass(blank_database)
    house.roll_out()
    house.command("person", "erase", NUMBER, "--reason", "GDPR-17", "--yes")
    numbers = house.numbers()
    house.bridge.stop()
    house.command("person", "clean")

    places = house.places(blank_database, numbers)
    assert [] == traces(hers, places)
    assert told["person"].encode() in places["dump"]
    assert json.loads(house.command("audit", "verify", "--json"))["sound"]

    house.hire(people())
    again = json.loads(house.command("person", "export", NUMBER))
    assert told["person"] != again["person"]
    assert PASSWORD not in json.dumps(again)
