"""Changes of groups themselves: one inside another, archived, deleted, described, and turned around."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provisioners.platforms.memory.connector import Memory
from provisioners.ports import GroupShadow
from provisioners.sync.derive.wanted import Wanted
from provisioners.sync.plan.change import Change, Phase
from provisioners.sync.rollout.undo import Undo
from tests.fakes.platform import FakePlatform
from tests.fakes.rollouts import Rollouts, create, group, members


def whole(kind, key, *, before=None, after=None, phase=Phase.MEMBERSHIPS):
    """Return a change of a group itself."""
    return Change(phase, kind, "chat", group=key, before=before or {}, after=after or {}, reason="rule")


NEST = whole("group_nest", "outer", after={"inner": "inner"})
UNNEST = whole("group_unnest", "outer", before={"inner": "inner", "people": 3})
ARCHIVE = whole("group_archive", "inner", after={"name": "Inner (archived)"}, phase=Phase.DELETIONS)
DELETE = whole("group_delete", "inner", phase=Phase.DELETIONS)


@pytest.fixture
def chat():
    return Memory("chat")


@pytest.fixture
def rollouts(store, clock, chat):
    """Two groups on a platform that can do everything."""
    rollouts = Rollouts(store, clock, chat)
    rollouts.roll_out(group("outer", "Outer"), group("inner", "Inner"))
    return rollouts


def skipped(report):
    return [one.error for one in report.troubles]


def test_in_and_out(rollouts, chat):
    """A group is put into another and taken out; the shadow and the platform say the same."""
    rollouts.roll_out(NEST)
    assert {"inner"} == rollouts.shadows.group("chat", "outer").groups
    assert {"Inner"} == {chat.rooms[one].name for room in chat.rooms.values() for one in room.groups}

    rollouts.roll_out(UNNEST)
    assert frozenset() == rollouts.shadows.group("chat", "outer").groups
    assert not any(room.groups for room in chat.rooms.values())


def test_inner_group_is_not_there(rollouts):
    """A group that was not made cannot be put into another; taking it out is done when it is gone."""
    assert ["the group was not made"] == skipped(
        rollouts.roll_out(whole("group_nest", "outer", after={"inner": "lost"}))
    )
    rollouts.shadows.keep_group(GroupShadow("chat", "outer", "g1", "Outer", groups=frozenset({"lost"})))
    assert 1 == rollouts.roll_out(whole("group_unnest", "outer", before={"inner": "lost"})).total("done")


def test_belongs_there_again(rollouts):
    """A group that belongs inside at the moment of the call is not taken out (PR-03)."""
    rollouts.roll_out(NEST)
    rollouts.present.around = lambda _platform, _group: "outer"

    assert ["the inner group belongs there again"] == skipped(rollouts.roll_out(UNNEST))


def test_loop_is_told(rollouts):
    """What the platform refuses is an error of this one change."""
    rollouts.roll_out(NEST)
    report = rollouts.roll_out(whole("group_nest", "inner", after={"inner": "outer"}))

    assert 1 == report.total("failed")
    assert frozenset() == rollouts.shadows.group("chat", "inner").groups


def test_platform_without_nesting(store, clock):
    """A platform whose groups hold no groups is not asked."""
    rollouts = Rollouts(store, clock, FakePlatform())
    rollouts.roll_out(group("outer"), group("inner"))

    assert 1 == rollouts.roll_out(NEST).total("failed")


def test_archived_and_deleted(rollouts, chat, clock):
    """A group behind which nothing stands is archived, then deleted; after that nothing is known of it."""
    rollouts.present.closed.add("inner")
    rollouts.roll_out(ARCHIVE)
    shadow = rollouts.shadows.group("chat", "inner")
    assert ("Inner (archived)", "archived", clock()) == (shadow.name, shadow.state, shadow.state_since)

    rollouts.roll_out(DELETE)
    assert rollouts.shadows.group("chat", "inner") is None
    assert ["Outer"] == [room.name for room in chat.rooms.values()]


@pytest.mark.parametrize("change", [ARCHIVE, DELETE])
def test_in_use_again(rollouts, change):
    """Neither happens when something stands behind the group again (PR-03)."""
    assert ["there is something behind the group again"] == skipped(rollouts.roll_out(change))


def test_not_empty(rollouts):
    """A group with people in it is not archived: their removal was held, or has failed."""
    rollouts.present.closed.add("inner")
    rollouts.roll_out(create(1), members("inner", 1))

    assert ["somebody is still in the group, or owns it"] == skipped(rollouts.roll_out(ARCHIVE))


def test_never_deleted_at_once(rollouts):
    """A group that is not archived is not deleted, whatever a plan says."""
    rollouts.present.closed.add("inner")

    assert ["the group is in use again"] == skipped(rollouts.roll_out(DELETE))


def test_restored_with_its_description(rollouts, chat):
    """A group that comes back gets its name and description."""
    rollouts.present.closed.add("inner")
    rollouts.roll_out(ARCHIVE)
    before, after = {"name": "Inner (archived)"}, {"name": "Inner", "description": "All of us"}
    rollouts.roll_out(whole("group_restore", "inner", before=before, after=after, phase=Phase.GROUPS))

    shadow = rollouts.shadows.group("chat", "inner")
    assert ("Inner", "All of us", "live") == (shadow.name, shadow.description, shadow.state)
    assert {"Inner": "All of us", "Outer": ""} == {room.name: room.description for room in chat.rooms.values()}


def test_turned_around(rollouts):
    """A run that put groups inside and archived one is turned around; a deleted group cannot be restored (PR-11)."""
    rollouts.present.closed.add("inner")
    run = rollouts.open(NEST, replace(ARCHIVE, group="inner", before={"name": "Inner"}))
    rollouts.drain()
    turned = Undo(rollouts.shadows, lambda _: True, "rollback")
    turned.turn_around(rollouts.runs.made(run))
    rollouts.open(*turned.changes, rollback=str(run))
    rollouts.drain()

    assert ("Inner", "live") == (
        rollouts.shadows.group("chat", "inner").name,
        rollouts.shadows.group("chat", "inner").state,
    )
    assert frozenset() == rollouts.shadows.group("chat", "outer").groups

    gone = rollouts.open(ARCHIVE, DELETE)
    rollouts.drain()
    left = Undo(rollouts.shadows, lambda _: True, "rollback")
    left.turn_around(rollouts.runs.made(gone))
    assert ["a group that was deleted cannot be restored"] == [one.detail for one in left.findings]


def test_last_owner_of_a_closed_group(rollouts):
    """PR-06: the last owner stays, unless nothing stands behind the group any more."""
    rollouts.roll_out(create(1), members("inner", 1, kind="owner_add"))
    last = members("inner", 1, kind="owner_remove")
    assert ["the last owner of a group stays"] == skipped(rollouts.roll_out(last))
    rollouts.present.closed.add("inner")
    rollouts.present.wanted = lambda _platform, ids: {each: Wanted(each, bits=1) for each in ids}

    assert 1 == rollouts.roll_out(last).total("done")
    assert frozenset() == rollouts.shadows.group("chat", "inner").owners
