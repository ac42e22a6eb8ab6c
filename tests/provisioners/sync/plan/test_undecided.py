"""Nobody gets a second account while it is not known whether there is a first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from mappings.days import Zones
from mappings.people import Assignment, Person
from provisioners.ports import AccountShadow
from provisioners.sync.plan.ownership import UNDECIDED
from tests.fakes.planning import Look

ANN = Person(1, "u-1", "hr", "E1", email="ann@example.nl", assignments=(Assignment("a", location="New York"),))
BEN = replace(ANN, id=2, uuid="u-2", key="E2", email="ben@example.nl")
GONE = AccountShadow("chat", 2, "old", state="deleted")


@pytest.fixture
def look():
    """It is open whether Ben has an account on the chat."""
    look = Look()
    look.targets = [replace(look.targets[0], undecided=frozenset({2}))]
    return look


def test_held(look):
    """No account is made for somebody who may have one already; it is told why, and others get theirs (PR-08)."""
    plan = look.at(ANN, BEN)

    assert [1] == [each.person_id for each in plan.changes if each.kind == "account_create"]
    assert [(2, "left_alone", UNDECIDED)] == [(each.person_id, each.what, each.detail) for each in plan.findings]


def test_deleted_before(look):
    """That an account of ours was deleted once does not tell whose the other one is."""
    look.shadows.rows.append(GONE)

    assert [1] == [each.person_id for each in look.at(ANN, BEN).changes if each.kind == "account_create"]


def test_decided(look):
    """When it is decided that there is none, the next plan makes one."""
    look.targets = [replace(look.targets[0], undecided=frozenset())]

    assert {1, 2} == {each.person_id for each in look.at(ANN, BEN).changes if each.kind == "account_create"}


def test_made_for_a_moment():
    """A plan says for which moment it was made: the date at home, and where it was another one (PR-03)."""
    zones = Zones("Europe/Amsterdam", "location", (("New York", "America/New_York"),))
    evening = zones.at(datetime(2026, 7, 1, 1, 0, tzinfo=UTC))
    morning = zones.at(datetime(2026, 7, 1, 9, 0, tzinfo=UTC))

    plans = [Look().at(ANN, on=day) for day in (evening, morning, date(2026, 7, 1))]

    assert ["America/New_York 2026-06-30", None, None] == [plan.scope.get("elsewhere") for plan in plans]
    assert plans[0].digest != plans[1].digest == plans[2].digest
    assert {date(2026, 7, 1)} == {plan.on for plan in plans}
