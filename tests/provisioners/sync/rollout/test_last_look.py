"""What HR and the rules say at the last moment before a call decides: what was approved, or nothing."""

from __future__ import annotations

import pytest

from provisioners.errors import Stale
from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Sixty people with accounts, all in step."""
    return Syncs(store, clock).in_step(60)


def approved(syncs):
    """Approve what a look finds now, and open the run; nothing is called yet."""
    number, plan = syncs.look()
    syncs.rollouts.runs.approve(number, "cli")
    return syncs.rollouts.runs.open(number, "cli"), plan


def kinds(plan):
    return [change.kind for change in plan.changes]


def test_back_before_the_suspension(syncs):
    """Somebody whom HR takes back between approval and rollout keeps account and groups (PR-03, promise 2)."""
    syncs.lose("E5")
    run, plan = approved(syncs)
    syncs.row("E5", manager="E1")
    syncs.send()

    syncs.rollouts.drain()

    assert ["account_suspend", "member_remove"] == kinds(plan)
    assert syncs.account("E5").active
    assert 60 == len(syncs.shadows.group("chat", "units/sales").members)
    assert {"skipped": 2} == syncs.rollouts.states(run)
    assert {"stale"} == {one.code for one in syncs.rollouts.runs.report(run).troubles}


def test_back_before_the_deletion(syncs, clock):
    """A deletion that was approved while somebody was away does not happen to a colleague (PR-03, PR-05)."""
    syncs.lose("E5")
    syncs.sync()
    clock.move(days=31)
    run, plan = approved(syncs)
    syncs.row("E5", manager="E1")
    syncs.send()

    syncs.rollouts.drain()

    assert ["account_delete"] == kinds(plan)
    assert syncs.account("E5") is not None
    assert {"skipped": 1} == syncs.rollouts.states(run)


def test_later_last_day(syncs):
    """A last day that HR moves into the future undoes the suspension that was approved."""
    syncs.lose("E5")
    run, _ = approved(syncs)
    syncs.lose("E5", "2026-12-31")

    syncs.rollouts.drain()

    assert syncs.account("E5").active
    assert {"skipped": 2} == syncs.rollouts.states(run)


def test_rule_without_value_now(syncs):
    """When a rule has no value at the last moment, nothing is taken away on doubt."""
    syncs.lose("E5")
    run, _ = approved(syncs)
    syncs.rules.broken.add("E5")

    syncs.rollouts.drain()

    assert syncs.account("E5").active
    assert {"skipped": 2} == syncs.rollouts.states(run)


def test_moved_back(syncs):
    """Who is back in the unit at the last moment stays in its group; who is not is moved as approved."""
    syncs.row("E5", unit="tech", manager="E1")
    syncs.row("E6", unit="tech", manager="E1")
    syncs.send()
    run, _ = approved(syncs)
    syncs.row("E5", manager="E1")
    syncs.send()

    syncs.rollouts.drain()

    five, six = (syncs.people.by_any_key(key).id for key in ("E5", "E6"))
    assert five in syncs.shadows.group("chat", "units/sales").members
    assert {six} == syncs.shadows.group("chat", "units/tech").members
    assert {"done": 3, "skipped": 2} == syncs.rollouts.states(run)


def test_other_name_meanwhile(syncs):
    """An account is not made with values that HR has corrected since the plan was made."""
    syncs.row("E61", manager="E1")
    syncs.send()
    run, _ = approved(syncs)
    syncs.row("E61", title="Buyer", manager="E1")
    syncs.send()

    syncs.rollouts.drain()

    assert syncs.account("E61") is None
    assert "stale" == syncs.rollouts.runs.report(run).troubles[0].code


def test_others_go_on(syncs):
    """A change of somebody else is no reason to hold anybody back."""
    syncs.row("E5", leaves="2026-11-01", manager="E1")
    syncs.row("E61", manager="E1")
    syncs.send()
    run, _ = approved(syncs)
    syncs.row("E7", title="Buyer", manager="E1")
    syncs.send()

    syncs.rollouts.drain()

    assert not syncs.account("E5").active
    assert syncs.account("E61").active
    assert {"done"} == set(syncs.rollouts.states(run))


def test_rules_changed_before_approval(syncs):
    """A plan made under other rules of one of its platforms is neither approved nor opened (PR-03)."""
    syncs.row("E61", manager="E1")
    syncs.send()
    number, _ = syncs.look()
    syncs.rollouts.present.changed.add("chat")

    with pytest.raises(Stale, match="chat"):
        syncs.rollouts.runs.approve(number, "cli")


def test_rules_changed_before_the_rollout(syncs):
    """An approval does not outlive the rules it was given for."""
    syncs.row("E61", manager="E1")
    syncs.send()
    number, _ = syncs.look()
    syncs.rollouts.runs.approve(number, "cli")
    syncs.rollouts.present.changed.add("chat")

    with pytest.raises(Stale, match="chat"):
        syncs.rollouts.runs.open(number, "cli")


def test_rules_changed_in_the_middle(syncs):
    """When the rules change in the middle of a run, the rest of it is stale, and says so."""
    syncs.row("E61", manager="E1")
    syncs.send()
    run, plan = approved(syncs)
    syncs.rollouts.present.changed.add("chat")

    syncs.rollouts.drain()

    assert {"skipped": len(plan.changes)} == syncs.rollouts.states(run)
    assert "rules" in syncs.rollouts.runs.report(run).troubles[0].error
    assert syncs.account("E61") is None
