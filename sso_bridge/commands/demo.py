"""`sso-bridge demo`: everything on embedded defaults, with a made-up company or your own HR files, in one command."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click

from sso_bridge.commands.called import again, near
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.config import PREFIX
from sso_bridge.demo.children import Children
from sso_bridge.demo.story import Story, Told, Wishes
from sso_bridge.demo.telling import Teller


@click.command("demo", short_help="A made-up company, imported, rolled out and served.")
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path(".demo"), show_default=True,
    help="Where everything is kept; made anew each time.",
)  # fmt: skip
@click.option("--keep", is_flag=True, help="Go on with what the folder holds instead of making it anew.")
@click.option(
    "--people",
    type=click.IntRange(1, 20_000),
    metavar="N",
    default=1000,
    show_default=True,
    help="Size of the company.",
)
@click.option(
    "--hr", "files", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Your own HR file instead of the made-up company; may be given more than once (people, units, leaves).",
)  # fmt: skip
@click.option(
    "--port",
    type=click.IntRange(1024, 65000),
    metavar="N",
    default=8080,
    show_default=True,
    help="Of the first address.",
)
@click.option("--json", "as_json", is_flag=True, help="Write addresses and logins as JSON when all is ready.")
@pass_context
def command(
    context: CommandContext, folder: Path, people: int, files: tuple[Path, ...], port: int, *, keep: bool, as_json: bool
) -> int:
    """Import, plan and roll out a company, then serve sign-in, portal and a platform until Ctrl-C.

    Everything stays on this machine and in one folder; variables SSO_BRIDGE_... are not read.
    """
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]  # a demo must never find the database of a real bridge
    folder = folder.absolute()
    files = tuple(path.absolute() for path in files)
    wishes = Wishes(folder, people, files, port, keep)
    teller = Teller(sys.stderr if as_json else None)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    with Children(folder / "log") as children:
        told = Story(wishes, children, teller, context.actor).tell()
        if as_json:
            click.echo(json.dumps(as_object(told, folder)))
        teller.say("", *(() if as_json else lines(told, folder)), "", "Ctrl-C stops everything.")
        try:
            while True:
                children.check()
                time.sleep(0.5)
        except KeyboardInterrupt:
            teller.say("", "Stopping ...")
    teller.say("Everything has stopped.")
    return 0


def as_object(told: Told, folder: Path) -> dict[str, object]:
    """Return the same for machines."""
    logins = [{"username": one.username, "password": one.password, "person": one.key} for one in told.logins]
    addresses = {"portal": told.at.bridge, "platform": told.at.square, "backstage": told.at.backstage}
    return {**addresses, "logins": logins, "token": told.token, "settings": str(folder / "bridge.toml")}


def lines(told: Told, folder: Path) -> Iterator[str]:
    """Yield where to click, who may, and what to try next."""
    yield f"The portal        {told.at.bridge}"
    yield f"A platform        {told.at.square}   (Town square: a relying party, accounts in a SCIM service)"
    yield f"Behind the scenes {told.at.backstage}   (plans, rollouts, traces; for the first login)"
    yield ""
    width = max(len(login.username) for login in told.logins)
    for login in told.logins:
        yield f"  {login.username.ljust(width)}  {login.password}"
        yield f"      {login.name}, {login.line}"
    here = Path.cwd()
    settings = shlex.quote(near(folder / "bridge.toml", here))
    command = f"{again(sys.argv[0], sys.executable, here, shutil.which)} --settings {settings}"
    yield ""
    yield "To try next, in another terminal, in this folder:"
    yield f"  {command} plan"
    yield f"  {command} explain {told.logins[-1].key}"
    yield f"  {command} trace --latest 5"
    yield f"  {command} doctor"
    yield ""
    yield f"The admin API is at {told.at.bridge}/admin/docs; its token for this demo:"
    yield f"  {told.token}"
