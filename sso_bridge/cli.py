"""`sso-bridge`: the table of commands. Each lives in a file of its own below `commands/`, loaded when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from sso_bridge.commands.context import CommandContext
from sso_bridge.commands.failure import sentence_for
from sso_bridge.log import set_up

COMMANDS = {
    "audit": "audit",
    "break-glass": "break_glass",
    "client": "client",
    "config": "config",
    "correlation": "correlation",
    "db": "db",
    "demo": "demo",
    "doctor": "doctor",
    "explain": "explain",
    "groups": "groups",
    "hr": "hr",
    "init": "init",
    "keys": "keys",
    "password": "password",
    "person": "person",
    "plan": "plan",
    "rollback": "rollback",
    "rollout": "rollout",
    "serve": "serve",
    "token": "token",
    "trace": "trace",
    "waves": "waves",
    "webhook": "webhook",
    "worker": "worker",
    "workplace": "workplace",
}
"""Name of the command -> module in `sso_bridge.commands`, whose `command` it is."""


class Commands(click.Group):
    """Loads a command when it is needed; turns every failure into one sentence and an exit status."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names, for `--help`."""
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return the command of that name."""
        if name not in COMMANDS:
            return None
        command = import_module(f"sso_bridge.commands.{COMMANDS[name]}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"sso_bridge.commands.{COMMANDS[name]} has no command")
        return command

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Run, and leave with 0, 1 (failed) or 2 (wrong usage)."""
        words = list(sys.argv[1:] if args is None else args)
        extra["standalone_mode"] = False
        try:
            status = super().main(words, *rest, **extra)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except (click.Abort, KeyboardInterrupt):
            click.echo("Stopped.", err=True)
            sys.exit(1)
        except Exception as error:
            if "--debug" in words:
                raise
            click.echo(sentence_for(error, as_json="--json" in words), err=True)
            sys.exit(1)
        sys.exit(status if isinstance(status, int) else 0)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sso-bridge")
@click.option(
    "--settings",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("bridge.toml"),
    envvar="SSO_BRIDGE_SETTINGS",
    show_default=True,
    help="The settings file (variable SSO_BRIDGE_SETTINGS).",
)
@click.option("--reason", metavar="TEXT", default="", help="Why, or the ticket: what you do is audited with it.")
@click.option("--debug", is_flag=True, help="Show where in the program an error came from.")
@click.pass_context
def main(ctx: click.Context, settings: Path, reason: str, *, debug: bool) -> None:
    """One sign-in at work, an account on every community platform that follows the HR org chart."""
    del debug  # read in `Commands.main`, where errors end
    if not isinstance(ctx.obj, CommandContext):
        os.umask(0o077)  # what we write is for nobody else
        set_up("text", "warning")
        ctx.obj = CommandContext(settings)
    ctx.obj.state(reason)
    ctx.call_on_close(ctx.obj.close)


if __name__ == "__main__":
    main()
