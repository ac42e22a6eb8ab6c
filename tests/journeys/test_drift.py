"""Somebody changes accounts by hand on the platform: it is read back within a week, and the next sync repairs it.

The platforms are the one that lives in a dict and a real SCIM server.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from mappings.manner import Manner
from provisioners.errors import TryAgain
from provisioners.platforms.memory.connector import Memory
from provisioners.platforms.register import descriptor
from provisioners.sync.plan.diff import Target
from sso_bridge.jobs.drift import AT_ONCE, JOB, DriftReader, Reading
from sso_bridge.store.queue.jobs import Jobs
from tests.fakes.syncs import Syncs
from tests.provisioners.platforms.opened import opened

PEOPLE = 12


class Night:
    """A company in step with its platform; `pass_by` is one night of reading back."""

    def __init__(self, store, clock, chat, kind):
        chat.platform = "chat"
        self.syncs = Syncs(store, clock, chat)
        self.syncs.target = Target("chat", descriptor(kind), {})
        self.syncs.company(PEOPLE)
        self.syncs.send()
        self.syncs.sync()
        self.syncs.shadows.mark_contacted("chat")
        self.jobs = Jobs(store, clock)
        self.reader = DriftReader(
            store, clock, self.syncs.rollouts.audit, self.jobs,
            lambda: {"chat": Reading(self.syncs.target.descriptor, self.syncs.rules.manner("chat"))}, lambda _: chat,
        )  # fmt: skip

    def pass_by(self, nights=1):
        """Let so many nights pass; return what was told of the last job."""
        told = {}
        for _ in range(nights):
            self.syncs.clock.move(days=1)
            day = self.syncs.clock().date().isoformat()
            self.jobs.enqueue(JOB, {"day": day}, key=f"{JOB}:{day}", by="schedule")
            while job := self.jobs.lease("w"):
                outcome = self.reader(job)
                self.jobs.finish(job, "w", outcome)
                told = outcome.result
        return told

    def round(self):
        """Let a whole round pass."""
        return self.pass_by(7)

    def remote(self, number):
        """Return what the platform has."""
        return self.syncs.chat.find(self.syncs.people.by_any_key(number).uuid)

    def by_hand(self, number, **values):
        """Change an account behind our back."""
        remote, person = self.remote(number), self.syncs.people.by_any_key(number)
        account = type("Account", (), {"attributes": values, "person_uuid": person.uuid, "state": "active"})
        self.syncs.chat.update(remote.remote_id, account)

    def audited(self, what):
        return [one for one in self.syncs.rollouts.audit.records() if one.what == what]


@pytest.fixture(params=["memory", pytest.param("scim", marks=pytest.mark.peer("scim2-server"))])
def night(request, store, clock):
    """Both kinds of platforms."""
    if request.param == "memory":
        return Night(store, clock, Memory("chat"), "memory")
    server = request.getfixturevalue("scim_server")
    return Night(store, clock, opened("scim", token=server.token, url=server.url), "scim")


@pytest.fixture
def memory(store, clock):
    """Only the fast one."""
    return Night(store, clock, Memory("chat"), "memory")


def test_nothing_changed(night):
    """Where nobody has changed anything, a round finds nothing and the next sync plans nothing (promise 4)."""
    night.round()

    assert () == night.syncs.look()[1].changes
    assert [] == night.audited("account.drifted")


def test_repaired(night):
    """A name changed by hand is found within a round, told in the audit, and put right by the next sync."""
    night.by_hand("E5", displayName="The Boss")
    night.round()

    plan, _ = night.syncs.sync()

    assert ["account_update"] == [change.kind for change in plan.changes]
    assert "pe5 visser" == night.remote("E5").attributes["displayName"].lower()
    (told,) = night.audited("account.drifted")
    assert "The Boss" == json.loads(told.after)["displayName"]
    night.round()
    assert () == night.syncs.look()[1].changes


def test_woken_leaver(night):
    """A leaver's account that somebody has unlocked over there is suspended again (PR-09)."""
    night.syncs.row("E5", leaves="2026-11-01", manager="E1")
    night.syncs.send()
    night.syncs.sync()
    night.syncs.chat.reactivate(night.remote("E5").remote_id)
    night.round()

    plan, _ = night.syncs.sync()

    assert ["account_suspend"] == [change.kind for change in plan.changes]
    assert not night.remote("E5").active


