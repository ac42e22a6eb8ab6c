"""A mover: new unit, title and manager; the account stays, the groups follow."""

from __future__ import annotations

import pytest

from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Thirty people in two units, all in step."""
    syncs = Syncs(store, clock)
    syncs.units = {"sales": "sales,Sales,,E1,\n", "tech": "tech,Tech,,E2,\n"}
    syncs.company(30)
    syncs.row("E2", unit="tech", manager="E1")
    syncs.send()
    syncs.sync()
    return syncs


def test_mover(syncs):
    """The title is updated, the old group left, the new one joined; the manager comes last, with before and after."""
    syncs.row("E5", unit="tech", title="Tester", manager="E2")
    syncs.send()

    plan, _ = syncs.sync()

    assert ["account_update", "account_update", "member_remove", "member_add"] == [c.kind for c in plan.changes]
    title, manager = plan.changes[:2]
    assert ("Seller", "Tester") == (title.before["title"], title.after["title"])
    assert title.result == manager.precondition
    assert () == syncs.look()[1].changes


def test_second_job(syncs):
    """A second job brings the second group and takes nothing away."""
    syncs.rows["E5b"] = syncs.rows["E5"].replace("JE5", "JE5b").replace(",sales,", ",tech,")
    syncs.send()

    plan, _ = syncs.sync()

    assert {"member_add": 1} == syncs.counts(plan)


def test_dated_move(syncs, clock):
    """A move stated for next week is done next week, without a new file."""
    syncs.row("E5", manager="E1", end="2026-11-08")
    syncs.rows["E5b"] = syncs.rows["E5"].replace("2020-01-01,2026-11-08", "2026-11-09,").replace(",sales,", ",tech,")
    syncs.send()
    assert () == syncs.look()[1].changes

    clock.move(days=7)
    plan, _ = syncs.sync()

    assert {"member_add": 1, "member_remove": 1} == syncs.counts(plan)


def test_new_head(syncs):
    """The owner of a group follows the head of the unit: the new one first, then the old one goes."""
    syncs.units["tech"] = "tech,Tech,,E3,\n"
    syncs.send()

    plan, _ = syncs.sync()

    assert ["owner_add", "owner_remove"] == [change.kind for change in plan.changes]


def test_renamed_unit(syncs):
    """A renamed unit renames its group; nobody leaves it."""
    syncs.units["tech"] = "tech,Technology,,E2,\n"
    syncs.send()

    plan, _ = syncs.sync()

    assert {"group_rename": 1} == syncs.counts(plan)


def test_all_managers_changed(syncs):
    """When every manager changes at once, the rewrite is held (PR-04)."""
    for each in range(3, 31):
        syncs.row(f"E{each}", manager="E2")
    syncs.send()

    _, plan = syncs.look()

    assert ["update"] == [held.guard for held in plan.held]
    assert all(change.held for change in plan.changes)


def test_all_addresses_changed(syncs):
    """When many sign-in names change at once, the key change is held."""
    for each in range(3, 9):
        syncs.rows[f"E{each}"] = syncs.rows[f"E{each}"].replace("@example.nl", "@example.com")
    syncs.send()

    _, plan = syncs.look()

    assert ["key_change"] == [held.guard for held in plan.held]


def test_only_movers_are_evaluated(syncs):
    """People whose facts did not change are not evaluated again."""
    syncs.look()
    syncs.rules.asked = 0
    syncs.row("E5", title="Tester", manager="E1")
    syncs.send()

    syncs.look()

    assert 1 == syncs.rules.asked


def test_changed_before_rollout(syncs):
    """What changed between plan and rollout is skipped as stale, never forced (PR-03)."""
    syncs.row("E5", title="Tester", manager="E1")
    syncs.send()
    number, _ = syncs.look()
    syncs.row("E5", title="Architect", manager="E1")
    syncs.send()
    syncs.sync()

    syncs.rollouts.runs.approve(number, "cli")
    run = syncs.rollouts.runs.open(number, "cli")
    syncs.rollouts.drain()

    assert {"skipped": 1} == syncs.rollouts.states(run)
    assert "Architect" == syncs.account("E5").attributes["title"]
