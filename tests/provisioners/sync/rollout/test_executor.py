"""The executor on a real ledger: order, results, refusals, retries."""

from __future__ import annotations

import pytest

from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain, Unknown
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members, suspend, update, uuid


@pytest.fixture
def chat():
    return FakePlatform()


@pytest.fixture
def rollouts(store, clock, chat):
    return Rollouts(store, clock, chat)


def test_accounts_before_groups_before_members(rollouts, chat):
    """Members are accounts and a group made in the same plan; their ids are taken from the shadows (PR-10)."""
    report = rollouts.roll_out(create(1), create(2), group("sales"), members("sales", 1, 2))

    assert report.state == "done"
    assert report.total("done") == report.total() == 5
    assert chat.teams["sales"][1] == {f"r-{uuid(1)}", f"r-{uuid(2)}"}
    assert rollouts.shadows.group("chat", "sales").members == {1, 2}
    assert chat.calls["change_members"] == 1


def test_same_plan_twice_calls_nothing(rollouts, chat):
    """A change whose precondition no longer holds is skipped as stale, never forced (PR-03)."""
    rollouts.roll_out(create(1))
    rollouts.clock.move(seconds=1)

    report = rollouts.roll_out(create(1))

    assert (report.total("skipped"), chat.calls["create"]) == (1, 1)
    assert report.troubles[0].code == "stale"


def test_protected_after_planning(rollouts, chat):
    """The protected list is asked last, so an entry made after the approval still counts (PR-06)."""
    rollouts.roll_out(create(1))
    run = rollouts.open(suspend(1))
    rollouts.forbidden.add("P1")

    rollouts.drain()

    assert rollouts.states(run) == {"skipped": 1}
    assert chat.calls["suspend"] == 0


def test_unmanaged_account(rollouts, chat):
    """An account that the bridge neither made nor adopted is left alone (PR-06)."""
    rollouts.roll_out(create(1))
    shadow = rollouts.shadows.account("chat", 1)
    rollouts.shadows.keep_account(
        type(shadow)(**{n: getattr(shadow, n) for n in shadow.__slots__} | {"management": "unmanaged"})
    )

    report = rollouts.roll_out(suspend(1))

    assert report.troubles[0].code == "left_alone"
    assert chat.calls["suspend"] == 0


def test_try_again(rollouts, chat):
    """A transient failure waits for its backoff and is done then; the groups need not wait for it."""
    chat.fail["create"] = [TryAgain("503")]
    run = rollouts.open(create(1), group("sales"))

    rollouts.drain()
    assert rollouts.states(run) == {"open": 1, "done": 1}
    rollouts.clock.move(seconds=1.1)
    rollouts.drain()

    assert rollouts.states(run) == {"done": 2}


def test_retry_after(rollouts, chat):
    """Inside a Retry-After nobody calls the platform, not even for other accounts."""
    chat.fail["create"] = [TryAgain("429", after=60)]
    run = rollouts.open(*(create(n) for n in range(1, 30)))

    rollouts.drain(threads=1)
    rollouts.clock.move(seconds=58)
    rollouts.drain("w2")
    assert chat.calls["create"] == 1
    rollouts.clock.move(seconds=2)
    rollouts.drain("w2")

    assert rollouts.states(run) == {"done": 29}


def test_unknown_outcome_that_worked(rollouts, chat):
    """A cut line after the request had left is read back; the account is not made twice (PR-10)."""
    run = rollouts.open(create(1))
    chat.create(type("A", (), {"person_uuid": uuid(1), "attributes": {}})())
    chat.fail["create"] = [Unknown("cut")]

    rollouts.drain()

    assert rollouts.states(run) == {"done": 1}
    assert rollouts.shadows.account("chat", 1).remote_id == f"r-{uuid(1)}"


def test_unknown_outcome_that_did_not(rollouts, chat):
    """When the platform has no such account, the call is repeated later."""
    chat.fail["create"] = [Unknown("cut")]
    run = rollouts.open(create(1))

    rollouts.drain()
    rollouts.clock.move(seconds=2)
    rollouts.drain()

    assert rollouts.states(run) == {"done": 1}
    assert chat.calls["create"] == 2


def test_one_refused_account(rollouts, chat):
    """What the platform refuses for good is reported, and the others go on."""
    chat.fail["create"] = [SkipAccount("name taken", hint="the name is taken")]

    report = rollouts.roll_out(create(1), create(2))

    assert (report.total("done"), report.total("failed")) == (1, 1)
    assert report.troubles[0].error == "the name is taken"


def test_needs_admin_stops_the_platform(rollouts, chat):
    """A wrong credential stops this platform at once; everything left is reported as not done."""
    chat.fail["create"] = [NeedsAdmin("401", hint="the token is refused")]
    run = rollouts.open(*(create(n) for n in range(1, 20)))

    rollouts.drain(threads=1)

    assert rollouts.states(run) == {"failed": 1, "skipped": 18}
    assert chat.calls["create"] == 1


def test_dead_letter(rollouts, chat):
    """After twelve attempts an action is given up, visibly."""
    chat.fail["create"] = [TryAgain("503", hint="the service is down")] * 12
    run = rollouts.open(create(1))

    for _ in range(12):
        rollouts.drain()
        rollouts.clock.move(seconds=301)

    assert rollouts.states(run) == {"dead": 1}
    assert "the service is down" in rollouts.runs.report(run).troubles[0].error


def test_chain_on_one_account(rollouts, chat):
    """Changes of one account are done one after the other, also when the first has to wait."""
    rollouts.roll_out(create(1, userName="a"))
    chat.fail["update"] = [TryAgain("503")]
    run = rollouts.open(update(1, {"userName": "a"}, {"userName": "b"}), suspend(1, {"userName": "b"}))

    rollouts.drain()
    assert chat.calls["suspend"] == 0
    rollouts.clock.move(seconds=2)
    rollouts.drain()

    assert rollouts.states(run) == {"done": 2}
    assert rollouts.shadows.account("chat", 1).state == "suspended"


def test_account_of_somebody_else(rollouts, chat):
    """An answer that names somebody else's account is refused, and takes nothing else with it (PR-08)."""
    rollouts.roll_out(create(1))
    chat.rows[uuid(2)] = chat.rows[uuid(1)]

    report = rollouts.roll_out(create(2), create(3))

    assert (report.total("done"), report.total("failed")) == (1, 1)
    assert rollouts.shadows.account("chat", 1).remote_id == f"r-{uuid(1)}"


def test_held_change(rollouts, chat):
    """A change that a guard has stopped is carried out only when the approval names the guard (PR-04)."""
    held = type(create(1))(**{n: getattr(create(1), n) for n in create(1).__slots__} | {"held": "create"})
    number = rollouts.plan(held, create(2))
    rollouts.runs.approve(number, "cli")
    first = rollouts.runs.open(number, "cli")
    rollouts.drain()
    rollouts.runs.approve(number, "cli", releases=["create"])
    second = rollouts.runs.open(number, "cli")
    rollouts.drain()

    assert rollouts.states(first) == {"done": 1, "skipped": 1}
    assert rollouts.states(second) == {"done": 1, "skipped": 1}
    assert chat.calls["create"] == 2


def test_everything_is_audited(rollouts):
    """Each act is in the audit with its reason and its run (AD-11)."""
    run = rollouts.open(create(1))
    rollouts.drain()

    acts = [(record.what, record.reference) for record in rollouts.audit.records() if record.what.startswith("account")]

    assert acts == [("account.created", f"run:{run}")]
