"""An account that is being tried again holds up those who need it, and nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioners import fingerprint
from provisioners.errors import SkipAccount, TryAgain
from provisioners.sync.plan.change import Phase
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members, suspend, update, uuid


@pytest.fixture
def chat():
    return FakePlatform()


@pytest.fixture
def rollouts(store, clock, chat):
    return Rollouts(store, clock, chat)


def managed(person, manager):
    """Return the change that gives this person a manager."""
    before = {"userName": f"p{person}"}
    after = {**before, "manager": uuid(manager)}
    result = fingerprint.of_account("active", after)
    return replace(update(person, before, after), phase=Phase.MANAGERS, result=result)


def again(rollouts, seconds=2.0):
    rollouts.clock.move(seconds=seconds)
    rollouts.drain()


def test_members(rollouts, chat):
    """The others join at once; who has no account yet joins as soon as there is one, in the same run."""
    chat.fail["create"] = [TryAgain("503")]
    run = rollouts.open(create(1), create(2), create(3), group("g"), members("g", 1, 2, 3))

    rollouts.drain(threads=1)
    assert {2, 3} == rollouts.shadows.group("chat", "g").members
    assert {"open": 2, "done": 5} == rollouts.states(run)
    again(rollouts)
    again(rollouts)

    assert {1, 2, 3} == rollouts.shadows.group("chat", "g").members
    assert {"done": 7} == rollouts.states(run)


def test_manager(rollouts, chat):
    """Only who is to get that manager waits."""
    chat.fail["create"] = [TryAgain("503")]
    run = rollouts.open(create(1), create(2), create(3), create(4), managed(2, 1), managed(3, 4))

    rollouts.drain(threads=1)
    assert {"open": 2, "done": 4} == rollouts.states(run)
    again(rollouts)
    again(rollouts)

    assert {"done": 6} == rollouts.states(run)
    assert rollouts.shadows.account("chat", 2).attributes["manager"] == uuid(1)


def test_never_made(rollouts, chat):
    """When the account is given up in the end, those who needed it are told, and the run ends."""
    chat.fail["create"] = [TryAgain("503"), SkipAccount("taken")]
    run = rollouts.open(create(1), create(2), group("g"), members("g", 1, 2), managed(2, 1))

    rollouts.drain(threads=1)
    again(rollouts)
    again(rollouts)

    report = rollouts.runs.report(run)
    assert "done" == report.state
    assert {("account_create", "failed"), ("account_update", "skipped"), ("member_add", "failed")} == {
        (one.kind, one.state) for one in report.troubles
    }


def test_patience_does_not_run_out(rollouts, chat):
    """Waiting for a platform that asks for hours counts as one try for those who wait, not as many."""
    chat.fail["create"] = [TryAgain("429", after=3600)] * 14
    run = rollouts.open(create(1), create(2), group("g"), members("g", 1, 2))

    for _ in range(20):
        again(rollouts, 3601)

    assert {"done": 5} == rollouts.states(run)


def test_removal_is_remembered(rollouts, chat):
    """What an attempt has moved stays counted when a later attempt is refused: it can still be undone (PR-11)."""
    rollouts.roll_out(create(1), create(2), group("g"), members("g", 1, 2))
    chat.fail["suspend"] = [TryAgain("503")]
    run = rollouts.open(suspend(1), suspend(2), members("g", 1, 2, kind="member_remove"))
    rollouts.drain(threads=1)
    rollouts.present.changed.add("chat")

    again(rollouts)

    (made,) = [one for one in rollouts.runs.made(run) if one.change.kind == "member_remove"]
    assert (2,) == made.members
