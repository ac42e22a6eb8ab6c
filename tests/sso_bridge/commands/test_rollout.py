"""`sso-bridge rollout`, `rollback` and `worker`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import insert

from sso_bridge.clock import now
from sso_bridge.keys.vault import make_key
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.organisation import organisation, person
from tests.fakes.rollouts import Rollouts, create, uuid
from tests.lab.process import wait_until

ROOT = Path(__file__).parents[3]

CONFIGURATION = """
platforms:
  chat: {provisioning: {connector: scim, url: "%s", token: "env:CHAT"}, mapping: chat}
mappings:
  chat: {for: "person.active", attributes: {userName: "person.email"}}
"""


@pytest.fixture
def rollouts(run, blank_database, clock):
    """Twenty people who work here, in a bridge that lives today."""
    clock.now = now()
    store = Store(blank_database)
    with store.writing() as connection:
        for each in range(1, 21):
            row = {
                "id": each,
                "uuid": uuid(each),
                "source": "hr",
                "key": f"E{each}",
                "facts": {},
                "digest": b"12345678",
            }
            connection.execute(insert(person), row | {"strikes": 0, "changed_at": now()})
        connection.execute(insert(organisation), {"id": 1, "version": 1})
    yield Rollouts(store, now)
    store.close()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["rollout", "77"], 1, "there is no plan 77"),
        (["rollout", "77", "--release", "suspend"], 2, "--release belongs to --approve"),
        (["rollback", "5"], 1, "there is no run 5"),
        (["rollback", "x"], 2, "x"),
    ],
)
def test_refused(run, words, status, said):
    """What cannot be meant is said in a sentence, with the right exit status."""
    result = run(*words)

    assert result.exit_code == status
    assert said in result.output


def test_not_approved(run, rollouts):
    """A plan is not carried out before somebody approved it (PR-03)."""
    number = rollouts.plan(create(1))

    result = run("rollout", str(number))

    assert result.exit_code == 1
    assert f"plan {number} was not approved" in result.output


def test_platform_that_is_gone(run, rollouts):
    """A plan for a platform that is no longer configured is refused before anything is called, and says what to do."""
    number = rollouts.plan(create(1), create(2))

    result = run("rollout", str(number), "--approve")

    assert result.exit_code == 1
    assert "the configuration of chat has changed" in result.output
    assert "make a new plan" in result.output


@pytest.mark.peer("scim2-server")
def test_worker_process(run, rollouts, scim_server, folder):
    """A detached rollout is carried out by a real worker process, which ends gracefully when told to."""
    (folder / "bridge.yaml").write_text(CONFIGURATION % scim_server.url)
    assert run("config", "apply", str(folder / "bridge.yaml")).exit_code == 0
    number = rollouts.plan(*(create(each) for each in range(1, 21)))
    assert run("rollout", str(number), "--approve", "--detach").exit_code == 0
    environment = os.environ | {
        "CHAT": scim_server.token,
        "SSO_BRIDGE_OUTGOING_ALLOW": "127.0.0.0/8",
        "SSO_BRIDGE_KEY_ENCRYPTION_KEY": "env:KEK",
        "KEK": make_key(),
    }
    command = [sys.executable, "-m", "sso_bridge.cli", "--settings", str(folder / "bridge.toml"), "worker"]

    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as worker:
        try:
            wait_until(lambda: rollouts.runs.state(1) == "done" or worker.poll(), "the run")
        finally:
            worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0

    assert rollouts.states(1) == {"done": 20}
    assert rollouts.shadows.account("chat", 20).external_id == uuid(20)


@pytest.mark.parametrize("days", [-2, 1])
def test_plan_of_another_day(run, rollouts, clock, days):
    """A plan that shows how it would be on another day is for looking: nobody is suspended early (PR-03)."""
    number = rollouts.plan(create(1))
    clock.move(days=-days)

    result = run("rollout", str(number), "--approve")

    assert result.exit_code == 1
    assert "the plan is for" in result.output
