"""Approvals and runs (PR-03, AD-08)."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from provisioners.errors import Stale
from provisioners.sync.rollout.approval import NotApproved
from sso_bridge.store.tables.sync import plan_item
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, suspend


@pytest.fixture
def rollouts(store, clock):
    return Rollouts(store, clock, FakePlatform())


def test_not_approved(rollouts):
    """A plan that nobody approved is not carried out (PR-03)."""
    number = rollouts.plan(create(1))

    with pytest.raises(NotApproved):
        rollouts.runs.open(number, "cli")


def test_approval_ends(rollouts):
    """An approval holds for 24 hours (AD-08)."""
    number = rollouts.plan(create(1))
    rollouts.runs.approve(number, "cli")
    rollouts.clock.move(hours=24)

    with pytest.raises(NotApproved):
        rollouts.runs.open(number, "cli")


def test_plan_changed_after_approval(rollouts):
    """A plan that was changed after it was approved is refused (AD-08)."""
    number = rollouts.plan(create(1))
    rollouts.runs.approve(number, "cli")
    with rollouts.store.writing() as connection:
        connection.execute(update(plan_item).values(body=create(2).canonical()))

    with pytest.raises(Stale):
        rollouts.runs.open(number, "cli")


def test_one_run_per_approval(rollouts):
    """Opening twice gives the same run, also when it is over: nothing is queued twice (PR-10)."""
    run = rollouts.open(create(1))
    rollouts.drain()

    again = rollouts.runs.open(1, "cli")

    assert again == run
    assert rollouts.states(run) == {"done": 1}


def test_cancel(rollouts):
    """A cancelled run calls nothing more, and its report says so."""
    run = rollouts.open(create(1), create(2))

    cancelled = rollouts.runs.cancel(run, "ann")
    calls = rollouts.drain()

    assert (cancelled, calls) == (True, 0)
    assert rollouts.states(run) == {"skipped": 2}
    assert rollouts.runs.report(run).state == "cancelled"
    assert rollouts.runs.cancel(run, "ann") is False


def test_two_runs_on_one_account(rollouts):
    """Two open runs cannot undo each other: the second finds what it was planned for changed, and is stale (PR-10)."""
    first = rollouts.open(create(1))
    rollouts.clock.move(seconds=1)
    second = rollouts.open(create(1, userName="other"), suspend(1, {"userName": "other"}))

    rollouts.drain("w1")
    rollouts.drain("w2")

    assert rollouts.states(first) == {"done": 1}
    assert rollouts.states(second) == {"skipped": 2}


def test_finished_is_audited_once(rollouts):
    """A run is closed and audited once, whoever notices its end."""
    rollouts.open(create(1))
    rollouts.drain()
    rollouts.runs.close_finished()

    ends = [record for record in rollouts.audit.records() if record.what == "run.finished"]

    assert len(ends) == 1
