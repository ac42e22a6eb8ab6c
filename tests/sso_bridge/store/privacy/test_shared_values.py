"""Erasing somebody whose number or mail address somebody else has as well: only her own goes."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from sso_bridge.audit.events import Event
from sso_bridge.keys.ring import KeyRing
from sso_bridge.store.privacy.eraser import Eraser
from sso_bridge.store.privacy.tombstones import Tombstones
from sso_bridge.store.tables.correlation import correlation_pair
from sso_bridge.store.tables.organisation import person
from tests.fakes.two_systems import TwoSystems


@pytest.fixture
def house(store, clock):
    """Payroll and the visitors' system both have a number E90417 and the mailbox of a team; each has staff below it."""
    made = TwoSystems(store, clock)
    made.send("payroll", "E90417,Ann,Boer,team@example.org,1984-05-30,,sales,", "E2,Bob,Bos,,,,sales,")
    made.send("visitors", "E90417,Cas,Smit,team@example.org,1990-01-01,,tech,", "V2,Dirk,Dam,,,,tech,")
    made.send("contractors", "C7,Eva,Els,team@example.org,,,tech,")
    for source, number in (("payroll", "E2"), ("visitors", "V2")):
        with made.store.writing() as connection:
            managed(made, connection, source, number)
    made.audit.record(Event("seen", "worker", "bridge", after={"rows": ["payroll/E90417", "visitors/E90417"]}))
    made.forget("payroll", "E90417")
    return made


def managed(house, connection, source, number):
    """Let the row say that E90417 is the manager."""
    facts = {"given_name": number, "assignments": [{"id": "1", "manager": "E90417", "cost_centre": "E90417"}]}
    connection.execute(update(person).where(person.c.source == source, person.c.key == number).values(facts=facts))


@pytest.fixture
def erased(house, keys: KeyRing):
    """Ann of payroll was erased."""
    clock = house.clock
    clock.move(days=60)
    stones = Tombstones(house.store, keys.pairwise_secret)
    eraser = Eraser(house.store, clock, house.audit, stones, lambda: clock().date(), 30)
    ann = house.row("payroll", "E90417")
    eraser.erase(ann.id, by="cli:ann", why="asked", forced=True)
    return ann


def test_the_other_stays(house, erased):
    """GDPR art. 17: whoever has the same number at another source, and shares the mailbox, keeps both."""
    other = house.row("visitors", "E90417")

    assert ("Cas", "team@example.org") == (other.given_name, other.email)
    assert house.row("payroll", "E90417") is None
    assert f"erased:{erased.uuid}" == house.people.by_id(erased.id).key


def test_who_was_managed(house, erased):
    """Who named her as manager names nobody; who named the other one names him still, and so do other columns."""
    bob, dirk = (house.row(*place).assignments[0] for place in (("payroll", "E2"), ("visitors", "V2")))

    assert ("", "E90417") == (bob.manager, dirk.manager)
    assert ("E90417", "E90417") == (bob.cost_centre, dirk.cost_centre)


def test_pairs(house, erased):
    """What was decided about her names her no more; what was decided about the other one stays."""
    with house.store.reading() as connection:
        rows = connection.execute(select(correlation_pair)).all()
    sides = {side for row in rows for side in ((row._mapping["where"], row.key), (row.source, row.number))}

    assert ("payroll", "E90417") not in sides
    assert ("payroll", f"[erased {erased.uuid}]") in sides
    assert ("visitors", "E90417") in sides


def test_the_audit(house, erased):
    """In the audit her number with its source is gone, and the other one's is there."""
    (seen,) = (one for one in house.audit.records(0, 10_000) if one.what == "seen")

    assert "payroll/E90417" not in seen.after
    assert "visitors/E90417" in seen.after
