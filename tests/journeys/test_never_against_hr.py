"""Whatever HR does between looking, approving and rolling out: nothing is taken from who works here at that moment."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.employment import active_on
from provisioners.errors import Stale
from provisioners.platforms.memory.connector import Memory
from provisioners.sync.plan.diff import Target
from provisioners.sync.rollout.executor import Executor
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from tests.fakes.clock import FakeClock
from tests.fakes.syncs import PLATFORM, Syncs

PEOPLE = ("E1", "E2", "E3", "E4")
UNITS = ("sales", "tech")
HR = st.tuples(st.sampled_from(("leaves", "is back", "moves", "leaves later", "gets a title")), st.sampled_from(PEOPLE))
ACTS = st.one_of(
    HR,
    st.tuples(st.just("days pass"), st.sampled_from((1, 2, 31))),
    st.tuples(st.just("plan"), st.just(0)),
    st.tuples(st.just("approve"), st.integers(0, 3)),
    st.tuples(st.just("drain"), st.lists(HR, max_size=2)),
)


class Watched(Memory):
    """Writes down what is taken from somebody to whom it belongs at that moment."""

    def __init__(self):
        super().__init__("chat")
        self.wrongs = []
        self.works = lambda _uuid: True
        self.belongs = lambda _uuid, _group: True

    def suspend(self, remote_id):
        self._blame("suspend", remote_id)
        super().suspend(remote_id)

    def delete(self, remote_id):
        self._blame("delete", remote_id)
        super().delete(remote_id)

    def change_members(self, remote_id, *, add=(), remove=()):
        for each in remove:
            if self.belongs(self.people[each].external_id, self.rooms[remote_id].external_id):
                self.wrongs.append(("member", each))
        return super().change_members(remote_id, add=add, remove=remove)

    def _blame(self, verb, remote_id):
        if remote_id in self.people and self.works(self.people[remote_id].external_id):
            self.wrongs.append((verb, remote_id))


class World:
    """A little company whose HR never stands still."""

    def __init__(self, store, clock):
        self.chat = Watched()
        self.syncs = Syncs(store, clock, self.chat)
        self.syncs.target = Target("chat", PLATFORM, {})
        for each in PEOPLE:
            self.syncs.row(each, manager="E1")
        self.syncs.send()
        self.syncs.sync()
        self.chat.works, self.chat.belongs = self.works, self.belongs
        self.plans: list[int] = []

    def person(self, uuid):
        return self.syncs.people.by_uuid(uuid)

    def works(self, uuid):
        return active_on(self.person(uuid), self.syncs.clock().date())

    def belongs(self, uuid, group):
        day = self.syncs.clock().date()
        jobs = self.person(uuid).assignments
        return self.works(uuid) and any(f"units/{job.unit}" == group and job.holds_on(day) for job in jobs)

    def hr(self, what, who):
        """Let HR state something else."""
        day, unit = self.syncs.clock().date(), UNITS[what == "moves"]
        leaves = {"leaves": day.replace(year=day.year - 1), "leaves later": day.replace(year=day.year + 1)}.get(
            what, ""
        )
        self.syncs.row(who, unit=unit, title=what, manager="E1", leaves=leaves)
        self.syncs.send()

    def do(self, what, with_):
        """Let something happen."""
        if what == "days pass":
            self.syncs.clock.move(days=with_)
        elif what == "plan":
            self.plans.append(self.syncs.look()[0])
        elif what == "approve" and self.plans:
            self._approve(self.plans[-1 - with_ % len(self.plans)])
        elif what == "drain":
            self._drain(list(with_))
        elif what != "approve":
            self.hr(what, with_)

    def _approve(self, number):
        runs = self.syncs.rollouts.runs
        try:
            runs.approve(number, "cli")
            runs.open(number, "cli")
        except Stale:
            pass  # made for another day

    def _drain(self, meanwhile):
        def pause(seconds):
            self.syncs.clock.move(seconds=seconds)
            if meanwhile:
                self.hr(*meanwhile.pop())
            return False

        Executor(self.syncs.rollouts.parts, "chat", "w1", threads=1).drain(pause)
        self.syncs.rollouts.runs.close_finished()


@pytest.mark.timeout(300)
@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, min_size=4, max_size=16))
def test_nothing_is_taken_from_who_works_here(acts):
    """No account is suspended or deleted, and no membership taken, of somebody to whom HR gives it then (promise 2)."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bridge.db'}")
        with store.writing() as connection:
            metadata.create_all(connection)
        world = World(store, FakeClock())

        for what, with_ in acts:
            world.do(what, with_)
        world._drain([])

        store.close()
        assert [] == world.chat.wrongs


@pytest.mark.timeout(300)
@settings(max_examples=20, deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_in_step_in_the_end(acts):
    """When HR has come to rest, two syncs bring everything in step, and a third one plans nothing (promise 4)."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{Path(folder) / 'bridge.db'}")
        with store.writing() as connection:
            metadata.create_all(connection)
        world = World(store, FakeClock())

        for what, with_ in acts:
            world.do(what, with_)
        world._drain([])
        for _ in range(2):
            world.syncs.sync()

        plan = world.syncs.look()[1]
        store.close()
        assert [] == list(plan.changes)
