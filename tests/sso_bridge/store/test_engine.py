"""The one way to open the database and to be in a transaction."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import StatementError

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.organisation import organisation, person
from tests.fakes.clock import FakeClock


def test_transactions_join(store: Store) -> None:
    """An inner transaction is lost together with the outer one."""

    def act() -> None:
        with store.writing() as outer:
            with store.writing() as inner:
                inner.execute(insert(organisation).values(id=1, version=1))
            assert inner is outer
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()

    with store.reading() as connection:
        assert 0 == connection.execute(select(func.count()).select_from(organisation)).scalar_one()


def test_writers_in_parallel(store: Store) -> None:
    """Writers that read before they write wait for each other instead of failing."""
    with store.writing() as connection:
        connection.execute(insert(organisation).values(id=1, version=0))

    def add() -> None:
        for _ in range(10):
            with store.writing() as connection:
                row = connection.execute(select(organisation).with_for_update()).one()
                connection.execute(organisation.update().values(version=row.version + 1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.reading() as connection:
        assert 40 == connection.execute(select(organisation.c.version)).scalar_one()


def test_moment_keeps_its_zone(store: Store, clock: FakeClock) -> None:
    """A moment comes back equal and with its zone; one without a zone is refused."""
    row = {"uuid": "u", "source": "s", "key": "k", "facts": {"a": [1, None]}, "digest": b"12345678", "strikes": 0}
    with store.writing() as connection:
        connection.execute(insert(person).values(**row, changed_at=clock.now))
        stored = connection.execute(select(person.c.changed_at, person.c.facts)).one()

    assert (clock.now, {"a": [1, None]}) == tuple(stored)
    with pytest.raises(StatementError, match="without a zone"), store.writing() as connection:
        connection.execute(insert(person).values(**row | {"key": "l"}, changed_at=datetime(2026, 1, 1)))  # noqa: DTZ001
