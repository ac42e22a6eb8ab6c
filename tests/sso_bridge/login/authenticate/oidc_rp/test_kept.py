"""The last good copy."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.oidc_rp.kept import REST, Kept


class Source:
    """Counts readings; down when told so."""

    def __init__(self) -> None:
        self.readings, self.down = 0, False

    def read(self, _before: object) -> list[int]:
        self.readings += 1
        if self.down:
            raise WorkplaceDown("no answer")
        return [self.readings]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def kept(source, clock) -> Kept[list[int]]:
    return Kept("thing", source.read, clock, timedelta(minutes=10))


def test_read_once_until_it_is_old(kept, source, clock):
    """A fresh copy is not read again."""
    first = kept.now()
    clock.move(minutes=9)
    same = kept.now()
    clock.move(minutes=1)

    assert ([1], [1], [2]) == (first, same, kept.now())


def test_outage(kept, source, clock):
    """The last good copy stays in use while the provider is down, which is asked only now and then (TM-02)."""
    kept.now()
    source.down = True
    clock.move(hours=5)

    said = [kept.now() for _ in range(20)]
    asked = source.readings
    clock.move(seconds=REST.total_seconds())
    kept.now()

    assert [[1]] * 20 == said
    assert (2, 3) == (asked, source.readings)
    source.down = False
    clock.move(seconds=REST.total_seconds())
    assert [4] == kept.now()


def test_never_answered(kept, source, clock):
    """Without any copy the cause is told at once to everybody, and the provider is left alone for a moment."""
    source.down = True
    for _ in range(5):
        with pytest.raises(WorkplaceDown, match="no answer"):
            kept.now()

    assert 1 == source.readings
    clock.move(seconds=REST.total_seconds())
    source.down = False
    assert [2] == kept.now()


def test_newer_than(kept, source):
    """Whoever missed something reads again, unless somebody else has done so meanwhile or it is not allowed."""
    first = kept.now()
    second = kept.after(first)

    assert second is kept.after(first)
    assert second is kept.after(second, lambda: False)
    assert 2 == source.readings


def test_no_newer_copy_to_be_had(kept, source):
    """A failed look changes nothing."""
    first = kept.now()
    source.down = True

    assert first is kept.after(first)


def test_one_reads_for_all(clock):
    """Eight threads that need the first copy cause one reading, and eight that miss the same thing one more."""
    readings, begun, go = [], Barrier(8), Event()

    def read(_before: object) -> object:
        go.wait(5)
        readings.append(1)
        return object()

    kept = Kept("thing", read, clock, timedelta(minutes=10))

    def first(_: int) -> object:
        begun.wait(5)
        return kept.now()

    with ThreadPoolExecutor(8) as threads:
        waiting = threads.map(first, range(8))
        go.set()
        copies = list(waiting)
        newer = list(threads.map(lambda _: kept.after(copies[0]), range(8)))

    assert (1, 1) == (len(set(copies)), len(set(newer)))
    assert 2 == len(readings)


def test_others_use_the_old_copy_meanwhile(clock):
    """While one thread reads an old copy again, the others go on with it."""
    inside, go = Event(), Event()

    def read(before: object) -> str:
        if before is not None:
            inside.set()
            go.wait(5)
        return "new" if before else "old"

    kept = Kept("thing", read, clock, timedelta(minutes=10))
    kept.now()
    clock.move(minutes=11)
    with ThreadPoolExecutor(1) as thread:
        slow = thread.submit(kept.now)
        inside.wait(5)
        meanwhile = kept.now()
        go.set()

    assert ("old", "new") == (meanwhile, slow.result())
