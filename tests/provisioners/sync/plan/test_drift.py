"""What has become of an account or group since we last knew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mappings.manner import Manner
from provisioners.fingerprint import of_account
from provisioners.platforms.contract import RemoteAccount, RemoteGroup
from provisioners.ports import AccountShadow, GroupShadow
from provisioners.sync.plan.drift import FEW, Seen, believable, look, look_at_group
from tests.fakes.planning import CHAT, TEAMS

NESTING = replace(TEAMS, nests=True, describes=True)
HELD = {"userName": "ann", "title": "Seller"}


def known(state="active", **values):
    values = HELD | values
    return AccountShadow("chat", 2, "r2", state, "managed", "u-2", of_account(state, values), values)


def seen(shadow, remote, clock, descriptor=CHAT, **strengths):
    return look(shadow, remote, descriptor, Manner(strengths), clock())


def there(remote_id="r2", *, active=True, **values):
    return RemoteAccount(remote_id, "u-2", active, HELD | values)


def group(name, members, owners):
    return RemoteGroup("g1", name, "units/sales", frozenset(members), frozenset(owners))


def test_same(clock):
    """What is there as we left it, is the same; what we do not manage does not count."""
    shadow = known(manager="u-1")

    assert Seen("same", shadow, shadow) == seen(shadow, there(nickName="A"), clock)


@pytest.mark.parametrize(("values", "now"), [({"title": "Boss"}, {"title": "Boss"}), ({"title": " "}, {"title": ""})])
def test_different(clock, values, now):
    """A value that was changed or emptied over there is what the next plan starts from."""
    found = seen(known(), there(**values), clock)

    assert ("different", HELD | now) == (found.what, found.now.attributes)
    assert of_account("active", HELD | now) == found.now.fingerprint


@pytest.mark.parametrize("strength", ["weak", "normal"])
def test_what_we_do_not_hold_on_to(clock, strength):
    """Another value in a weak or normal attribute, or in one that is taken at creation only, is no difference."""
    fixed = replace(CHAT, fixed=frozenset({"userName"}))

    assert "same" == seen(known(), there(title="Boss", userName="an"), clock, fixed, title=strength).what


@pytest.mark.parametrize(("strength", "what", "title"), [("weak", "different", ""), ("normal", "same", "Seller")])
def test_emptied_over_there(clock, strength, what, title):
    """A weak value that somebody has taken away is found, so that it is given again; a normal one stays away."""
    found = seen(known(), there(title=""), clock, title=strength)

    assert (what, title) == (found.what, found.now.attributes["title"])


@pytest.mark.parametrize("before", [{}, {"nickName": ""}])
def test_filled_over_there(clock, before):
    """A weak value that somebody put where we had none is remembered: it is not ours to write over."""
    descriptor = replace(CHAT, attributes=CHAT.attributes | {"nickName"})
    found = seen(known(**before), there(nickName="A"), clock, descriptor, nickName="weak")

    assert ("different", "A") == (found.what, found.now.attributes["nickName"])
    assert "same" == seen(known(**before), there(nickName="A"), clock, descriptor).what


@pytest.mark.parametrize(("there_now", "what"), [("u-1", "same"), ("u-9", "different"), ("", "different")])
def test_manager_over_there(clock, there_now, what):
    """A reference is read back where the platform tells one, as the UUID of whose account it is."""
    descriptor = replace(CHAT, references=frozenset({"manager"}))
    found = seen(known(manager="u-1"), there(manager=there_now), clock, descriptor)

    assert (what, there_now) == (found.what, found.now.attributes["manager"])
    assert "same" == seen(known(manager="u-1"), there(manager=there_now), clock, descriptor, manager="normal").what


def test_gone(clock):
    """An account that is not there any more is told as deleted, from now on."""
    found = seen(known(), None, clock)

    assert ("gone", "deleted", {}, clock()) == (
        found.what,
        found.now.state,
        found.now.attributes,
        found.now.state_since,
    )


def test_another_account_with_our_mark(clock):
    """When another account carries our mark, nothing is kept: somebody must look."""
    shadow = known()

    assert Seen("other", shadow, shadow) == seen(shadow, there("r9"), clock)


def test_locked_by_hand(clock):
    """An account that was locked over there stays locked: somebody had a reason."""
    shadow = known()

    assert Seen("locked", shadow, shadow) == seen(shadow, there(active=False), clock)


def test_woken_by_hand(clock):
    """A suspended account that is active again is told so, and the next plan suspends it once more (PR-05)."""
    found = seen(known("suspended"), there(), clock)

    assert ("different", "active", clock()) == (found.what, found.now.state, found.now.state_since)
    assert "same" == seen(known("suspended"), there(active=False), clock).what


@pytest.mark.parametrize(
    ("gone", "of", "believed"), [(FEW, FEW, True), (FEW + 1, 10, False), (10, 100, True), (11, 100, False)]
)
def test_too_many_gone(gone, of, believed):
    """So many missing accounts are an error of the platform, never absences (PR-04)."""
    shadow = known()
    found = [Seen("gone" if at < gone else "same", shadow, shadow) for at in range(of)]

    assert believed is believable(found)


@pytest.mark.parametrize(
    ("remote", "owners", "now"),
    [
        (RemoteGroup("g1", "Sales", "units/sales", frozenset({"r1", "r9"}), frozenset({"r2"})), True, None),
        (
            RemoteGroup("g1", "Verkoop", "units/sales", frozenset({"r1"}), frozenset({"r2"})),
            True,
            ("Verkoop", {1}, {2}),
        ),
        (RemoteGroup("g1", "Sales", "units/sales", frozenset({"r2"}), frozenset({"r2"})), True, ("Sales", {2}, {2})),
        (RemoteGroup("g1", "Sales", "units/sales", frozenset({"r1"})), True, ("Sales", {1}, set())),
        (RemoteGroup("g1", "Sales", "units/sales", frozenset({"r1"})), False, None),
    ],
)
def test_look_at_group(remote, owners, now):
    """Name, members and, where there are any, owners of a group are as they are over there; strangers do not count."""
    shadow = GroupShadow("chat", "units/sales", "g1", "Sales", "managed", frozenset({1}), frozenset({2}))

    found = look_at_group(shadow, remote, {"r1": 1, "r2": 2}, {}, replace(CHAT, owners=owners))

    assert now == (found and (found.name, found.members, found.owners))


def test_groups_inside():
    """Groups inside, and the description, are as they are over there; groups that are not ours do not count."""
    shadow = GroupShadow("chat", "units/sales", "g1", "Sales", groups=frozenset({"units/north"}), description="All")
    remote = RemoteGroup("g1", "Sales", "units/sales", groups=frozenset({"g3", "g9"}), description="Everybody")

    found = look_at_group(shadow, remote, {}, {"g2": "units/north", "g3": "units/south"}, NESTING)

    assert (frozenset({"units/south"}), "Everybody") == (found.groups, found.description)
    assert look_at_group(shadow, replace(remote, groups=frozenset()), {}, {}, CHAT) is None
