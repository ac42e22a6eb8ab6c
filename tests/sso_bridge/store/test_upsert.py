"""Insert-or-something on both databases."""

from __future__ import annotations

from sqlalchemy import select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.organisation import organisation
from sso_bridge.store.upsert import insert_new, upsert


def test_insert_new(store: Store) -> None:
    """A row whose key is taken is left as it was."""
    with store.writing() as connection:
        insert_new(connection, organisation, {"id": 1, "version": 1})
        insert_new(connection, organisation, [{"id": 1, "version": 2}, {"id": 2, "version": 2}])
        insert_new(connection, organisation, [])

        assert [(1, 1), (2, 2)] == [tuple(row) for row in connection.execute(select(organisation).order_by("id"))]


def test_upsert(store: Store) -> None:
    """A row whose key is taken gets the new values."""
    with store.writing() as connection:
        upsert(connection, organisation, {"id": 1, "version": 1}, keys=["id"])
        upsert(connection, organisation, [{"id": 1, "version": 5}, {"id": 2, "version": 2}], keys=["id"])
        upsert(connection, organisation, [], keys=["id"])

        assert [(1, 5), (2, 2)] == [tuple(row) for row in connection.execute(select(organisation).order_by("id"))]
