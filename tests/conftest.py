"""Fixtures for all tests: a fresh database, a clock that stands still, keys, the audit trail.

The whole suite runs on SQLite; with `SSO_BRIDGE_TEST_DATABASE=postgresql://...` (a role that may create
databases) it runs on PostgreSQL, in a database of its own per test process, emptied between tests. With
`--only-database` it is cut down to the tests that reach a database through these fixtures: the others would do the
same twice.
"""

from __future__ import annotations

import gc
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault, make_key
from sso_bridge.store.administration.audit import AuditLog
from sso_bridge.store.engine import Store
from sso_bridge.store.tables import metadata
from tests.fakes.clock import FakeClock
from tests.fakes.keys import MadeKeys

pytest_plugins = ("tests.lab.fixtures", "tests.architecture.witness")

SERVER = os.environ.get("SSO_BRIDGE_TEST_DATABASE", "")
DATABASES = frozenset({"blank_database", "empty_database"})
"""All fixtures that give a database are made from these."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take `--only-database`."""
    parser.addoption("--only-database", action="store_true", help="Only tests that use the database of the fixtures.")


def pytest_collection_finish() -> None:
    """Let the collector pass over what was imported: looking at it again and again takes a fifth of the whole run."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what reaches a database, directly or through other fixtures; tell how much was left out."""
    if not config.getoption("--only-database"):
        return
    kept = [item for item in items if DATABASES & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


@pytest.fixture
def clock() -> FakeClock:
    """Monday 2 November 2026, 9:00 UTC, until moved."""
    return FakeClock()


@contextmanager
def new_database(folder: Path) -> Iterator[str]:
    """Give the address of a new database without tables; it is gone afterwards."""
    if not SERVER:
        yield f"sqlite:///{folder / 'new.db'}"
        return
    name = f"sso_bridge_test_{secrets.token_hex(6)}"
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(SERVER, autocommit=True) as server:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def blank_database(tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    with new_database(tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database with all tables and no rows, made once per test process."""
    with new_database(tmp_path_factory.mktemp("database")) as address:
        _create_tables(address)
        yield address


@pytest.fixture
def database_url(empty_database: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database with all tables and no rows, for this test alone."""
    if SERVER:
        yield empty_database
        _empty(empty_database)
        return
    copy = tmp_path / "bridge.db"
    shutil.copyfile(make_url(empty_database).database or "", copy)
    yield f"sqlite:///{copy}"


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open, empty database."""
    opened = Store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def vault() -> Vault:
    """A vault with a key of its own."""
    return Vault(make_key())


@pytest.fixture(scope="session")
def made_keys() -> MadeKeys:
    """Key pairs that all tests of this process share."""
    return MadeKeys()


@pytest.fixture
def keys(store: Store, vault: Vault, clock: FakeClock, made_keys: MadeKeys) -> KeyRing:
    """A ring with a current key for every purpose."""
    ring = KeyRing(store, vault, clock, made_keys.maker())
    ring.ensure()
    return ring


@pytest.fixture
def audit(store: Store, clock: FakeClock) -> AuditLog:
    """The audit trail of the test's database."""
    return AuditLog(store, clock)


def _create_tables(address: str) -> None:
    store = Store(address)
    with store.writing() as connection:
        metadata.create_all(connection)
    with store.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def _empty(address: str) -> None:
    """Empty the tables that have rows, and begin to count anew: to truncate all of them takes a quarter of a second."""
    tables = list(reversed(metadata.sorted_tables))
    filled = " UNION ALL ".join(f"SELECT '{one.name}' WHERE EXISTS (SELECT FROM \"{one.name}\")" for one in tables)  # noqa: S608
    counted = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
    store = Store(address)
    with store.writing() as connection:
        used = set(connection.execute(text(filled)).scalars())
        for table in tables:
            if table.name in used:
                connection.execute(table.delete())
        for sequence in connection.execute(text(counted)).scalars().all():
            connection.execute(text(f'ALTER SEQUENCE "{sequence}" RESTART'))
    store.close()
