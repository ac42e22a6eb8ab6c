"""Groups as lists and counts."""

from __future__ import annotations

import pytest

from provisioners.ports import AccountShadow, GroupShadow
from sso_bridge.store.sync.group_list import GroupList, ListedGroup
from sso_bridge.store.sync.shadows import StoredShadows


@pytest.fixture
def groups(store, clock):
    """Groups on two platforms, of which one knows no owners."""
    shadows = StoredShadows(store, clock)
    for shadow in (
        GroupShadow("chat", "units/a", "1", "A", "managed", frozenset({1, 2}), frozenset({1}), frozenset({"units/b"})),
        GroupShadow("chat", "units/b", "2", "B", "adopted", frozenset({1})),
        GroupShadow("chat", "units/c", "3", "C", "unmanaged"),
        GroupShadow("chat", "units/d", "4", "D (archived)", state="archived", state_since=clock()),
        GroupShadow("wiki", "units/a", "1", "A"),
    ):
        shadows.keep_group(shadow)
    return GroupList(store)


def test_sizes(groups):
    """A group tells how many people, owners and groups are in it."""
    assert ListedGroup(1, "chat", "units/a", "A", "managed", "live", 2, 1, 1) == groups.page(1)[0]


def test_pages(groups):
    """Pages go on after the last one."""
    first = groups.page(2, platform="chat")

    assert ["units/a", "units/b"] == [one.key for one in first]
    assert ["units/c", "units/d"] == [one.key for one in groups.page(9, first[-1].place, platform="chat")]


def test_without_an_owner(groups):
    """Communities without an owner: of ours, not archived, on a platform that knows owners."""
    assert ["units/b"] == [one.key for one in groups.page(9, without_owner=["chat"])]
    assert [] == groups.page(9, without_owner=[])
    assert {"chat": (3, 1), "wiki": (1, 0)} == groups.counts(["chat"])


def test_kept_and_forgotten(groups, store, clock):
    """Everything that is known of a group comes back; a forgotten one is nowhere, not even inside another."""
    shadows = StoredShadows(store, clock)
    whole = GroupShadow("chat", "x", "9", "X", description="All", state="archived", state_since=clock())
    shadows.keep_group(whole)
    assert whole == shadows.group("chat", "x")

    shadows.forget_group("chat", "units/b")

    assert shadows.group("chat", "units/b") is None
    assert frozenset() == shadows.group("chat", "units/a").groups


@pytest.mark.parametrize(
    ("person", "state", "management", "has"),
    [(1, "active", "managed", True), (1, "suspended", "managed", False), (1, "active", "unmanaged", False),
     (2, "active", "managed", False)],
)  # fmt: skip
def test_has_account(store, clock, person, state, management, has):
    """Only an active account of ours counts as one."""
    shadows = StoredShadows(store, clock)
    shadows.keep_account(AccountShadow("chat", 1, "r1", state, management))

    assert has is shadows.has_account("chat", person)
