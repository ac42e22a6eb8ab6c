"""What becomes of a leaver's account in the end: anonymised after some weeks, and back again when she returns.

The platforms are the one that lives in a dict and a real SCIM server.
"""

from __future__ import annotations

import json

import pytest

from mappings.leavers import LeaverPolicy, LeaverStep
from provisioners.platforms.memory.connector import Memory
from provisioners.sync.derive.anonymous import NAME
from tests.journeys.test_drift import Night
from tests.provisioners.platforms.opened import opened

POLICY = LeaverPolicy((LeaverStep(0, "suspend"), LeaverStep(30, "anonymise")))


@pytest.fixture(params=["memory", pytest.param("scim", marks=pytest.mark.peer("scim2-server"))])
def night(request, store, clock):
    """Both kinds of platforms, E5 about to leave."""
    if request.param == "memory":
        made = Night(store, clock, Memory("chat"), "memory")
    else:
        server = request.getfixturevalue("scim_server")
        made = Night(store, clock, opened("scim", token=server.token, url=server.url), "scim")
    made.syncs.rules.leaver = lambda _: made.policy
    made.policy = POLICY
    return made


def leave(night):
    """Let E5 have left."""
    night.syncs.row("E5", leaves="2026-11-01", manager="E1")
    night.syncs.send()
    return [change.kind for change in night.syncs.sync()[0].changes]


def test_anonymised(night):
    """PR-05: a month after the suspension nothing of her is left there, nor in the plan; that is done once."""
    assert "account_suspend" in leave(night)
    night.syncs.clock.move(days=29)
    assert () == night.syncs.look()[1].changes
    night.syncs.clock.move(days=1)

    plan, report = night.syncs.sync()

    (change,) = plan.changes
    assert ("account_anonymise", {}) == (change.kind, change.before)
    assert report is not None
    remote = night.remote("E5")
    assert (NAME, False) == (remote.attributes["displayName"], remote.active)
    assert remote.attributes["userName"].startswith("former-")
    assert "visser" not in json.dumps(dict(remote.attributes)).lower()
    night.syncs.clock.move(days=30)
    assert () == night.syncs.look()[1].changes
    assert ["account.anonymised"] == [one.what for one in night.audited("account.anonymised")]


def test_back_after_all(night):
    """Somebody who comes back gets her old account again, with her own values."""
    before = dict(night.remote("E5").attributes)
    leave(night)
    night.syncs.clock.move(days=31)
    night.syncs.sync()
    night.syncs.row("E5", manager="E1")
    night.syncs.send()

    plan, _ = night.syncs.sync()

    assert {"account_reactivate", "account_update"} <= {change.kind for change in plan.changes}
    assert before == dict(night.remote("E5").attributes)
    assert () == night.syncs.look()[1].changes


def test_back_meanwhile(night):
    """PR-03: an anonymisation that was approved while she was away does not happen to a colleague."""
    leave(night)
    night.syncs.clock.move(days=31)
    number, _ = night.syncs.look()
    night.syncs.rollouts.runs.approve(number, "cli")
    run = night.syncs.rollouts.runs.open(number, "cli")
    night.syncs.row("E5", manager="E1")
    night.syncs.send()

    night.syncs.rollouts.drain()

    assert {"skipped": 1} == night.syncs.rollouts.states(run)
    assert NAME != night.remote("E5").attributes["displayName"]


def test_groups_stay(night):
    """With `groups: keep` a suspended account stays in its groups; without it leaves them."""
    night.policy = LeaverPolicy((LeaverStep(0, "suspend"),), "keep")
    assert ["account_suspend"] == leave(night)
    assert () == night.syncs.look()[1].changes

    night.policy = LeaverPolicy((LeaverStep(0, "suspend"),))
    assert ["member_remove"] == [change.kind for change in night.syncs.sync()[0].changes]
