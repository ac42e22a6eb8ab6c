"""Rows that were kept out, tried again through the same gate."""

from __future__ import annotations

import io

import pytest

from provisioners.errors import NeedsAdmin
from sso_bridge.store.staff.import_rows import ImportRows
from sso_bridge.store.staff.imports import Imports
from tests.fakes.admin import DOCUMENT, AdminBridge
from tests.sso_bridge.hr.test_rows import HEADER, many, rows, send

LEAVES = "employee_number,kind,valid_from\n"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with Ada and Bob."""
    return AdminBridge(store, clock, keys)


def replay(bridge: AdminBridge, address: str, text: str = "", key: str = "r"):
    """Try again; return the answer, and the import after a worker was there."""
    more = {"data": text.encode(), "headers": {"Content-Type": "text/csv"}} if text else {"headers": {}}
    more["headers"]["Idempotency-Key"] = key
    answer = bridge.call("POST", f"{address}/replay", "hr", **more)
    bridge.work()
    told = bridge.call("GET", answer.headers["Location"], "hr").json if answer.status_code == 202 else None
    return answer, told


def jobs(bridge: AdminBridge, number: str) -> dict[str, float]:
    """Return the jobs of somebody, with their share."""
    found = bridge.parts.people.by_any_key(number)
    return {job.id: job.fte for job in found.assignments} if found else {}


def test_repaired(bridge):
    """A repaired row takes the place of the wrong one, and right rows that were held come along."""
    address = send(bridge, many())
    assert {} == jobs(bridge, "E2")

    _, told = replay(bridge, address, HEADER + "E2,b,Bob,0.5,2020-01-01\n")

    assert ("taken", 2) == (told["state"], told["counts"]["rows_replayed"])
    assert {"a": 1.0, "b": 0.5} == jobs(bridge, "E2")
    assert ["replayed", "replayed"] == [one["fate"] for one in rows(bridge, address, "?fate=replayed")]
    assert [] == rows(bridge, address, "?fate=kept_out")


def test_half_repaired(bridge):
    """Of two wrong rows one was repaired: nobody loses the other job; the person stays as known (PR-04)."""
    address = send(bridge, many() + "E2,c,Bob,x,\n")

    _, told = replay(bridge, address, HEADER + "E2,b,Bob,0.5,2020-01-01\n" + "R1,a,Right,1,\n" * 40)

    assert {} == jobs(bridge, "E2")
    assert ["fte", "hired_on", "fte"] == [one["column"] for one in told["problems"]]


def test_still_wrong(bridge):
    """Nothing was repaired and nothing is right by itself: nothing is taken, and it is told."""
    _, told = replay(bridge, send(bridge, many()))

    assert "refused" == told["state"]
    assert "no row that was kept out is right now" == told["refusal"]


def test_unknown_person(bridge):
    """A leave of somebody who is not known yet waits; when the person is there it is taken."""
    address = send(bridge, LEAVES + "E9,parental,2026-01-01\nE1,sick,2026-01-01\n")
    (waiting,) = rows(bridge, address, "?fate=waiting")
    assert ("E9", "nobody with this number is known yet") == (waiting["key"], waiting["problems"][0]["reason"])
    bridge.clock.move(minutes=1)
    send(bridge, HEADER + "E9,a,Grace,1,\n", key="person")

    _, told = replay(bridge, address)

    assert ("taken", 1) == (told["state"], told["counts"]["rows_replayed"])
    assert ["parental"] == [one.kind for one in bridge.parts.people.by_any_key("E9").leaves]
    assert ["sick"] == [one.kind for one in bridge.parts.people.by_any_key("E1").leaves]


def test_leaves_beside_people(bridge):
    """A change with people and leaves of others: the leaves are taken as well."""
    send(bridge, many())
    files = {"file": [(io.BytesIO((HEADER + "R1,a,Other,1,\n").encode()), "p.csv"),
                      (io.BytesIO((LEAVES + "R2,sick,2026-01-01\n").encode()), "l.csv")]}  # fmt: skip
    bridge.call("POST", "/hr/v1/snapshots?source=payroll", "hr", data=files, headers={"Idempotency-Key": "both"})
    bridge.work()

    assert ["sick"] == [one.kind for one in bridge.parts.people.by_any_key("R2").leaves]
    assert "Other" == bridge.parts.people.by_any_key("R1").given_name


def test_newer_facts(bridge):
    """What a newer import said of a person is not overwritten by old rows."""
    address = send(bridge, many())
    bridge.clock.move(minutes=1)
    send(bridge, HEADER + "E2,z,Bob,1,\n", key="newer")

    _, told = replay(bridge, address, HEADER + "E3,a,Carol,1,\n")

    assert "taken" == told["state"]
    assert {"z": 1.0} == jobs(bridge, "E2")


def test_newer_snapshot(bridge):
    """After a newer snapshot nothing older is tried again."""
    address = send(bridge, many(), complete="true")
    send(bridge, many().replace("Right", "Newer"), key="newer", complete="true")

    answer, _ = replay(bridge, address)

    assert 409 == answer.status_code
    assert "a newer snapshot was taken" in answer.json["detail"]


def test_refused_import(bridge):
    """A refused import is tried again as a whole, when the configuration has been corrected; it is still a snapshot."""
    address = send(bridge, many().replace("employee_number", "Pers.nr"), complete="true")
    assert "refused" == bridge.call("GET", address, "hr").json["state"]
    desk = bridge.parts.configuration
    document = {**DOCUMENT, "hr_sources": {"payroll": {"kind": "csv", "columns": {"employee_number": "Pers.nr"}}}}
    draft = desk.propose(document, by="cli").draft.id
    desk.approve(draft, by="token:owner")
    desk.apply(draft, by="cli")

    answer, told = replay(bridge, address)

    assert ("taken", True) == (told["state"], told["complete"])
    assert 103 == len(bridge.parts.people)
    again, _ = replay(bridge, address)
    assert (202, answer.json["id"]) == (again.status_code, again.json["id"])


def test_refused_with_files(bridge):
    """A refused import is not repaired by rows: the corrected file is a new import."""
    answer, _ = replay(bridge, send(bridge, many(20)), HEADER + "E2,b,Bob,0.5,\n")

    assert 409 == answer.status_code


def test_only_the_newest_files(bridge):
    """Of refused imports only the files of the newest are kept."""
    first, second = send(bridge, many(20)), send(bridge, many(21), key="second")

    kept = [ImportRows(bridge.store).has_files(one.rpartition("/")[2]) for one in (first, second)]

    assert [False, True] == kept


def test_nothing_to_do(bridge):
    """An import without a row that was kept out, or one that is not over, cannot be tried again."""
    answer, _ = replay(bridge, send(bridge, HEADER + "E7,a,A,1,\n"))
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "w"}
    sent = bridge.call("POST", "/hr/v1/snapshots?source=payroll", "hr", data=many().encode(), headers=headers)
    waiting = Imports(bridge.store, bridge.clock).get(sent.json["id"])

    assert 409 == answer.status_code
    with pytest.raises(NeedsAdmin, match="not over yet"):
        bridge.parts.crew.reception.replay(waiting, [], actor="hr", key="x")


def test_key_reused(bridge):
    """The same key for another replay is refused (PR-10)."""
    address = send(bridge, many())
    replay(bridge, address, HEADER + "E2,b,Bob,0.5,2020-01-01\n")

    answer, _ = replay(bridge, address, HEADER + "E2,b,Bob,0.6,2020-01-01\n")

    assert 422 == answer.status_code
