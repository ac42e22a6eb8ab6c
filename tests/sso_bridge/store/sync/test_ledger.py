"""Leases of the action ledger (PR-10, TM-02)."""

from __future__ import annotations

import pytest

from provisioners.sync.rollout.contract import Result
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, suspend


@pytest.fixture
def rollouts(store, clock):
    return Rollouts(store, clock, FakePlatform())


def test_no_action_twice(rollouts):
    """What one worker has leased, no other gets."""
    rollouts.open(*(create(n) for n in range(1, 11)))

    first = rollouts.ledger.lease("chat", "a", 6)
    second = rollouts.ledger.lease("chat", "b", 6)

    assert [one.change.person_id for one in (*first, *second)] == list(range(1, 11))


def test_dead_worker(rollouts):
    """What a dead worker has leased is taken over when the lease ends, and the dead one can write nothing more."""
    rollouts.open(create(1))
    (action,) = rollouts.ledger.lease("chat", "a", 6)
    assert rollouts.ledger.lease("chat", "b", 6) == ()
    rollouts.clock.move(seconds=16)

    taken = rollouts.ledger.lease("chat", "b", 6)

    assert [one.id for one in taken] == [action.id]
    assert rollouts.ledger.settle([Result(action, "done")], "a") == frozenset()
    assert rollouts.ledger.begin([action], "b") == {action.id}


def test_renewed(rollouts):
    """A living worker keeps its leases."""
    rollouts.open(create(1))
    rollouts.ledger.lease("chat", "a", 6)
    rollouts.clock.move(seconds=10)
    rollouts.ledger.renew("a")
    rollouts.clock.move(seconds=10)

    assert rollouts.ledger.lease("chat", "b", 6) == ()


def test_one_writer_per_account(rollouts):
    """While one worker writes to an account, no other run's action on it is leased (PR-10)."""
    rollouts.open(create(1))
    rollouts.clock.move(seconds=1)
    rollouts.open(suspend(1))
    rollouts.ledger.lease("chat", "a", 6)

    assert rollouts.ledger.lease("chat", "b", 6) == ()


def test_phases(rollouts):
    """A phase begins when the one before is over."""
    rollouts.open(create(1), group("sales"))

    (first,) = rollouts.ledger.lease("chat", "a", 6)
    assert rollouts.ledger.lease("chat", "a", 6) == ()
    rollouts.ledger.settle([Result(first, "failed")], "a")
    (second,) = rollouts.ledger.lease("chat", "a", 6)

    assert (first.change.kind, second.change.kind) == ("account_create", "group_create")


def test_done_since(rollouts):
    """Guards with a window count what was really done in it (PR-04)."""
    rollouts.roll_out(create(1), create(2))
    start = rollouts.clock.now

    assert rollouts.ledger.done_since("chat", ["account_create"], start) == 2
    rollouts.clock.move(hours=1)
    assert rollouts.ledger.done_since("chat", ["account_create"], rollouts.clock.now) == 0
