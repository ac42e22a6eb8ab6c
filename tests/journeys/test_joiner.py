"""A joiner: stated by HR before the first day, has everything on the first day."""

from __future__ import annotations

import pytest

from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Five people with accounts, all in step."""
    syncs = Syncs(store, clock)
    syncs.units = {"sales": "sales,Sales,,E1,\n", "tech": "tech,Tech,,E1,\n"}
    return syncs.in_step(5)


def test_joiner(syncs):
    """A new colleague gets an account, the groups of the unit and the manager; a second sync sends nothing (PR-10)."""
    syncs.row("E6", unit="tech", manager="E1")
    syncs.send()

    plan, report = syncs.sync()

    assert {"account_create": 1, "account_update": 1, "group_create": 1, "member_add": 1, "owner_add": 1} == (
        syncs.counts(plan)
    )
    assert report.complete
    assert "P6 visser".lower() == syncs.account("E6").attributes["displayName"].lower().replace("pe6", "p6")
    assert () == syncs.look()[1].changes


def test_pre_hire(syncs, clock):
    """Who starts next week has no account today and one on the first day, without a new file."""
    syncs.row("E6", start="2026-11-09")
    syncs.send()
    assert () == syncs.look()[1].changes

    clock.move(days=7)
    plan, _ = syncs.sync()

    assert 1 == syncs.counts(plan)["account_create"]


def test_look_ahead(syncs, clock):
    """A plan for a later day shows what will be done then, and is not taken for today's."""
    syncs.row("E6", start="2026-11-09")
    syncs.send()

    _, plan = syncs.look(on=clock().date().replace(day=9))

    assert 1 == syncs.counts(plan)["account_create"]
    assert () == syncs.look()[1].changes


def test_manager_after_account(syncs):
    """The manager is written when both accounts are there, as that account's remote id."""
    syncs.row("E6", manager="E7")
    syncs.row("E7")
    syncs.send()

    syncs.sync()

    assert syncs.account("E7").remote_id == syncs.account("E6").attributes["manager"]


def test_one_person(syncs):
    """A plan for one person leaves all others out."""
    syncs.row("E6")
    syncs.row("E7")
    syncs.send()

    _, plan = syncs.look(only=syncs.people.by_any_key("E7").id)

    assert {"account_create": 1, "member_add": 1} == syncs.counts(plan)


def test_title_of_power(syncs):
    """A title or a department named like an administrator gives no right: owners come only from the rule (PR-01)."""
    syncs.row("E6", unit="Domain Admins", title="Administrator")
    syncs.send()

    plan, _ = syncs.sync()

    assert not [change for change in plan.changes if change.kind == "owner_add"]
