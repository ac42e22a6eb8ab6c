"""Messages that count once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sso_bridge.login.once import FirstTime
from sso_bridge.store.sign_in.throttle import Throttle


@pytest.fixture
def once(store, clock) -> FirstTime:
    return FirstTime(Throttle(store), clock)


def test_once_until_it_cannot_be_used(once, clock):
    """A message counts once for as long as it could be used; other messages and other workplaces are others (SP-21)."""
    until = clock() + timedelta(minutes=2)

    first = once.first("adfs", "_1", until)
    clock.move(seconds=119)
    again = once.first("adfs", "_1", until)

    assert (True, False) == (first, again)
    assert once.first("adfs", "_2", until)
    assert once.first("other", "_1", until)


def test_several_in_one(once, clock):
    """Several marks of one message count together: one that was seen is enough to refuse (SP-21)."""
    until = clock() + timedelta(minutes=2)

    assert once.first("adfs", "_1", until, "request-1")
    assert not once.first("adfs", "_2", until, "request-1")
    assert not once.first("adfs", "_1", until, "request-2")
    assert once.first("adfs", "_3", until, "request-3")


def test_eight_at_the_same_moment(once, clock):
    """Of eight threads that bring the same message one is first (SP-21)."""
    until = clock() + timedelta(minutes=2)
    with ThreadPoolExecutor(8) as threads:
        said = list(threads.map(lambda _: once.first("adfs", "_1", until), range(8)))

    assert 1 == said.count(True)


def test_valid_for_too_long(once, clock):
    """A message that could be used after it was forgotten never counts (SP-21)."""
    assert not once.first("adfs", "_1", clock() + timedelta(days=1))
