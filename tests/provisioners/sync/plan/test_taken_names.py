"""A name or address that somebody's account has is given to nobody else."""

from __future__ import annotations

import pytest

from provisioners.errors import SkipAccount
from provisioners.sync.plan.change import Phase
from provisioners.sync.plan.ownership import EXCHANGED, HELD
from tests.fakes.syncs import Syncs


@pytest.fixture
def syncs(store, clock):
    """Thirty people with accounts, all in step."""
    return Syncs(store, clock).in_step(30)


def newcomer(syncs, number, address):
    syncs.row(number, manager="E1")
    syncs.rows[number] = syncs.rows[number].replace(f"{number.lower()}@example.nl", address)
    syncs.send()


def told(syncs, plan, number):
    person = syncs.people.by_any_key(number).id
    return [each.detail for each in plan.findings if each.person_id == person]


def test_unchanged_account(syncs):
    """A newcomer does not get the name of a colleague of whom nothing has changed (PR-08)."""
    newcomer(syncs, "E31", "E7@Example.nl")

    _, plan = syncs.look()

    assert () == plan.changes
    assert ["another person's account has this name or address"] == told(syncs, plan, "E31")


def test_suspended_account(syncs):
    """The name of somebody who has left is free when the account is gone, not before."""
    syncs.lose("E7")
    syncs.sync()
    newcomer(syncs, "E31", "e7@example.nl")
    assert () == syncs.look()[1].changes

    syncs.clock.move(days=31)
    plan, report = syncs.sync()

    assert [("account_delete", Phase.NAMES), ("account_create", Phase.ACCOUNTS)] == [
        (each.kind, each.phase) for each in plan.changes if each.kind in {"account_delete", "account_create"}
    ]
    assert () == report.troubles
    assert "e7@example.nl" == syncs.account("E31").attributes["userName"]


def test_deletion_that_fails(syncs):
    """While the old account is still there, the newcomer's is not made: it comes with a later sync (PR-08)."""
    syncs.lose("E7")
    syncs.sync()
    newcomer(syncs, "E31", "e7@example.nl")
    syncs.clock.move(days=31)
    syncs.chat.fail["delete"] = [SkipAccount("the platform refuses")]
    _, report = syncs.sync()

    assert {("account_create", "stale")} <= {(each.kind, each.code) for each in report.troubles}
    assert syncs.account("E31") is None
    syncs.sync()
    assert "e7@example.nl" == syncs.account("E31").attributes["userName"]


def test_deletion_nobody_needs(syncs):
    """A deletion that frees a name for nobody stays the last thing of a plan."""
    syncs.lose("E7")
    syncs.sync()
    syncs.clock.move(days=31)

    assert [Phase.DELETIONS] == [each.phase for each in syncs.look()[1].changes]


def test_exchange(syncs):
    """Two who exchange their names keep them, and both are told what to do: no plan can begin with either."""
    newcomer(syncs, "E7", "e8@example.nl")
    newcomer(syncs, "E8", "e7@example.nl")
    newcomer(syncs, "E9", "e10@example.nl")

    _, plan = syncs.look()
    assert () == plan.changes
    assert [[EXCHANGED], [EXCHANGED], [HELD]] == [told(syncs, plan, number) for number in ("E7", "E8", "E9")]

    newcomer(syncs, "E7", "e7.tmp@example.nl")
    syncs.sync()
    newcomer(syncs, "E7", "e8@example.nl")
    for _ in range(2):
        syncs.sync()
    assert ["e8@example.nl", "e7@example.nl"] == [
        syncs.account(number).attributes["userName"] for number in ("E7", "E8")
    ]


def test_given_up_in_the_same_plan(syncs):
    """A name that its holder gives up now goes to the next one with the next sync: no order of calls is relied on."""
    newcomer(syncs, "E31", "e7@example.nl")
    newcomer(syncs, "E7", "e7.visser@example.nl")

    first, _ = syncs.sync()
    second, _ = syncs.sync()

    assert {"account_update": 1} == syncs.counts(first)
    assert 1 == syncs.counts(second)["account_create"]
    assert () == syncs.look()[1].changes


def test_names_held_already(syncs):
    """Who has a name already keeps it and is brought up to date, whoever else has it."""
    shadow = syncs.shadows.account("chat", syncs.people.by_any_key("E8").id)
    twin = {**shadow.attributes, "userName": "e7@example.nl"}
    syncs.shadows.keep_account(type(shadow)(**{n: getattr(shadow, n) for n in shadow.__slots__} | {"attributes": twin}))
    syncs.row("E7", title="Head", manager="E1")
    syncs.send()

    _, plan = syncs.look()

    assert "account_update" in [change.kind for change in plan.changes]
    assert [] == told(syncs, plan, "E7")
