"""What the gate refuses because HR says something else by now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioners import fingerprint
from provisioners.sync.derive.wanted import Wanted
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members, suspend
from tests.fakes.syncs import OwnedPlatform


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


def test_last_owner(store, clock):
    """The last owner of a group stays, whatever was planned; one of several goes (PR-06)."""
    rollouts = Rollouts(store, clock, OwnedPlatform())
    rollouts.present.wanted = lambda _platform, ids: {each: Wanted(each, bits=1) for each in ids}
    rollouts.roll_out(create(1), create(2), group("g"), members("g", 1, 2, kind="owner_add"))

    one = rollouts.roll_out(members("g", 1, kind="owner_remove"))
    last = rollouts.roll_out(members("g", 2, kind="owner_remove"))

    assert (1, 1) == (one.total("done"), last.total("skipped"))
    assert {2} == rollouts.shadows.group("chat", "g").owners


def test_not_ours_meanwhile(rollouts):
    """What was taken out of our hands since the plan is left alone: account, group and member (PR-06)."""
    rollouts.roll_out(create(1), create(2), group("g"))
    run = rollouts.open(suspend(1), members("g", 2), create(3))
    for kept in (replace(rollouts.shadows.account("chat", 1), management="protected"),
                 replace(rollouts.shadows.account("chat", 2), management="unmanaged")):  # fmt: skip
        rollouts.shadows.keep_account(kept)

    rollouts.drain()

    assert "active" == rollouts.shadows.account("chat", 1).state
    assert frozenset() == rollouts.shadows.group("chat", "g").members
    assert 1 == rollouts.states(run)["done"]
