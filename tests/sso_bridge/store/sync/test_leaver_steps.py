"""Steps of leavers that are not confirmed: seen after five minutes, told once (PR-09)."""

from __future__ import annotations

import pytest

from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain
from provisioners.sync.trail.report import lines
from sso_bridge.metrics import Metrics
from sso_bridge.store.sync.leaver_steps import LeaverSteps
from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Sixty people with accounts, all in step; then E5 leaves."""
    return Syncs(store, clock).in_step(60).lose("E5")


@pytest.fixture
def steps(syncs):
    return LeaverSteps(syncs.store, syncs.clock, syncs.rollouts.audit, syncs.rollouts.present.has_left)


def stuck(steps):
    return [(one.kind, one.state) for one in steps.stuck()]


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        ([TryAgain("503")] * 20, "waiting"),
        ([TryAgain("429", after=3000)], "waiting"),
        ([SkipAccount("refused")], "failed"),
        ([NeedsAdmin("401")], "failed"),
    ],
)
def test_platform_in_trouble(syncs, steps, failure, state):
    """Down, busy, refusing, or with a bad token: after five minutes the suspension counts as stuck (PR-09)."""
    syncs.chat.fail["suspend"] = failure
    syncs.sync()
    syncs.clock.move(minutes=5)
    assert [] == stuck(steps)

    syncs.clock.move(seconds=1)

    assert ("account_suspend", state) in stuck(steps)
    run = syncs.rollouts.runs.latest(1)[0]
    assert any("leaver" in line for line in lines(syncs.rollouts.runs.report(run)))


def test_held_by_a_guard(syncs, steps):
    """What a guard holds is not confirmed either: somebody has to decide."""
    for each in range(6, 12):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.send()
    syncs.sync()

    syncs.clock.move(minutes=6)

    assert 7 == sum(kind == "account_suspend" for kind, _ in stuck(steps))


def test_groups(syncs, steps):
    """A group that a suspended leaver cannot be taken out of is stuck too."""
    syncs.chat.fail["change_members"] = [SkipAccount("refused")]
    syncs.sync()

    syncs.clock.move(minutes=6)

    assert [("member_remove", "failed")] == stuck(steps)


def test_confirmed_later(syncs, steps):
    """A later run that succeeds ends it."""
    syncs.chat.fail["suspend"] = [SkipAccount("refused")]
    syncs.sync()
    syncs.clock.move(minutes=6)

    syncs.sync()
    syncs.clock.move(minutes=6)

    assert [] == stuck(steps)


def test_back_again(syncs, steps):
    """Somebody who is back is no leaver, whatever was planned."""
    syncs.chat.fail["suspend"] = [SkipAccount("refused")]
    syncs.sync()
    syncs.row("E5", manager="E1")
    syncs.send()

    syncs.clock.move(minutes=6)

    assert [] == stuck(steps)


def test_told_once(syncs, steps):
    """The alert goes to the audit and the log once, however many workers look."""
    syncs.chat.fail["suspend"] = [SkipAccount("refused")]
    syncs.sync()
    syncs.clock.move(minutes=6)

    for _ in range(3):
        steps.tick()
        LeaverSteps(syncs.store, syncs.clock, syncs.rollouts.audit, syncs.rollouts.present.has_left).tick()
        syncs.clock.move(minutes=2)

    told = [one for one in syncs.rollouts.audit.records() if one.what == "leaver.stuck"]
    uuid = syncs.people.by_any_key("E5").uuid
    assert {f"chat/{uuid}"} == {one.target for one in told}
    assert sorted({one.why for one in told}) == sorted(one.why for one in told)


def test_gauge(syncs, steps):
    """Prometheus sees how many there are; a database that is down takes no other number with it."""
    syncs.chat.fail["suspend"] = [SkipAccount("refused")]
    syncs.sync()
    syncs.clock.move(minutes=6)
    metrics = Metrics()
    metrics.watch("sso_bridge_leaver_steps_stuck", "Steps", lambda: len(steps.stuck()))
    metrics.watch("sso_bridge_broken", "Broken", lambda: 1 // 0)

    page = metrics.page().decode()

    assert "sso_bridge_leaver_steps_stuck 1.0" in page
    assert "sso_bridge_broken" not in page