def test_deleted_by_hand(night):
    """An account that was deleted over there is made anew, with its groups."""
    night.syncs.chat.delete(night.remote("E5").remote_id)
    night.round()

    plan, _ = night.syncs.sync()

    assert {"account_create", "member_add"} <= {change.kind for change in plan.changes}
    assert night.remote("E5").active
    night.round()
    assert () == night.syncs.look()[1].changes


def test_locked_by_hand(memory):
    """An account that somebody has locked over there stays locked, and that is told."""
    memory.syncs.chat.suspend(memory.remote("E5").remote_id)
    memory.round()

    assert () == memory.syncs.look()[1].changes
    assert {"locked"} == {one.why for one in memory.audited("account.drifted")}


def test_not_managed(memory):
    """What no rule fills, and what a rule does not hold on to, is nobody's business."""
    memory.syncs.rules.manners = Manner({"displayName": "normal"})
    memory.by_hand("E5", displayName="The Boss", nickName="Boss")
    memory.round()

    assert () == memory.syncs.look()[1].changes


def test_groups(memory):
    """Members that were added or removed by hand are put right; foreign accounts in a group are left in it."""
    (room,) = memory.syncs.chat.rooms.values()
    gone = memory.remote("E5").remote_id
    memory.syncs.chat.rooms[room.remote_id] = replace(
        room, members=(room.members - {gone}) | {"a-guest"}, name="Sailing"
    )
    memory.round()

    plan, _ = memory.syncs.sync()

    assert {"group_rename": 1, "member_add": 1} == memory.syncs.counts(plan)
    assert room.members | {"a-guest"} == memory.syncs.chat.rooms[room.remote_id].members


def test_seventh_of_the_accounts(memory):
    """Each night reads a seventh; a round of seven nights reads everybody once."""
    asked = []
    find = memory.syncs.chat.find
    memory.syncs.chat.find = lambda external_id: asked.append(external_id) or find(external_id)

    memory.pass_by()
    first = len(asked)
    memory.pass_by(6)

    assert 2 == first
    assert PEOPLE == len(set(asked))


def test_everything_gone(memory):
    """When the platform suddenly knows hardly anybody, that is an error, not an absence (promise 1)."""
    memory.syncs.company(400)
    memory.syncs.send()
    memory.syncs.sync()
    memory.syncs.chat.people.clear()

    told = memory.pass_by()

    assert {"read": 58, "doubted": 58} == told["chat"]
    assert [{"gone": 58, "read": 58}] == [json.loads(one.after) for one in memory.audited("platform.doubted")]
    assert () == memory.syncs.look()[1].changes


def test_platform_down(memory):
    """A platform that does not answer is read another night, from where it stopped."""
    memory.by_hand("E1", displayName="The Boss")
    find = memory.syncs.chat.find
    memory.syncs.chat.find = lambda _: (_ for _ in ()).throw(TryAgain("503"))
    assert {"chat": {"stopped": "try_again"}} == memory.pass_by()

    memory.syncs.chat.find = find
    memory.pass_by()

    assert 1 == len(memory.audited("account.drifted"))


def test_changed_meanwhile(memory):
    """What a rollout is about to change is left to it."""
    memory.by_hand("E1", displayName="The Boss")
    memory.syncs.row("E1", title="Chair")
    memory.syncs.send()
    number, _ = memory.syncs.look()
    memory.syncs.rollouts.runs.approve(number, "cli")
    run = memory.syncs.rollouts.runs.open(number, "cli")

    memory.pass_by()
    memory.syncs.clock.move(days=-1)
    memory.syncs.rollouts.drain()

    assert [] == memory.audited("account.drifted")
    assert {"done": 1} == memory.syncs.rollouts.states(run)


def test_many(memory):
    """A large company is read in small jobs, one after the other, so that other work gets its turn."""
    memory.syncs.company(AT_ONCE * 20)
    memory.syncs.send()
    memory.syncs.sync()

    memory.pass_by()

    jobs = [memory.jobs.job(number) for number in (1, 2, 3)]
    assert [100, 100, 86] == [one.result["chat"]["read"] for one in jobs if one]
