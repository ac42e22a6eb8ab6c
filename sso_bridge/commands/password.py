"""`sso-bridge password`: the hash of a password, for the file of a `file` workplace."""

from __future__ import annotations

import click

from sso_bridge.commands.output import Output, output_option
from sso_bridge.login.authenticate.password_file import hash_password


@click.command("password", short_help="Make a password hash for the users file.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@output_option
def command(password: str, out: Output) -> None:
    """Ask for a password and show the argon2id hash to write into the users file."""
    if not password.strip():
        raise click.UsageError("An empty password cannot be used.")
    hashed = hash_password(password)
    out.result({"password": hashed}, hashed)
