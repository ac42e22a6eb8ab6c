"""A whole sync by the command line to a real SCIM server: the second one sends nothing (promise 4)."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from sso_bridge.cli import main
from sso_bridge.commands.context import CommandContext
from sso_bridge.keys.ring import KeyRing
from sso_bridge.settings_manual import example
from sso_bridge.store.engine import Store

PEOPLE = """employee_number,given_name,family_name,email,unit,valid_from,leaves_on
E1,Jürgen,Hoff,e1@example.nl,sales,2020-01-01,
E2,Anna,Visser,e2@example.nl,sales,2020-01-01,
E3,Bo,Smit,e3@example.nl,it,2020-01-01,
"""

CONFIGURATION = """
platforms:
  chat:
    provisioning: {connector: scim, url: "%s", token: "env:CHAT_SCIM"}
    mapping: chat
mappings:
  chat:
    for: "person.active"
    attributes: {userName: "person.email", displayName: "person.givenName + ' ' + person.familyName"}
groups:
  sales: {on: [chat], members: "person.familyName != 'Smit'"}
guards:
  default: {suspend: {percent: 100}, member_remove: {percent: 100}}
hr_sources:
  payroll: {kind: csv}
"""


@pytest.fixture
def bridge(database_url, tmp_path, vault, clock, made_keys, scim_server, monkeypatch):
    """Run a command as an operator would, in a folder with settings and configuration; return what it tells."""
    monkeypatch.setenv("CHAT_SCIM", scim_server.token)
    settings = {
        "public_url": "https://sso.example.org",
        "database_url": database_url,
        "outgoing_allow": ["127.0.0.0/8"],
    }
    (tmp_path / "bridge.toml").write_text(example(settings))
    (tmp_path / "bridge.yaml").write_text(CONFIGURATION % scim_server.url)
    (tmp_path / "people.csv").write_text(PEOPLE)

    first = Store(database_url)
    KeyRing(first, vault, clock, made_keys.maker()).ensure()
    first.close()

    def bridge(*words, code=0):
        store = Store(database_url)
        context = CommandContext(
            tmp_path / "bridge.toml", store=store, clock=clock,
            keys=KeyRing(store, vault, clock, made_keys.maker()),
        )  # fmt: skip
        result = CliRunner().invoke(main, [*words, "--json"], obj=context)
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    bridge.folder = tmp_path
    return bridge


@pytest.mark.peer("scim2-server")
def test_second_sync(bridge, scim_server):
    """Everything is made by the first sync; the second plans nothing and writes nothing, counted at the server."""
    bridge("config", "apply", str(bridge.folder / "bridge.yaml"))
    bridge("hr", "import", str(bridge.folder / "people.csv"), "--source", "payroll", "--snapshot")
    number = str(bridge("plan")["number"])
    first = bridge("rollout", number, "--approve")
    written = scim_server.gate.writes

    plan = bridge("plan")
    second = bridge("rollout", str(plan["number"]), "--approve")

    assert first["totals"]["chat"]["account_create"] == {"done": 3}
    assert first["totals"]["chat"]["member_add"] == {"done": 2}
    assert written > 0
    assert (second["state"], second["totals"]) == ("done", {})
    assert scim_server.gate.writes == written


@pytest.mark.peer("scim2-server")
def test_rollback(bridge, scim_server):
    """A rollback is a plan of its own that nobody is surprised by: looked at first, then carried out (PR-11)."""
    bridge("config", "apply", str(bridge.folder / "bridge.yaml"))
    bridge("hr", "import", str(bridge.folder / "people.csv"), "--source", "payroll", "--snapshot")
    run = bridge("rollout", str(bridge("plan")["number"]), "--approve")["run"]
    written = scim_server.gate.writes

    looked = bridge("rollback", str(run))
    assert scim_server.gate.writes == written
    back = bridge("rollback", str(run), "--approve")

    assert looked["number"] == back["plan"]
    assert back["totals"]["chat"]["account_suspend"] == {"done": 3}
    assert back["totals"]["chat"]["member_remove"] == {"done": 2}
