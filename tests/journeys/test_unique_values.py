"""People of one name: each gets a user name of her own, and nobody ever gets the one of somebody who left.

The platforms are the one that lives in a dict and a real SCIM server.
"""

from __future__ import annotations

import pytest

from mappings.leavers import LeaverPolicy, LeaverStep
from mappings.manner import Manner
from provisioners.platforms.memory.connector import Memory
from tests.journeys.test_drift import Night
from tests.provisioners.platforms.opened import opened


class Namesakes(Night):
    """A company in which everybody is called Visser."""

    def __init__(self, *parts):
        super().__init__(*parts)
        self.syncs.rules.candidates = lambda _: {
            "userName": ("visser", *(f"visser{number}" for number in range(2, 40)))
        }
        self.syncs.rules.manners = Manner(unique=frozenset({"userName"}))
        self.syncs.sync("key_change", "update")

    def names(self):
        return {one.attributes["userName"] for one in self.syncs.chat.accounts() if one.external_id}


@pytest.fixture(params=["memory", pytest.param("scim", marks=pytest.mark.peer("scim2-server"))])
def night(request, store, clock):
    """Both kinds of platforms."""
    if request.param == "memory":
        return Namesakes(store, clock, Memory("chat"), "memory")
    server = request.getfixturevalue("scim_server")
    return Namesakes(store, clock, opened("scim", token=server.token, url=server.url), "scim")


def test_each_has_one(night):
    """Twelve people, twelve names, and a second sync sends nothing (promise 4)."""
    assert {"visser", *(f"visser{number}" for number in range(2, 13))} == night.names()
    assert () == night.syncs.look()[1].changes
    night.round()
    assert () == night.syncs.look()[1].changes


def test_nobody_gets_a_leavers_name(night):
    """ID-04: the name of somebody whose account was deleted is given to nobody; who comes back gets it again."""
    name = night.remote("E5").attributes["userName"]
    night.syncs.rules.leaver = lambda _: LeaverPolicy((LeaverStep(0, "suspend"), LeaverStep(30, "delete")))
    night.syncs.row("E5", leaves="2026-11-01", manager="E1")
    night.syncs.send()
    night.syncs.sync()
    night.syncs.clock.move(days=31)
    night.syncs.sync()
    assert name not in night.names()

    night.syncs.row("E77", manager="E1")
    night.syncs.send()
    night.syncs.sync()
    assert "visser13" == night.remote("E77").attributes["userName"]
    night.syncs.row("E5", manager="E1")
    night.syncs.send()
    night.syncs.sync()

    assert name == night.remote("E5").attributes["userName"]


def test_two_plans_at_once(night):
    """PR-10: of two plans that would give the same name the second is stale; the next plan gives another name."""
    for number in ("E77", "E78"):
        night.syncs.row(number, manager="E1")
    night.syncs.send()
    people = [night.syncs.people.by_any_key(number).id for number in ("E77", "E78")]
    plans = [night.syncs.look(only=person)[0] for person in people]
    for number in plans:
        night.syncs.rollouts.runs.approve(number, "cli")
    runs = [night.syncs.rollouts.runs.open(number, "cli") for number in plans]

    night.syncs.rollouts.drain()

    outcomes = [night.syncs.rollouts.states(run) for run in runs]
    assert any("skipped" in outcome for outcome in outcomes)
    night.syncs.sync()
    assert {"visser13", "visser14"} < night.names()
    assert () == night.syncs.look()[1].changes
