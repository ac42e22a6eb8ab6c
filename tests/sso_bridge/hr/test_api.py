"""The HR intake as an HR job uses it."""

from __future__ import annotations

import gzip

import pytest
from sqlalchemy import func, select

from sso_bridge.store.tables.imports import hr_upload
from tests.fakes.admin import CSV, AdminBridge

SNAPSHOT = "/hr/v1/snapshots?source=payroll&complete=true"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with Ada and Bob, a source called payroll and a token for HR."""
    return AdminBridge(store, clock, keys)


def _send(bridge: AdminBridge, body: bytes, media: str = "text/csv", key: str = "k"):
    return bridge.call("POST", SNAPSHOT, "hr", data=body, headers={"Content-Type": media, "Idempotency-Key": key})


def _left(bridge: AdminBridge) -> int:
    with bridge.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(hr_upload)).scalar_one()


@pytest.mark.parametrize(("body", "media"), [(CSV, "text/csv"), (gzip.compress(CSV), "application/gzip")])
def test_snapshot(bridge: AdminBridge, body: bytes, media: str) -> None:
    """A snapshot waits for a worker, is taken, and leaves no file behind."""
    answer = _send(bridge, body, media)
    assert (202, "waiting") == (answer.status_code, answer.json["state"])

    assert ["hr_import"] == [what for what, _ in bridge.work()]
    told = bridge.call("GET", answer.headers["Location"], "hr").json
    assert ("taken", 2, []) == (told["state"], told["counts"]["rows_people"], told["problems"])
    assert 0 == _left(bridge)


@pytest.mark.parametrize(("nightly", "jobs"), [("02:00", ["hr_import", "sync"]), ("", ["hr_import"])])
def test_sync_follows(store, clock, keys, nightly: str, jobs: list[str]) -> None:
    """A sync follows an import by itself only where that is switched on: looking is the default (PR-03)."""
    bridge = AdminBridge(store, clock, keys, nightly_sync=nightly)
    _send(bridge, CSV)

    assert jobs == [what for what, _ in bridge.work()]


def test_wrong_row(bridge: AdminBridge) -> None:
    """A wrong row is told with line, column and reason, without its value."""
    wrong = CSV.replace(b"email\n", b"email,hired_on\n").replace(b"ada@example.org\n", b"ada@example.org,1 May\n")
    wrong = wrong.replace(b"bob@example.org\n", b"bob@example.org,\n")
    answer = _send(bridge, wrong)
    bridge.work()

    problem = bridge.call("GET", answer.headers["Location"], "hr").json["problems"][0]
    assert ("people", 2, "hired_on") == (problem["file"], problem["line"], problem["column"])
    assert "May" not in problem["reason"]


def test_events(bridge: AdminBridge) -> None:
    """Single changes are taken, and nobody is absent because of them."""
    body = {"source": "payroll", "records": [{"employee_number": "E1", "given_name": "Augusta", "shoe_size": 38}]}
    answer = bridge.call("POST", "/hr/v1/events", "hr", json=body, headers={"Idempotency-Key": "e"})
    bridge.work()

    assert "taken" == bridge.call("GET", answer.headers["Location"], "hr").json["state"]
    assert "Augusta" == bridge.parts.people.by_any_key("E1").given_name
    assert "active" == bridge.parts.people.by_any_key("E2").status


def test_killed_worker(bridge: AdminBridge) -> None:
    """PR-10: a worker that was killed in the middle leaves an import that the next one carries out, once."""
    answer = _send(bridge, CSV)
    queue = bridge.parts.crew.queue
    queue.lease("killed")
    bridge.parts.crew.reception.take(queue.job(1))
    bridge.clock.move(minutes=1)

    bridge.work()
    told = bridge.call("GET", answer.headers["Location"], "hr").json
    assert "taken" == told["state"]
    acts = bridge.call("GET", "/admin/v1/audit?what=hr.import_taken").json["items"]
    assert 1 == len(acts)


def test_unknown_source(bridge: AdminBridge) -> None:
    """A source that is not configured takes nothing, and the answer names those that are."""
    answer = bridge.call("POST", "/hr/v1/snapshots?source=other", "hr", data=CSV,
                         headers={"Content-Type": "text/csv", "Idempotency-Key": "k"})  # fmt: skip

    assert 409 == answer.status_code
    assert "payroll" in answer.json["detail"]
    assert 0 == _left(bridge)
