"""Waves on a platform: who gets an account when, and that a smaller wave takes nothing away."""

from __future__ import annotations

import pytest

from tests.fakes.grouped import Grouped

STEPS = [{"name": "pilot", "people": ["E1"]}, {"name": "north", "units": ["north"]}, {"name": "all", "percent": 100}]
WAVES = {"open": "pilot", "steps": STEPS}


@pytest.fixture
def waved(store, clock):
    """Four people, a group per unit, and three waves."""
    grouped = Grouped(store, clock)
    grouped.unit("sales")
    grouped.unit("north", "sales")
    for number, unit in (("E1", "sales"), ("E2", "north"), ("E3", "sales"), ("E4", "north")):
        grouped.row(number, unit)
    grouped.waves = WAVES
    return grouped.rule("units", each="unit", owners=["E2"])


def opened(waved, name, **more):
    """Open another wave and sync."""
    waved.waves = {**WAVES, "open": name, **more}
    waved.ruled()
    return waved.told()


def here(waved):
    """Return the HR numbers of the active accounts."""
    rows = [row for row in waved.chat.people.values() if row.active]
    return sorted(waved.people.by_uuid(row.external_id).key for row in rows)


def test_wave_after_wave(waved):
    """Each wave brings its people, their groups and, when an owner has come, the ownership; nobody comes twice."""
    assert {} == opened(waved, None)
    opened(waved, "pilot")
    assert (["E1"], ["E1"]) == (here(waved), waved.rooms()["Sales"][0])
    assert [] == waved.rooms()["Sales"][1]
    opened(waved, "north")
    assert (["E1", "E2", "E4"], ["E2"]) == (here(waved), waved.rooms()["Sales"][1])
    opened(waved, "all")

    assert ["E1", "E2", "E3", "E4"] == here(waved)
    assert {} == waved.told()


def test_smaller_again(waved):
    """Closing waves takes no account and no group away; those accounts go on following HR, and new people wait."""
    opened(waved, "all")
    waved.row("E5", "north")
    counts = opened(waved, "pilot")

    assert ({}, ["E1", "E2", "E3", "E4"]) == (counts, here(waved))
    waved.row("E4", "sales")
    assert {"member_remove": 1} == waved.told()
    assert {} == waved.told()


def test_leaver_of_a_closed_wave(waved):
    """Who leaves the company loses the account, whichever wave is open."""
    opened(waved, "all")
    opened(waved, "pilot")
    waved.row("E4", "north", leaves="2026-11-01")

    assert 1 == waved.told()["account_suspend"]


def test_back_into_a_closed_wave(waved):
    """Somebody who comes back while the wave is closed is not woken up, and nothing of the account is deleted."""
    opened(waved, "all")
    waved.row("E4", "north", leaves="2026-11-01")
    opened(waved, "pilot")
    waved.row("E4", "north")

    assert {} == waved.told()
    waved.clock.move(days=40)
    assert {} == waved.told()
    assert 1 == opened(waved, "all")["account_reactivate"]


def test_taken_away_on_purpose(waved):
    """`shrink: leave` suspends those of closed waves, within the guard for suspensions (PR-04)."""
    opened(waved, "all")
    waved.guarded()
    waved.waves = {**WAVES, "shrink": "leave"}
    waved.ruled()
    plan, _ = waved.sync()

    assert {"suspend"} == {change.held for change in plan.changes if change.kind == "account_suspend"}
    assert ["E1", "E2", "E3", "E4"] == here(waved)


def test_second_look_evaluates_nobody(waved):
    """Those who wait are remembered like everybody else."""
    opened(waved, "pilot")
    told = []
    account = waved.rules.account
    waved.rules.account = lambda *args: told.append(args) or account(*args)
    waved.look()

    assert [] == told


def test_closed_before_the_call(waved):
    """A creation that was approved is not carried out for somebody whose wave is closed at the moment of the call."""
    opened(waved, "pilot")
    waved.waves = {**WAVES, "open": "all"}
    waved.ruled()
    number, _ = waved.look()
    waved.rollouts.runs.approve(number, "cli")
    run = waved.rollouts.runs.open(number, "cli")
    waved.waves = WAVES
    waved.ruled()
    waved.row("E9", "sales")
    waved.send()
    waved.rollouts.drain()

    assert ["E1"] == here(waved)
    created = [one for one in waved.rollouts.runs.report(run).troubles if one.kind == "account_create"]
    assert ["stale"] * 3 == [one.code for one in created]
