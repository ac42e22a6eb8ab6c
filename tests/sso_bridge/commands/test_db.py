"""`sso-bridge db`."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from sso_bridge.cli import main
from sso_bridge.settings_manual import example


def test_up_to_date(run, run_json) -> None:
    """On a current database both commands say so, and nothing is made twice."""
    assert run_json("db", "status")["up_to_date"]
    again = run_json("db", "upgrade")
    assert (again["now"], 0) == (again["before"], again["keys_made"])


def test_empty_database(tmp_path: Path, blank_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty database fails `status`, and every command that needs tables says what to do."""
    monkeypatch.setenv("KEY", "A" * 43 + "=")
    values = {"public_url": "https://sso.example.org", "database_url": blank_database, "key_encryption_key": "env:KEY"}
    (tmp_path / "bridge.toml").write_text(example(values))
    settings = ["--settings", str(tmp_path / "bridge.toml")]

    status = CliRunner().invoke(main, [*settings, "db", "status"])
    tokens = CliRunner().invoke(main, [*settings, "token", "list"])

    assert (1, 1) == (status.exit_code, tokens.exit_code)
    assert "run sso-bridge db upgrade" in status.stdout
    assert "run: sso-bridge db upgrade" in tokens.stderr
    assert 0 == CliRunner().invoke(main, [*settings, "db", "upgrade"]).exit_code
    assert "database.upgraded" in CliRunner().invoke(main, [*settings, "audit", "export"]).stdout


def test_unreachable_database(tmp_path: Path) -> None:
    """A database that does not answer is a sentence, without the password."""
    values = {"public_url": "https://sso.example.org", "database_url": "postgresql://u:hunter2@127.0.0.1:1/d"}
    (tmp_path / "bridge.toml").write_text(example(values))

    failed = CliRunner().invoke(main, ["--settings", str(tmp_path / "bridge.toml"), "db", "status"])

    assert (1, True) == (failed.exit_code, failed.stderr.startswith("Error: the database cannot be used"))
    assert "hunter2" not in failed.output
