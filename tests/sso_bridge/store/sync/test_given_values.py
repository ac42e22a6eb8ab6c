"""Values that are given to one person for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from provisioners.fingerprint import of_account
from provisioners.ports import AccountShadow
from sso_bridge.store.sync.shadows import StoredShadows


@pytest.fixture
def shadows(store, clock):
    return StoredShadows(store, clock)


def test_once(shadows):
    """A value is one person's for ever, however it is written; other attributes and platforms have their own."""
    assert shadows.give("chat", "userName", "Ann", 1)
    assert shadows.give("chat", "userName", "ann", 1)
    assert not shadows.give("chat", "userName", "ANN", 2)
    assert shadows.give("chat", "badge", "ann", 2)
    assert shadows.give("wiki", "userName", "ann", 2)
    assert {"ANN": 1} == shadows.given("chat", "userName", ["ANN", "bea"])


def test_two_workers(store, clock):
    """PR-10: of two workers who give the same value at the same moment one succeeds, and both know which."""
    start = Barrier(8)

    def give(person):
        start.wait()
        return StoredShadows(store, clock).give("chat", "userName", "ann", person)

    with ThreadPoolExecutor(8) as pool:
        given = dict(enumerate(pool.map(give, range(1, 9)), start=1))

    (owner,) = [person for person, mine in given.items() if mine]
    assert {"ann": owner} == StoredShadows(store, clock).given("chat", "userName", ["ann"])


def test_choose(shadows):
    """At sign-in somebody gets what the account has, else what was given before, else the first that is free."""
    options = {"userName": ("ann", "ann2", "ann3")}
    shadows.give("chat", "userName", "ann", 1)

    assert {"userName": "ann2"} == shadows.choose("chat", 2, options)
    assert {"userName": "ann2"} == shadows.choose("chat", 2, options)
    assert {"userName": "ann"} == shadows.choose("chat", 1, options)
    values = {"userName": "ann3"}
    shadows.keep_account(AccountShadow("chat", 1, "r1", "active", "managed", "u", of_account("active", values), values))
    assert {"userName": "ann3"} == shadows.choose("chat", 1, options)


def test_none_left(shadows):
    """Where everything is somebody else's, nothing is chosen."""
    shadows.give("chat", "userName", "ann", 1)

    assert {} == shadows.choose("chat", 2, {"userName": ("Ann",)})
