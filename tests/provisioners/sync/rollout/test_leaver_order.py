"""A leaver: own sessions and tokens, then the platform's account, then its groups; nothing overtakes (PR-09)."""

from __future__ import annotations

import pytest

from provisioners.errors import SkipAccount, TryAgain
from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Sixty people with accounts, all in step; then E5 leaves."""
    return Syncs(store, clock).in_step(60).lose("E5")


def members(syncs):
    return len(syncs.shadows.group("chat", "units/sales").members)


def trouble(syncs):
    run = syncs.rollouts.runs.latest(1)[0]
    return {(one.kind, one.state, one.code) for one in syncs.rollouts.runs.report(run).troubles}


def test_signed_out_first(syncs):
    """Sessions and tokens with us have ended when the platform is called."""
    told = []
    suspend = syncs.chat.suspend
    syncs.chat.suspend = lambda remote_id: (told.append(list(syncs.rollouts.signed_out)), suspend(remote_id))

    syncs.sync()

    assert [[syncs.people.by_any_key("E5").id]] == told


def test_refused_suspension(syncs):
    """When the suspension fails, the person stays in the groups, and the report says why."""
    syncs.chat.fail["suspend"] = [SkipAccount("refused")]

    syncs.sync()

    assert 60 == members(syncs)
    assert {("account_suspend", "failed", "skip_account"), ("member_remove", "skipped", "suspension_first")} == trouble(
        syncs
    )


def test_suspension_tried_again(syncs, clock):
    """While the suspension is being tried again, the groups wait; then they follow in the same run."""
    syncs.chat.fail["suspend"] = [TryAgain("503")]
    syncs.sync()
    assert 60 == members(syncs)

    clock.move(seconds=2)
    syncs.rollouts.drain()
    clock.move(seconds=2)
    syncs.rollouts.drain()

    assert (59, False) == (members(syncs), syncs.account("E5").active)
    assert set() == trouble(syncs)


def test_held_suspension(syncs):
    """When a guard holds the suspensions, the groups are held by the same guard, visibly."""
    for each in range(6, 25):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.send()

    plan, _ = syncs.sync("member_remove")

    assert {"suspend"} == {change.held for change in plan.changes if change.kind == "account_suspend"}
    assert {"member_remove"} == {change.held for change in plan.changes if change.kind == "member_remove"}
    assert 60 == members(syncs)
    assert ("member_remove", "skipped", "suspension_first") in trouble(syncs)


def test_held_suspension_alone(syncs):
    """When only the suspensions are too many, those who move between groups are moved all the same."""
    for each in range(6, 9):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.row("E30", unit="tech", manager="E1")
    syncs.send()

    plan, _ = syncs.sync()

    removals = {change.held: len(change.members) for change in plan.changes if change.kind == "member_remove"}
    assert {"suspend": 4, "": 1} == removals
    assert 59 == members(syncs)


def test_released_together(syncs):
    """An approval that lifts the guard of the suspensions lets the groups follow."""
    for each in range(6, 9):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.send()

    syncs.sync("suspend")

    assert 56 == members(syncs)
    assert not syncs.account("E5").active


def test_policy_that_waits(syncs):
    """Where the policy suspends later, or never, the groups are left at once."""
    syncs.rules.steps = ()

    syncs.sync()

    assert (59, True) == (members(syncs), syncs.account("E5").active)
