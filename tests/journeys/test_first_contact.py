"""The first meeting with a platform that already has accounts: ours carry our external id, no other is touched."""

from __future__ import annotations

import pytest

from provisioners.errors import TryAgain
from provisioners.platforms.contract import RemoteAccount
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.plan.contact import first_contact
from tests.fakes.syncs import PLATFORM, Syncs


@pytest.fixture
def syncs(store, clock):
    """Three people, nothing rolled out."""
    syncs = Syncs(store, clock)
    syncs.company(3)
    syncs.send()
    return syncs


def meet(syncs):
    chart = Chart(syncs.clock().date(), syncs.people.everyone(), syncs.people.units())
    derivation = Derivation("chat", syncs.rules, PLATFORM, chart)
    return first_contact(syncs.chat, derivation, syncs.shadows, transaction=syncs.store.writing, clock=syncs.clock)


def there(syncs, remote_id, external_id="", **attributes):
    syncs.chat.rows[external_id or remote_id] = RemoteAccount(remote_id, external_id, attributes=attributes)


def test_same_address(syncs):
    """An account with our person's address but not our external id is left alone, and no second one made (PR-08)."""
    there(syncs, "r-old", userName="E2@Example.NL", displayName="Somebody")

    met = meet(syncs)
    plan, _ = syncs.sync()

    assert (0, 1) == (met.ours, met.others)
    assert 2 == syncs.counts(plan)["account_create"]
    assert {"left_alone", "not_ours"} <= {finding.what for finding in plan.findings}
    assert "Somebody" == syncs.chat.rows["r-old"].attributes["displayName"]


def test_our_external_id(syncs):
    """An account that carries our external id is ours; when it is as wanted, nothing is written."""
    syncs.sync()
    uuid = syncs.people.by_any_key("E2").uuid
    with syncs.store.writing() as connection:
        connection.exec_driver_sql("DELETE FROM account_shadow")

    met = meet(syncs)
    _, plan = syncs.look()

    assert 3 == met.ours
    assert not [change for change in plan.changes if change.kind == "account_create"]
    assert uuid in {shadow.external_id for shadow in syncs.shadows.accounts("chat")}


def test_foreign_external_id(syncs):
    """An external id that is no UUID of ours names nobody, whatever it looks like (ID-03)."""
    for number, external in enumerate(("1", "0", "-1", "admin", "../", "E2", "x" * 500)):
        there(syncs, f"r{number}", external)

    assert 0 == meet(syncs).ours


def test_cut_in_the_middle(syncs):
    """When reading breaks off, nothing is remembered: half a list is no list."""
    there(syncs, "r1", userName="x")

    def broken():
        yield from list(syncs.chat.rows.values())
        raise TryAgain("cut")

    syncs.chat.accounts = broken
    with pytest.raises(TryAgain):
        meet(syncs)

    assert not syncs.shadows.contacted("chat")
    assert [] == list(syncs.shadows.accounts("chat"))


def test_other_accounts_stay(syncs):
    """Accounts of nobody we know are listed and left alone, whoever leaves (PR-06)."""
    there(syncs, "r-bot", userName="bot")
    meet(syncs)

    plan, _ = syncs.sync()

    assert not [change for change in plan.changes if change.kind in {"account_suspend", "account_delete"}]
    assert syncs.chat.rows["r-bot"].active
