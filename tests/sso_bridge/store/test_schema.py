"""Bringing a database up to date."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from sso_bridge.store.engine import Store
from sso_bridge.store.migrations.draft import draft
from sso_bridge.store.schema import SchemaOutdated, check_current, newest, status, upgrade
from sso_bridge.store.tables import metadata


@pytest.fixture
def blank(blank_database: str) -> Iterator[Store]:
    """An open database without tables."""
    store = Store(blank_database)
    yield store
    store.close()


def test_migrated_is_as_declared(blank: Store) -> None:
    """The steps lead to exactly the tables that the code declares; if not, run `python -m ...migrations.draft`."""
    upgrade(blank)

    with blank.reading() as connection:
        assert [] == compare_metadata(MigrationContext.configure(connection), metadata)
        assert {*metadata.tables, "alembic_version"} == set(inspect(connection).get_table_names())


def test_draft_names_all_tables() -> None:
    """The draft of the first revision makes every table that the code declares."""
    written = draft()

    assert all(f'"{name}"' in written or f"'{name}'" in written for name in metadata.tables)
    assert "Moment" not in written


def test_status(blank: Store) -> None:
    """An empty database is not up to date, an upgraded one is, and upgrading again does nothing."""
    assert ("", newest()) == (status(blank).current, status(blank).newest)
    with pytest.raises(SchemaOutdated, match="db upgrade"):
        check_current(blank, newest())

    assert not upgrade(blank).up_to_date
    assert upgrade(blank).up_to_date

    assert status(blank).up_to_date
    check_current(blank, newest())


def test_made_by_a_newer_version(blank: Store) -> None:
    """A database of a newer version is left alone."""
    upgrade(blank)
    with blank.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaOutdated, match="newer"):
        upgrade(blank)
