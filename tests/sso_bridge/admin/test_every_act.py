"""Every order over the machine API leaves a record, done or refused (AD-11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta

import pytest

from sso_bridge.api.route import Route
from sso_bridge.audit.record import Record
from sso_bridge.parts.machines import routes
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import ADA
from tests.sso_bridge.admin.test_access import TABLE, _address

WRITES = ("POST", "PUT", "PATCH", "DELETE")


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application with a token of every role."""
    made = AdminBridge(store, clock, keys)
    made.token("colleague", "owner")
    return made


def orders(bridge: AdminBridge) -> Iterator[Route]:
    """Yield every route that is no look."""
    yield from (route for route in routes(bridge.parts) if route.method in WRITES)


def newest(bridge: AdminBridge) -> Record:
    """Return the last record."""
    record = bridge.parts.audit.one(bridge.parts.audit.newest())
    assert record is not None
    return record


def complete(record: Record, actor: str, why: str) -> list[str]:
    """Return what a record of an order lacks."""
    wanted = {
        "actor": record.actor == actor, "act": "." in record.what, "subject": record.target,
        "result": record.result in {"done", "refused", "failed"}, "address": record.address == "127.0.0.1",
        "request": len(record.request) == 16, "reason": record.why or why, "UTC": record.at.utcoffset() == timedelta(),
    }  # fmt: skip
    return [name for name, there in wanted.items() if not there]


def test_every_order_is_recorded(bridge: AdminBridge) -> None:
    """AD-11: every write route there is leaves a record of who, what, to what, why, from where, how it ended, when."""
    lacking, seen = [], set()
    for route in orders(bridge):
        bridge.clock.move(minutes=1)
        before = bridge.parts.audit.newest()
        example = {"json": route.example} if route.example is not None else {}
        answer = bridge.call(route.method, _address(route.path), headers={"Audit-Reason": "CHG-1"}, **example)
        for record in bridge.parts.audit.records(before):
            seen.add(record.what)
            if record.actor != "worker" and (missing := complete(record, bridge.kept["owner"].actor, "CHG-1")):
                lacking.append((route.method, route.path, record.what, missing))
        if bridge.parts.audit.newest() == before:
            lacking.append((route.method, route.path, answer.status_code, ["any record"]))

    assert [] == lacking
    assert len(seen) > 3


def test_every_refusal_is_recorded(bridge: AdminBridge) -> None:
    """AD-11: who may not give an order is recorded with it, once; a stranger is not, nor who only looks."""
    for route in orders(bridge):
        allowed = TABLE[f"{route.method} {route.path}"]
        who = next((one for one in ("viewer", "hr", "scim") if one not in allowed), None)
        if who is None:
            continue
        bridge.clock.move(minutes=1)
        before = bridge.parts.audit.newest()

        assert 403 == bridge.call(route.method, _address(route.path), who).status_code

        record = newest(bridge)
        assert before + 1 == record.seq
        assert ("api.refused", bridge.kept[who].actor, "refused", "forbidden") == (
            record.what, record.actor, record.result, record.why,
        )  # fmt: skip
        assert f"{route.method} {route.path}" == record.target
    before = bridge.parts.audit.newest()
    for path in ("/admin/v1/people", "/admin/v1/audit", f"/admin/v1/people/{ADA.uuid}"):
        bridge.call("GET", path, "viewer")
        bridge.call("POST", path, "nobody")
    assert before == bridge.parts.audit.newest()


def test_before_and_after(bridge: AdminBridge) -> None:
    """AD-11: what an order changes is told with what was there before, and what is there now."""
    bridge.token("other", "viewer")
    bridge.call("DELETE", f"/admin/v1/tokens/{bridge.kept['other'].id}")
    assert ('{"state":"good"}', '{"state":"revoked"}') == (newest(bridge).before, newest(bridge).after)
    job = bridge.call("POST", "/admin/v1/plans", "operator", json={}).json["id"]
    bridge.call("DELETE", f"/admin/v1/jobs/{job}", "operator")
    bridge.call("POST", f"/admin/v1/jobs/{job}/cancel", "operator")
    acts = {record.what: record for record in bridge.parts.audit.records()}
    assert ('{"state":"waiting"}', '{"state":"cancelled"}') == (
        acts["job.cancelled"].before, acts["job.cancelled"].after,
    )  # fmt: skip
    assert UTC.utcoffset(None) == newest(bridge).at.utcoffset()
