"""Workers are killed with kill -9 at twenty moments of a rollout to a real SCIM server (PR-10, TM-02, promise 5)."""

from __future__ import annotations

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from sso_bridge.clock import now
from sso_bridge.store.tables.ledger import action
from tests.fakes.rollouts import Rollouts, create, group, members, suspend, uuid
from tests.lab.process import wait_until

ROOT = Path(__file__).parents[2]
PEOPLE = 260
GROUPS = 20
KILLS = 20


class Workers:
    """Two worker processes; `kill` ends one with kill -9 and starts another in its place."""

    def __init__(self, database, scim, logs):
        self.command = [sys.executable, "-u", "-m", "tests.journeys.scim_worker", database, scim.url, scim.token]
        self.logs = logs
        self.started = 0
        self.running = [self._start(), self._start()]

    def kill(self):
        victim, _ = self.running.pop(0)
        victim.kill()
        victim.wait()
        self.running.append(self._start())

    def stop(self):
        for process, log in self.running:
            wait_until(lambda log=log: "worker.started" in log.read_text(), "the worker's start")
            process.terminate()
        return [process.wait(timeout=20) for process, _ in self.running]

    def _start(self):
        self.started += 1
        log = self.logs / f"worker-{self.started}.log"
        with log.open("wb") as out:
            command = [*self.command, f"worker-{self.started}"]
            return subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT), log


@pytest.fixture
def workers(database_url, scim_server, tmp_path):
    running = Workers(database_url, scim_server, tmp_path)
    yield running
    for process, _ in running.running:
        process.kill()
        process.wait()


def listed(scim, what):
    """Return all resources of the server, asked directly."""
    answer = requests.get(
        f"{scim.url}/{what}?count=10000", headers={"Authorization": f"Bearer {scim.token}"}, timeout=30
    )
    return answer.json()["Resources"]


def changes():
    """Everybody joins, is put into a group, and the last forty leave again."""
    people = range(1, PEOPLE + 1)
    yield from (create(each, userName=f"p{each}", displayName=f"Person {each}") for each in people)
    yield from (suspend(each, {"userName": f"p{each}", "displayName": f"Person {each}"}) for each in people[-40:])
    yield from (group(f"team/{at}", f"Team {at}") for at in range(GROUPS))
    yield from (members(f"team/{at}", *people[at::GROUPS]) for at in range(GROUPS))


@pytest.mark.peer("scim2-server")
@pytest.mark.timeout(150)
def test_twenty_kills(store, scim_server, workers):
    """The final state is the planned one, nothing is made twice, and the report counts everything once."""
    rollouts = Rollouts(store, now)
    moments = sorted(random.Random(7).sample(range(1, PEOPLE + 40 + GROUPS), KILLS))  # noqa: S311
    run = rollouts.open(*changes())

    for moment in moments:
        wait_until(lambda at=moment: over(store) >= at, f"{moment} actions")
        workers.kill()
    wait_until(lambda: rollouts.runs.report(run).state == "done", "the end of the run")
    exits = workers.stop()

    users, teams = listed(scim_server, "Users"), listed(scim_server, "Groups")
    report = rollouts.runs.report(run)
    assert report.total("done") == report.total() == 2 * PEOPLE + 40 + GROUPS
    assert sorted(user["externalId"] for user in users) == sorted(uuid(each) for each in range(1, PEOPLE + 1))
    assert sum(not user["active"] for user in users) == 40
    assert sorted(team["displayName"] for team in teams) == sorted(f"Team {at}" for at in range(GROUPS))
    ids = {user["id"]: int(user["externalId"][-12:]) for user in users}
    for team in teams:
        at = int(team["displayName"].split()[1])
        assert sorted(ids[member["value"]] for member in team["members"]) == list(range(at + 1, PEOPLE + 1, GROUPS))
    acts = Counter(record.what for record in rollouts.audit.records())
    assert (acts["account.created"], acts["account.suspended"], acts["run.finished"]) == (PEOPLE, 40, 1)
    assert exits == [0, 0]


def over(store):
    with store.reading() as connection:
        return connection.execute(select(func.count()).where(action.c.state == "done")).scalar_one()
