"""The command line as a whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from sso_bridge.cli import COMMANDS, main
from sso_bridge.commands.failure import sentence_for


def leaves(command: click.Command, words: tuple[str, ...] = ()):
    """Yield every command that does something."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from leaves(found, (*words, name))
    else:
        yield words, command


@pytest.mark.parametrize(
    ("words", "command"), [pytest.param(words, command, id="-".join(words)) for words, command in leaves(main)]
)
def test_every_command(words: tuple[str, ...], command: click.Command) -> None:
    """Every command has `--help` with a sentence, and `--json`."""
    result = CliRunner().invoke(main, [*words, "--help"])

    assert 0 == result.exit_code
    assert command.help
    assert "--json" in result.stdout


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("audit",),
        ("client",),
        ("config",),
        ("correlation",),
        ("db",),
        ("hr",),
        ("keys",),
        ("person",),
        ("token",),
        ("webhook",),
    ],
    ids=str,
)
def test_lists_of_commands(words: tuple[str, ...]) -> None:
    """Each command is told in a sentence that fits its line: none is cut off."""
    lines = CliRunner().invoke(main, [*words, "--help"]).stdout.split("Commands:")[1].strip().splitlines()

    assert [] == [line for line in lines if not line.endswith(".") or line.endswith("...")]


def test_options_say_what_they_take() -> None:
    """No option shows the name of a type where a person expects a word."""
    for words, _ in leaves(main):
        text = CliRunner().invoke(main, [*words, "--help"]).stdout
        assert not {"INTEGER RANGE", "INTEGER", "%Y"} & set(re.findall(r"INTEGER RANGE|INTEGER|%Y", text)), words


def test_table_is_complete() -> None:
    """Each name in the table is the name of its command."""
    for name in COMMANDS:
        assert name == main.get_command(click.Context(main), name).name


def test_unknown_command() -> None:
    """Wrong use is exit status 2."""
    assert 2 == CliRunner().invoke(main, ["fly"]).exit_code


def test_no_settings(tmp_path: Path) -> None:
    """Without a settings file the sentence says how to make one."""
    result = CliRunner().invoke(main, ["--settings", str(tmp_path / "none.toml"), "db", "status"])

    assert (2, True) == (result.exit_code, "sso-bridge init DIR" in result.stderr)


def test_wrong_settings(tmp_path: Path) -> None:
    """All mistakes in the settings are told, as JSON on request, without a traceback."""
    (tmp_path / "bridge.toml").write_text("public_url = 'x'\nthreads = 0\n")
    words = ["--settings", str(tmp_path / "bridge.toml"), "db", "status"]

    people = CliRunner().invoke(main, words)
    machines = CliRunner().invoke(main, [*words, "--json"])

    assert (1, 1) == (people.exit_code, machines.exit_code)
    assert "Traceback" not in people.output
    told = json.loads(machines.stderr)
    assert "settings_wrong" == told["error"]
    assert {"public_url", "threads"} == {line.partition(":")[0] for line in told["message"].splitlines()}


def test_debug(tmp_path: Path) -> None:
    """`--debug` shows where an error came from."""
    (tmp_path / "bridge.toml").write_text("")
    result = CliRunner().invoke(main, ["--debug", "--settings", str(tmp_path / "bridge.toml"), "db", "status"])

    assert "SettingsWrong" == type(result.exception).__name__


def test_unexpected_error() -> None:
    """AD-12: an error nobody foresaw is a sentence without its text, which could hold anything."""
    told = sentence_for(RuntimeError("hunter2"), as_json=False)

    assert ("hunter2" in told, "RuntimeError" in told) == (False, True)
