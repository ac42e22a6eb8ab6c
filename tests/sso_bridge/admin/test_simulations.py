"""Simulations over the API: rows in, a summary out, nothing taken."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from sso_bridge.store.staff.people import People
from sso_bridge.store.tables.configuration import simulation
from sso_bridge.store.tables.sync import derived, plan
from tests.fakes.admin import AdminBridge
from tests.fakes.sign_in_bridge import BOB

BASE = "/admin/v1/simulations"
REORG = "employee_number,display_name,unit,title,leaves_on\nE1,,ict,Chief,\nE2,,,,2026-11-10\nE7,,ict,,\n"


@pytest.fixture
def bridge(store, clock, keys) -> AdminBridge:
    """The application; what is wanted is rolled out already."""
    made = AdminBridge(store, clock, keys)
    made.made_plan()
    return made


def simulate(bridge: AdminBridge, text: str | bytes = REORG, query: str = "?on=2026-11-20", **more):
    """Send rows, let a worker look, return the simulation."""
    sent = bridge.call("POST", f"{BASE}{query}", "operator", data=text, headers={"Content-Type": "text/csv"} | more)
    assert 202 == sent.status_code, sent.text
    bridge.work()
    return bridge.call("GET", f"{BASE}/{sent.json['id']}", "viewer").json


def count(bridge: AdminBridge, table) -> int:
    """Return how many rows there are."""
    with bridge.store.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_nothing_but_the_result(bridge: AdminBridge) -> None:
    """A simulation takes nothing: no plan, no person, no memory; the rows go when they were read."""
    before = [count(bridge, table) for table in (plan, derived)], People(bridge.store, bridge.clock).version()

    told = simulate(bridge)

    assert ("done", 3, []) == (told["state"], told["result"]["rows"], told["result"]["problems"])
    assert before == ([count(bridge, table) for table in (plan, derived)], People(bridge.store, bridge.clock).version())
    assert bridge.parts.people.by_any_key("E7") is None
    with bridge.store.reading() as connection:
        assert connection.execute(select(simulation.c.body)).scalar() is None


def test_by_platform_and_unit(bridge: AdminBridge) -> None:
    """What would change is counted by platform and by the unit people would be in, without anybody's values."""
    told = simulate(bridge)["result"]

    assert 2 == told["counts"]["chat"]["account_create"]
    assert {"chat"} == {one["platform"] for one in told["units"]}
    assert {"ict": 2} == {one["unit"]: one["changes"] for one in told["units"]}
    assert "Chief" not in str(told)
    assert BOB.uuid not in [one["person"] for one in told["changes"]]


def test_another_platform_or_source(bridge: AdminBridge) -> None:
    """One platform, the columns of an HR source; an unknown one is a mistake."""
    assert 2 == simulate(bridge, query="?on=2026-11-20&platform=chat&source=payroll")["result"]["total"]
    for query in ("?platform=nowhere", "?source=nowhere", "?on=soon"):
        sent = bridge.call("POST", BASE + query, data=REORG, headers={"Content-Type": "text/csv"})
        assert (query, 422) == (query, sent.status_code)


def test_what_cannot_be_read(bridge: AdminBridge) -> None:
    """A file that is none is refused with the reason; too much, nothing, or another kind of file at the door."""
    told = simulate(bridge, "a,b\n1,2\n")
    assert ("refused", None) == (told["state"], told["result"])
    assert "employee_number" in told["error"]

    kind = {"Content-Type": "text/csv"}
    assert 422 == bridge.call("POST", BASE, data=b"", headers=kind).status_code
    assert 415 == bridge.call("POST", BASE, data=b"x", headers={"Content-Type": "text/plain"}).status_code


def test_it_is_forgotten(bridge: AdminBridge) -> None:
    """A result is kept for seven days, then nobody finds it, and housekeeping deletes it."""
    told = simulate(bridge)
    assert [told["id"]] == [one["id"] for one in bridge.call("GET", BASE).json["items"]]
    bridge.clock.move(days=7)
    bridge.token("later", "owner")

    assert 404 == bridge.call("GET", f"{BASE}/{told['id']}", "later").status_code
    assert [] == bridge.call("GET", BASE, "later").json["items"]
    assert 1 == bridge.parts.simulations.tidy()
    assert 0 == count(bridge, simulation)
