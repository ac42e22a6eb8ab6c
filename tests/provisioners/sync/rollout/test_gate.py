"""What the gate refuses because HR says something else by now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioners import fingerprint
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members, suspend


@pytest.fixture
def rollouts(store, clock):
    return Rollouts(store, clock, FakePlatform())


def wake(person: int):
    known = {"userName": f"p{person}"}
    asleep, awake = (fingerprint.of_account(state, known) for state in ("suspended", "active"))
    return replace(suspend(person), kind="account_reactivate", precondition=asleep, result=awake)


def test_left_since_the_plan(rollouts):
    """Who left between plan and rollout gets no account, and is not woken up (PR-03, PR-11)."""
    rollouts.roll_out(create(1), create(2))
    rollouts.roll_out(suspend(1), suspend(2))
    run = rollouts.open(wake(1), wake(2), create(3), create(4))
    rollouts.left |= {2, 4}

    rollouts.drain()

    assert {"done": 2, "skipped": 2} == rollouts.states(run)
    assert "suspended" == rollouts.shadows.account("chat", 2).state
    assert rollouts.shadows.account("chat", 4) is None


def test_no_new_memberships(rollouts):
    """Who left between plan and rollout joins no group; the others do, and removing goes on."""
    rollouts.roll_out(create(1), create(2), create(3), group("g"), members("g", 3))
    run = rollouts.open(members("g", 1, 2), suspend(3), members("g", 3, kind="member_remove"))
    rollouts.left |= {2, 3}

    rollouts.drain()

    assert {1} == rollouts.shadows.group("chat", "g").members
    assert {"done": 3, "skipped": 1} == rollouts.states(run)


def test_leaver_goes_on(rollouts):
    """Suspending somebody who has left is what was planned."""
    rollouts.roll_out(create(1))
    rollouts.left |= {1}

    assert 1 == rollouts.roll_out(suspend(1)).total("done")
