"""Limits per class of change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from provisioners.sync.plan.change import Change, Phase
from provisioners.sync.plan.earlier import Earlier
from provisioners.sync.plan.guards import DEFAULTS, Guards, Limit, guards_from

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def suspensions(count):
    return [Change(Phase.ACCOUNTS, "account_suspend", "chat", person_id=each) for each in range(1, count + 1)]


def hold(changes, guards, accounts=100, members=0):
    return guards.hold(changes, accounts=accounts, members=members, platform="chat", now=NOW)


@pytest.mark.parametrize(("count", "accounts", "held"), [(5, 100, 0), (6, 100, 1), (3, 10, 0), (4, 10, 1), (1, 2, 0)])
def test_share(count, accounts, held):
    """Five of a hundred are agreed, six are not; in a small company a few are, but never most (PR-04)."""
    changes, told = hold(suspensions(count), Guards({"suspend": Limit(percent=5)}), accounts)

    assert held == len(told)
    assert (count if held else 0) == sum(bool(change.held) for change in changes)


@pytest.mark.parametrize("accounts", [0, 1, 2, 3, 5, 8])
def test_never_a_whole_company(accounts):
    """However small the company, all of it is never suspended in one plan without an approval."""
    _, told = hold(suspensions(max(1, accounts)), Guards({"suspend": Limit(percent=5)}), accounts)

    assert told


def test_smaller_side():
    """Of a share and a number the smaller one counts."""
    _, told = hold(suspensions(4), Guards({"suspend": Limit(percent=50, count=3)}))

    assert (4, 3) == (told[0].count, told[0].limit)


def test_only_the_class():
    """A held class stops nothing else."""
    other = Change(Phase.ACCOUNTS, "account_create", "chat", person_id=99)

    changes, _ = hold([*suspensions(50), other], Guards(DEFAULTS))

    assert [""] == [change.held for change in changes if change.kind == "account_create"]


def test_members_count():
    """A change of many members counts for each of them."""
    change = Change(Phase.MEMBERSHIPS, "member_remove", "chat", group="g", members=tuple(range(1, 12)))

    _, told = hold([change], Guards(DEFAULTS), members=100)

    assert (11, 10) == (told[0].count, told[0].limit)


def test_window():
    """What was done in the window before counts, and the hint says so."""
    guards = Guards(
        {"suspend": Limit(percent=5, window=timedelta(hours=24))}, lambda _kinds, since: (NOW - since).days * 4
    )

    _, told = hold(suspensions(2), guards)

    assert 1 == told[0].limit
    assert "4 were done" in told[0].hint


def test_empty_platform():
    """A platform with nothing on it may be filled."""
    changes = [Change(Phase.ACCOUNTS, "account_create", "chat", person_id=each) for each in range(1, 1000)]

    assert [] == hold(changes, Guards(DEFAULTS), accounts=0)[1]
    assert ["create"] == [each.guard for each in hold(changes, Guards({"create": Limit(count=9)}), accounts=0)[1]]


def update(**values):
    return Change(Phase.ACCOUNTS, "account_update", "chat", 1, before={"userName": "a", "title": "x"}, after=values)


@pytest.mark.parametrize(
    ("change", "held"),
    [
        (update(userName="b", title="x"), True),
        (update(title="x"), True),
        (update(userName="a", title="y"), False),
        (Change(Phase.MANAGERS, "account_update", "chat", 1, after={"userName": "a"}), False),
    ],
)
def test_key_change(change, held):
    """Changing or taking away what somebody signs in with counts as a key change, giving it the first time does not."""
    assert held is bool(hold([change], Guards({"key_change": Limit(count=0)}))[1])


def test_completing_is_no_update():
    """The manager of an account made in the same plan is no rewrite."""
    made = Change(Phase.ACCOUNTS, "account_create", "chat", person_id=1)

    assert [] == hold([made, update(title="y")], Guards({"update": Limit(count=0)}))[1]


def test_nothing_limits():
    """A limit without a share and without a number stops nothing."""
    assert [] == hold(suspensions(100), Guards({"suspend": Limit()}))[1]
    assert 100 == len(hold(suspensions(100), Guards({"suspend": Limit()}))[0])


def test_unknown_guard():
    """A limit for a class that there is not is no limit; the configuration refuses it before."""
    assert DEFAULTS == guards_from({"chat": {"suspends": {"percent": 1}}}, "chat")


def test_from_configuration():
    """The platform's own limits go before the default ones, and those before ours."""
    limits = guards_from(
        {"default": {"suspend": {"percent": 1, "window": "2d"}}, "chat": {"delete": {"count": 0}}}, "chat"
    )

    assert Limit(percent=1, window=timedelta(days=2)) == limits["suspend"]
    assert Limit(count=0) == limits["delete"]
    assert DEFAULTS["create"] == limits["create"]


class Before:
    """A ledger of what small plans have done, and are still to do."""

    def __init__(self, done=0, waiting=0, updates=()):
        self.done, self.waiting, self.updates = done, waiting, updates

    def still_open(self, _platform, _kinds, _besides):
        return self.waiting

    def small_since(self, _platform, _kinds, _since, _besides):
        return self.done

    def small_updates(self, _platform, _since):
        return iter(self.updates)


def small(ledger, mine=frozenset({1}), **limits):
    return Guards(limits, lambda _kinds, _since: 0, Earlier(ledger, "chat", mine))


@pytest.mark.parametrize(("done", "held"), [(4, False), (5, True)])
def test_small_plans_add_up(done, held):
    """Without a window, small plans count together for a day (PR-04)."""
    _, found = hold(suspensions(1), small(Before(done), suspend=Limit(percent=5)))

    assert held == bool(found)


@pytest.mark.parametrize(("waiting", "mine", "held"), [(4, {1}, False), (5, {1}, True), (9, (), False)])
def test_what_is_still_to_be_done(waiting, mine, held):
    """With a window, what is planned and not done yet counts; a plan for everybody holds that itself."""
    limit = Limit(percent=5, window=timedelta(hours=24))

    _, found = hold(suspensions(1), small(Before(0, waiting), frozenset(mine), suspend=limit))

    assert held == bool(found)


def test_growing():
    """Shares of what grows are taken of what has grown: only a number adds up over small plans."""
    create = [Change(Phase.ACCOUNTS, "account_create", "chat", person_id=1)]

    assert not hold(create, small(Before(90), create=Limit(percent=50)))[1]
    assert hold(create, small(Before(90), create=Limit(percent=50, count=90)))[1]
    assert not hold(create, small(Before(89), create=Limit(count=90)))[1]


def test_names_of_others():
    """Of small plans only updates that changed a name count as such, once for each person."""
    renamed = [replace(update(userName="b"), person_id=each) for each in (1, 2, 3, 3)]
    known = Before(updates=[*renamed, replace(update(userName="a", title="y"), person_id=9)])
    mine = [replace(update(userName="c"), person_id=1)]

    assert not hold(mine, small(known, key_change=Limit(count=3)))[1]
    assert hold(mine, small(known, key_change=Limit(count=2)))[1]
