"""Workers leave a sign of life."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from sso_bridge.store.queue.presence import Presence


@pytest.fixture
def list_of(store, clock):
    """Look at the list of workers."""
    return Presence(store, clock)


def test_seen(store, clock, list_of):
    """Each worker is on the list with when it began, when it was seen and what it does, the last seen first."""
    Presence(store, clock).note("one", "waits for work")
    clock.move(minutes=1)
    Presence(store, clock).note("two", "sync, job 7")

    assert [("two", "sync, job 7"), ("one", "waits for work")] == [(one.name, one.doing) for one in list_of.all()]


def test_killed(store, clock, list_of):
    """A worker that was not seen for five minutes does not run; after a day it is forgotten."""
    mine, other = Presence(store, clock), Presence(store, clock)
    mine.note("killed", "sync, job 7")
    clock.move(minutes=5)
    other.note("alive", "waits for work")

    assert ["alive"] == [one.name for one in list_of.running()]
    assert ["alive", "killed"] == [one.name for one in list_of.all()]
    clock.move(days=1)
    other.note("alive", "waits for work")
    assert ["alive"] == [one.name for one in list_of.all()]


def test_ended(store, clock, list_of):
    """A worker that ends takes itself off the list."""
    mine = Presence(store, clock)
    mine.note("one", "waits for work")
    mine.gone("one")

    assert () == list_of.all()


def test_written_seldom(store, clock):
    """A worker that only waits writes every fifteen seconds; what it does is written at once."""
    mine, written = Presence(store, clock), []
    event.listen(store.engine, "commit", lambda _connection: written.append(1))
    for _ in range(8):
        mine.note("one", "waits for work")
        clock.move(seconds=4)
    mine.note("one", "sync, job 7")

    assert 3 == len(written)
