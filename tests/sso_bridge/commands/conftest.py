"""A bridge in a folder, and a command line to run on it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sso_bridge.cli import main
from sso_bridge.commands.context import CommandContext
from sso_bridge.keys.ring import KeyRing
from sso_bridge.keys.vault import Vault
from sso_bridge.settings_manual import example
from sso_bridge.store import schema
from sso_bridge.store.engine import Store
from tests.fakes.clock import FakeClock
from tests.fakes.keys import MadeKeys

Run = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, blank_database: str) -> Path:
    """A folder with settings, and a migrated database."""
    folder = tmp_path / "bridge"
    folder.mkdir()
    (folder / "bridge.toml").write_text(
        example({"public_url": "https://sso.example.org", "database_url": blank_database})
    )
    store = Store(blank_database)
    schema.upgrade(store)
    store.close()
    return folder


@pytest.fixture
def run(folder: Path, blank_database: str, vault: Vault, clock: FakeClock, made_keys: MadeKeys) -> Run:
    """Run a command as an operator would; parts that take long to make are brought along."""
    maker = made_keys.maker()

    def run(*words: str, **given: Any) -> Result:
        store = Store(blank_database)
        parts = {"store": store, "clock": clock, "keys": KeyRing(store, given.pop("vault", vault), clock, maker)}
        return CliRunner().invoke(main, words, obj=CommandContext(folder / "bridge.toml", **parts | given))

    run("db", "upgrade")
    return run


@pytest.fixture
def run_json(run: Run) -> Callable[..., Any]:
    """Run a command that must go well, and return what it tells machines."""

    def run_json(*words: str, **given: Any) -> Any:
        result = run(*words, "--json", **given)
        assert 0 == result.exit_code, result.output
        return json.loads(result.stdout)

    return run_json
