"""Somebody comes back: the same person, the same account as long as there is one."""

from __future__ import annotations

import pytest

from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Sixty people in step; E5 left yesterday and is suspended."""
    syncs = Syncs(store, clock).in_step(60).lose("E5")
    syncs.sync()
    return syncs


def test_rehire_within_retention(syncs):
    """Within the retention the account is woken up and brought up to date; nothing is created (PR-05)."""
    syncs.row("E5", title="Coach", manager="E1")
    syncs.send()

    plan, report = syncs.sync()

    assert ["account_reactivate", "account_update", "member_add"] == [change.kind for change in plan.changes]
    assert report.complete
    assert "Coach" == syncs.account("E5").attributes["title"]
    assert () == syncs.look()[1].changes


def test_rehire_after_deletion(syncs, clock):
    """After the deletion the person gets a new account under the same public id (ID-04)."""
    uuid = syncs.people.by_any_key("E5").uuid
    clock.move(days=40)
    syncs.sync()
    syncs.row("E5", manager="E1")
    syncs.send()

    plan, _ = syncs.sync()

    assert 1 == syncs.counts(plan)["account_create"]
    assert uuid == plan.changes[0].person_uuid
    assert () == syncs.look()[1].changes


def test_back_from_the_dead(syncs, clock):
    """Who vanished from the snapshots is a tombstone; coming back with the number is the same person (ID-04)."""
    before = syncs.people.by_any_key("E7")
    row = syncs.rows.pop("E7")
    syncs.send()
    clock.move(days=1)
    syncs.send()
    gone = syncs.people.by_any_key("E7")
    syncs.rows["E7"] = row

    back = syncs.send()

    assert "gone" == gone.status
    assert 1 == back.counts["people_back"]
    assert before == syncs.people.by_any_key("E7")


def test_old_address_new_person(syncs, clock):
    """A new colleague with a leaver's old address is a new person with an account of their own (ID-04)."""
    clock.move(days=40)
    syncs.sync()
    syncs.rows["E99"] = syncs.rows["E5"].replace("E5,JE5", "E99,JE99").replace("2026-11-01", "")
    syncs.send()

    plan, _ = syncs.sync()

    assert 1 == syncs.counts(plan)["account_create"]
    assert syncs.people.by_any_key("E99").uuid != syncs.people.by_any_key("E5").uuid
