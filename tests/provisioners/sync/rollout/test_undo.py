"""Turning a run around (PR-11)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioners.sync.rollout.undo import Made, Undo
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members, suspend, update, uuid


@pytest.fixture
def chat():
    return FakePlatform()


@pytest.fixture
def rollouts(store, clock, chat):
    return Rollouts(store, clock, chat)


def undo(rollouts, run, works=lambda _: True):
    """Roll the run back; return what was left as it is."""
    turned = Undo(rollouts.shadows, works, f"rollback of run {run}")
    turned.turn_around(rollouts.runs.made(run))
    back = rollouts.open(*turned.changes, rollback=str(run))
    rollouts.drain()
    assert rollouts.runs.report(back).total("done") == rollouts.runs.report(back).total()
    return [finding.detail for finding in turned.findings]


def test_attributes_and_memberships(rollouts, chat):
    """Attributes and memberships of the run are restored; members from before the run stay."""
    rollouts.roll_out(create(1, userName="a"), create(2), group("sales"), members("sales", 2))
    run = rollouts.open(update(1, {"userName": "a"}, {"userName": "b", "title": "Boss"}), members("sales", 1, 2))
    rollouts.drain()

    undo(rollouts, run)

    assert rollouts.shadows.account("chat", 1).attributes == {"userName": "a", "title": ""}
    assert chat.teams["sales"][1] == {f"r-{uuid(2)}"}


def test_made_account_is_suspended(rollouts, chat):
    """An account that the run has made is suspended, never deleted (PR-05)."""
    run = rollouts.open(create(1))
    rollouts.drain()

    undo(rollouts, run)

    assert chat.rows[uuid(1)].active is False


def test_suspended_by_mistake(rollouts, chat):
    """Somebody who works here gets the account and its groups back."""
    rollouts.roll_out(create(1), group("sales"), members("sales", 1))
    run = rollouts.open(suspend(1), members("sales", 1, kind="member_remove"))
    rollouts.drain()

    left = undo(rollouts, run)

    assert left == []
    assert chat.rows[uuid(1)].active is True
    assert chat.teams["sales"][1] == {f"r-{uuid(1)}"}


def test_leaver_stays_out(rollouts, chat):
    """The account of a leaver is not woken up and not put back into groups (PR-11)."""
    rollouts.roll_out(create(1), group("sales"), members("sales", 1))
    run = rollouts.open(suspend(1), members("sales", 1, kind="member_remove"))
    rollouts.drain()

    left = undo(rollouts, run, works=lambda _: False)

    assert len(left) == 2
    assert chat.rows[uuid(1)].active is False
    assert chat.teams["sales"][1] == set()


def test_changed_since(rollouts, chat):
    """What somebody changed after the run is left as it is."""
    rollouts.roll_out(create(1, userName="a"))
    run = rollouts.open(update(1, {"userName": "a"}, {"userName": "b"}))
    rollouts.drain()
    rollouts.roll_out(update(1, {"userName": "b"}, {"userName": "c"}))

    left = undo(rollouts, run)

    assert left == ["the account has changed since"]
    assert rollouts.shadows.account("chat", 1).attributes == {"userName": "c"}


def test_anonymised_stays(rollouts):
    """An account that was anonymised stays so: nothing of before was kept to restore it from (PR-11)."""
    rollouts.roll_out(create(1, userName="former-1"))
    made = replace(update(1, {}, {"userName": "former-1"}), kind="account_anonymise")

    turned = Undo(rollouts.shadows, lambda _: True, "rollback of run 2")
    turned.turn_around([Made(made)])

    assert ["an account that was anonymised cannot be restored"] == [finding.detail for finding in turned.findings]
    assert [] == turned.changes


def test_only_what_the_run_has_written(rollouts, chat):
    """A value that somebody changed over there since is not written over by a rollback of something else."""
    rollouts.roll_out(create(1, userName="a", title="Seller"))
    run = rollouts.open(update(1, {"userName": "a", "title": "Seller"}, {"userName": "b", "title": "Seller"}))
    rollouts.drain()
    account = chat.rows[uuid(1)]
    chat.rows[uuid(1)] = replace(account, attributes=dict(account.attributes) | {"title": "Boss"})

    undo(rollouts, run)

    assert {"userName": "a", "title": "Boss"} == chat.rows[uuid(1)].attributes
