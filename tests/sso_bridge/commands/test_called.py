"""What is printed to be typed works where it is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from sso_bridge.commands.called import again


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """A checkout whose environment has the program; the folder with the programs."""
    programs = tmp_path / "my bridge" / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("sso-bridge", "python"):
        (programs / name).touch(mode=0o755)
    return programs


def test_from_the_checkout(venv: Path) -> None:
    """Not on PATH: the path from the folder one stands in, or the whole one."""
    here, program = venv.parent.parent, str(venv / "sso-bridge")

    assert ".venv/bin/sso-bridge" == again(program, str(venv / "python"), here, lambda _name: None)
    assert f"'{program}'" == again(program, str(venv / "python"), Path("/srv"), lambda _name: "/usr/bin/env")


def test_on_the_path(venv: Path) -> None:
    """On PATH, and the same one: the plain name."""
    program = str(venv / "sso-bridge")

    assert "sso-bridge" == again(program, str(venv / "python"), venv, lambda _name: program)


def test_as_a_module(venv: Path) -> None:
    """Started by `python -m`: the program beside the interpreter, or the same way again."""
    here = venv.parent.parent
    module = "/lib/sso_bridge/cli.py"
    assert ".venv/bin/sso-bridge" == again(module, str(venv / "python"), here, lambda _name: None)

    (venv / "sso-bridge").unlink()
    assert ".venv/bin/python -m sso_bridge.cli" == again(module, str(venv / "python"), here, lambda _name: None)
