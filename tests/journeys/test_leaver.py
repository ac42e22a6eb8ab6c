"""A leaver: suspended first, deleted after the retention, never by mistake."""

from __future__ import annotations

import pytest

from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Sixty people with accounts, all in step."""
    return Syncs(store, clock).in_step(60)


def test_last_day(syncs, clock):
    """On the last day nothing happens; the day after, the account is suspended, then the groups are left (PR-05)."""
    syncs.lose("E5", "2026-11-05")
    clock.move(days=3)
    assert () == syncs.look()[1].changes

    clock.move(days=1)
    plan, _ = syncs.sync()

    assert ["account_suspend", "member_remove"] == [change.kind for change in plan.changes]
    assert not syncs.account("E5").active


def test_deleted_after_retention(syncs, clock):
    """Thirty days after our own suspension the account is deleted, not a day before (PR-05)."""
    syncs.lose("E5", "2025-01-01")
    syncs.sync()
    clock.move(days=29)
    assert () == syncs.look()[1].changes

    clock.move(days=1)
    plan, _ = syncs.sync()

    assert {"account_delete": 1} == syncs.counts(plan)
    assert () == syncs.look()[1].changes


def test_absent_once(syncs):
    """Somebody missing from one snapshot is no leaver yet; missing from two is."""
    del syncs.rows["E5"]
    first = syncs.send()
    assert () == syncs.look()[1].changes

    syncs.row("E6", title="Head of sales", manager="E1")
    second = syncs.send()
    plan, _ = syncs.sync()

    assert (1, 0) == (first.counts["people_absent"], first.counts["people_gone"])
    assert (0, 1) == (second.counts["people_absent"], second.counts["people_gone"])
    assert 1 == syncs.counts(plan)["account_suspend"]


def test_same_file_twice(syncs):
    """The same snapshot sent twice in a row is one sign of absence, not two."""
    del syncs.rows["E5"]
    syncs.send()

    again = syncs.send()

    assert 0 == again.counts["people_gone"]


def test_absent_and_back(syncs):
    """Somebody who is in the next snapshot again has lost nothing."""
    row = syncs.rows.pop("E5")
    syncs.send()
    syncs.rows["E5"] = row
    syncs.send()
    del syncs.rows["E5"]

    third = syncs.send()

    assert 1 == third.counts["people_absent"]
    assert () == syncs.look()[1].changes


def test_mass_leave_is_held(syncs, clock):
    """More leavers than agreed are held by the guard; a joiner in the same plan goes on (PR-04)."""
    for each in range(2, 20):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.row("E61", manager="E1")
    syncs.send()

    plan, _ = syncs.sync()

    assert 18 == syncs.counts(plan)["account_suspend"]
    assert ["member_remove", "suspend"] == sorted(held.guard for held in plan.held)
    assert syncs.account("E5").active
    assert syncs.account("E61") is not None
    assert 18 == sum(change.held == "suspend" for change in plan.changes)


def test_held_changes_approved(syncs):
    """An approval that names the guard lets the same plan go through."""
    for each in range(2, 20):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.send()

    syncs.sync("suspend", "member_remove")

    assert not syncs.account("E5").active
    assert () == syncs.look()[1].changes


def test_window(syncs, clock):
    """The limit holds for a rolling window too: what was suspended this morning counts this afternoon (PR-04)."""
    for each in (2, 3, 4):
        syncs.row(f"E{each}", leaves="2026-10-31", manager="E1")
    syncs.send()
    syncs.sync()
    syncs.lose("E5", "2026-10-31")

    _, plan = syncs.look()
    clock.move(hours=25)
    _, later = syncs.look()

    assert ["suspend"] == [held.guard for held in plan.held]
    assert () == later.held


def test_protected(syncs):
    """An account on the protected list is left alone, and the plan says so (PR-06)."""
    syncs.target = type(syncs.target)("chat", syncs.target.descriptor, syncs.target.limits, _list("e5@example.nl"))
    syncs.lose("E5", "2026-10-31")

    _, plan = syncs.look()

    assert () == plan.changes
    assert any("protected" in finding.detail for finding in plan.findings)


def test_rule_without_value(syncs):
    """A rule that has no value for somebody is no reason to take anything away."""
    syncs.rules.broken.add("E5")
    syncs.rules.version = "2"

    _, plan = syncs.look()

    assert () == plan.changes
    assert ["no_value"] == [finding.what for finding in plan.findings]


def _list(*entries):
    from provisioners.sync.plan.ownership import Protected  # noqa: PLC0415 - only this test needs it

    return Protected.of(entries)
