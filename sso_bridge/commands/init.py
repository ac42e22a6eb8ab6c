"""`sso-bridge init`: from an empty folder to a bridge that can be served."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from sso_bridge.admin.tokens import SCOPES
from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.config import load
from sso_bridge.keys.vault import make_key
from sso_bridge.parts.bridge import Parts
from sso_bridge.settings_manual import example
from sso_bridge.store import schema

SETTINGS, KEY, CONFIGURATION = "bridge.toml", "key-encryption.key", "configuration.yaml"
FIRST_TOKEN_LIVES = timedelta(days=30)
EMPTY = """\
# What the bridge does. Check it with `sso-bridge config check`, see what would change with `sso-bridge config plan`,
# make it so with `sso-bridge config apply`.
workplaces: {}
platforms: {}
mappings: {}
groups: {}
guards: {}
hr_sources: {}
targets: {}
"""


class FolderTaken(Exception):
    """The folder holds a bridge already; nothing was changed."""

    code = "folder_taken"


@click.command("init", short_help="Make settings, keys and the first admin token.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--public-url",
    metavar="URL",
    default="http://localhost:8080",
    show_default=True,
    help="Where people will reach it.",
)
@click.option(
    "--database-url",
    metavar="URL",
    help="PostgreSQL instead of SQLite in DIR: postgresql://..., env:NAME or file:PATH.",
)
@output_option
@pass_context
def command(context: CommandContext, folder: Path, public_url: str, database_url: str | None, out: Output) -> None:
    """Write settings, keys, an empty configuration and the first admin token into DIR.

    The token is shown once.
    """
    values = {"public_url": public_url} | ({"database_url": database_url} if database_url else {})
    token = make(folder, values, context.actor)
    out.result(
        {"settings": str(folder / SETTINGS), "configuration": str(folder / CONFIGURATION), "token": token},
        f"Made {folder / SETTINGS}, {folder / KEY} and {folder / CONFIGURATION}.\n"
        f"Keep a copy of {KEY} in a safe place, apart from the backups of the database.\n\n"
        f"The first admin token, shown this once, good for {FIRST_TOKEN_LIVES.days} days:\n\n  {token}\n\n"
        f"Go on with: sso-bridge --settings {folder / SETTINGS} serve",
    )


def make(folder: Path, values: Mapping[str, Any], actor: str) -> str:
    """Make a bridge in the folder with these settings and return its first token; FolderTaken, OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken = [name for name in (SETTINGS, KEY, CONFIGURATION) if (folder / name).exists()]
    if taken:
        raise FolderTaken(f"{folder} has a {taken[0]} already; nothing was changed")
    written: list[Path] = []
    try:
        for name, text in ((SETTINGS, example(values)), (KEY, make_key() + "\n"), (CONFIGURATION, EMPTY)):
            written.append(folder / name)
            _write(folder / name, text)
        return _set_up(folder / SETTINGS, actor)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _set_up(settings: Path, actor: str) -> str:
    """Make the tables, the keys and the first token; return its text."""
    parts = Parts(load(settings))
    try:
        schema.upgrade(parts.store)
        with parts.store.writing():
            made = parts.keys.ensure()
            token, text = parts.tokens.create(
                "first", "owner", scopes=SCOPES, lifetime=FIRST_TOKEN_LIVES, created_by=actor
            )
            parts.audit.record(
                Event("bridge.set_up", actor, after={"keys": [key.kid for key in made]}),
                Event("token.created", actor, token.id, after={"name": token.name, "role": token.role}),
            )
    finally:
        parts.close()
    return text


def _write(path: Path, text: str) -> None:
    """Write a new file that only its owner may read, never one that is there already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
