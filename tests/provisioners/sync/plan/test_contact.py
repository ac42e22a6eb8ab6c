"""What is remembered of the first meeting with a platform."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace

import pytest

from mappings.manner import Manner
from provisioners.fingerprint import of_account
from provisioners.platforms.contract import RemoteAccount, RemoteGroup
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.plan.contact import BATCH, first_contact
from tests.fakes.org import ANN, BOSS, EVE, TODAY
from tests.fakes.planning import CHAT, TEAMS, KnownAccounts, Told
from tests.fakes.platform import FakePlatform
from tests.fakes.rules import FakeRules


class Grouped(FakePlatform):
    """A platform with groups of its own."""

    def __init__(self, *groups):
        super().__init__()
        self.found = groups

    def groups(self):
        return iter(self.found)


def meet(platform, clock, descriptor=CHAT, progress=None, rules=None):
    """Return what was met and what is known afterwards."""
    shadows = KnownAccounts()
    chart = Chart(TODAY, map(Told, (BOSS, ANN, EVE)), ())
    derivation = Derivation("chat", rules or FakeRules(), descriptor, chart)

    @contextmanager
    def transaction():
        yield

    met = first_contact(platform, derivation, shadows, transaction=transaction, clock=clock, progress=progress)
    return met, shadows


def there(platform, remote_id, external_id="", *, active=True, **attributes):
    platform.rows[remote_id] = RemoteAccount(remote_id, external_id, active, attributes)


@pytest.mark.parametrize("active", [True, False])
def test_ours(clock, active):
    """An account with our external id is ours, as it stands: only what we manage is kept of it, no reference."""
    platform = FakePlatform()
    there(platform, "r2", ANN.uuid, active=active, userName="ann", nickName="A", manager="r1")

    met, shadows = meet(platform, clock)

    (shadow,) = shadows.rows
    state = "active" if active else "suspended"
    assert (1, 0) == (met.ours, met.others)
    assert (2, "managed", state, {"userName": "ann"}) == (
        shadow.person_id, shadow.management, shadow.state, shadow.attributes,
    )  # fmt: skip
    assert of_account(state, {"userName": "ann"}) == shadow.fingerprint
    assert clock() == shadow.state_since
    assert {"chat"} == shadows.met


@pytest.mark.parametrize(("strength", "title"), [("strong", "Boss"), ("normal", "Seller"), ("weak", "Seller")])
def test_values_that_may_stay(clock, strength, title):
    """What a normal or weak rule finds at the first meeting stays: no difference until the rule gives another value."""
    platform, rules = FakePlatform(), FakeRules()
    rules.manners = Manner({"title": strength})
    there(platform, "r2", ANN.uuid, userName="ann", title="Boss", nickName="A")

    _, shadows = meet(platform, clock, rules=rules)

    assert {"userName": "ann", "title": title} == shadows.rows[0].attributes


def test_ours_in_doubt(clock):
    """When a rule has no value for somebody, the account is ours all the same, and no value of it is managed yet."""
    platform, rules = FakePlatform(), FakeRules()
    there(platform, "r2", ANN.uuid, userName="ann")
    rules.broken.add("E2")

    _, shadows = meet(platform, clock, rules=rules)

    assert [(2, {})] == [(each.person_id, each.attributes) for each in shadows.rows]


@pytest.mark.parametrize("external_id", ["", "2", "E2", ANN.uuid.upper() + "x"])
@pytest.mark.parametrize("active", [True, False])
def test_not_ours(clock, external_id, active):
    """An account with our person's name, but not our external id, is nobody's; only its names are kept (PR-08)."""
    platform = FakePlatform()
    there(platform, "r2", external_id, active=active, userName="E2@example.org", nickName="A")

    met, shadows = meet(platform, clock)

    (shadow,) = shadows.rows
    assert (0, 1) == (met.ours, met.others)
    assert (0, "unmanaged", {"userName": "E2@example.org"}) == (shadow.person_id, shadow.management, shadow.attributes)
    assert ("active" if active else "suspended") == shadow.state


def test_groups(clock):
    """A group that carries our key is ours; of its members and owners those are kept whose accounts are (PR-07)."""
    ours = RemoteGroup("g1", "Sales", "units/sales", frozenset({"r1", "r2", "r9"}), frozenset({"r1", "r9"}))
    platform = Grouped(ours, RemoteGroup("g2", "Sales"))
    there(platform, "r1", BOSS.uuid)
    there(platform, "r2", ANN.uuid)
    there(platform, "r9")

    _, shadows = meet(platform, clock, TEAMS)

    (group,) = shadows.teams
    assert ("units/sales", {1, 2}, {1}) == (group.key, group.members, group.owners)


def test_no_groups(clock):
    """Groups are not read where our mapping makes none, or the connector has none."""
    group = RemoteGroup("g1", "Sales", "units/sales")

    class Plain:
        platform = "chat"
        accounts = staticmethod(lambda: iter(()))

    assert not meet(Grouped(group), clock, CHAT)[1].teams
    assert not meet(Plain(), clock, TEAMS)[1].teams


def test_progress(clock):
    """Whoever waits is told now and then how many were read."""
    platform, told = FakePlatform(), []
    for each in range(2 * BATCH + 1):
        there(platform, f"r{each}")

    meet(platform, clock, progress=told.append)

    assert [BATCH, 2 * BATCH] == told


def test_same_person_twice(clock):
    """Two accounts with one external id: one is ours, never both."""
    platform = FakePlatform()
    there(platform, "r1", ANN.uuid)
    there(platform, "r2", ANN.uuid)

    met, shadows = meet(platform, clock, replace(CHAT))

    assert (1, 1) == (met.ours, len(shadows.rows))
