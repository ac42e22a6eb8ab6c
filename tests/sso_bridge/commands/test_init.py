"""`sso-bridge init`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from sso_bridge.cli import main
from sso_bridge.config import load
from sso_bridge.parts.bridge import Parts


def init(folder: Path, *more: str):
    """Run the command."""
    return CliRunner().invoke(main, ["init", str(folder), *more])


def test_from_nothing(tmp_path: Path, blank_database: str) -> None:
    """AD-09: one command makes a bridge that is ready, and a first token that works; there is no default one."""
    result = init(tmp_path / "new" / "bridge", "--database-url", blank_database, "--json")

    made = json.loads(result.stdout)
    parts = Parts(load(Path(made["settings"])))
    try:
        for check in parts.checks.values():
            check()
        token = parts.tokens.check(made["token"])
        assert token is not None
        assert ("owner", ("admin", "hr", "scim")) == (token.role, token.scopes)
        assert ["bridge.set_up", "token.created"] == [record.what for record in parts.audit.records()]
        assert parts.checkpoints.verify().sound
    finally:
        parts.close()


def test_token_is_nowhere(tmp_path: Path) -> None:
    """AD-05, CR-04: the token is in no file, and no file is for others to read."""
    made = json.loads(init(tmp_path / "bridge", "--json").stdout)

    for path in (tmp_path / "bridge").iterdir():
        assert made["token"].encode() not in path.read_bytes()
    for name in ("bridge.toml", "key-encryption.key", "configuration.yaml"):
        assert 0o600 == stat.S_IMODE((tmp_path / "bridge" / name).stat().st_mode)
    assert 0o700 == stat.S_IMODE((tmp_path / "bridge").stat().st_mode)


@pytest.mark.parametrize("name", ["bridge.toml", "key-encryption.key", "configuration.yaml"])
def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    """A folder that holds a bridge is left as it is."""
    (tmp_path / name).write_text("mine")

    result = init(tmp_path)

    assert (1, "mine") == (result.exit_code, (tmp_path / name).read_text())
    assert "nothing was changed" in result.stderr


def test_failure_leaves_nothing(tmp_path: Path) -> None:
    """When the database cannot be made, no half bridge stays behind, and init can be run again."""
    result = init(tmp_path / "bridge", "--database-url", "postgresql://u@127.0.0.1:1/d")

    assert 1 == result.exit_code
    assert [] == list((tmp_path / "bridge").iterdir())


def test_wrong_address(tmp_path: Path) -> None:
    """A public address that is not secure is told in a sentence."""
    result = init(tmp_path / "bridge", "--public-url", "http://sso.example.org")

    assert (1, True) == (result.exit_code, "https://" in result.stderr)
