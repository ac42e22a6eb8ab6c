"""`sso-bridge password`."""

from __future__ import annotations

import json

from argon2 import PasswordHasher
from click.testing import CliRunner

from sso_bridge.commands.password import command


def test_hash():
    """The password that was typed twice fits the hash, and is not shown."""
    answer = CliRunner().invoke(command, ["--json"], input="correct horse\ncorrect horse\n")
    hashed = json.loads(answer.output[answer.output.index("{") :])["password"]

    assert PasswordHasher().verify(hashed, "correct horse")
    assert "horse" not in answer.output


def test_empty():
    """An empty password is no password."""
    assert 2 == CliRunner().invoke(command, ["--password", "  "]).exit_code
