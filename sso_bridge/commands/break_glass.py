"""`sso-bridge break-glass`: sealed local administrators for emergencies (AD-09). Only on the machine itself."""

from __future__ import annotations

import click

from sso_bridge.break_glass.sealing import Envelope, Sealing
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option


@click.group("break-glass")
def command() -> None:
    """Make, renew and remove sealed administrators for emergencies."""


@command.command("create", short_help="Make an account; show password and key this once.")
@click.argument("name")
@output_option
@pass_context
def create(context: CommandContext, name: str, out: Output) -> None:
    """Make the account NAME, and show its password and the key of its authenticator app this once."""
    _show(_sealing(context).create(name, context.actor), out)


@command.command("renew", short_help="Seal an account anew, after it was used.")
@click.argument("name")
@output_option
@pass_context
def renew(context: CommandContext, name: str, out: Output) -> None:
    """Seal the account NAME anew: another password, another key, open again."""
    _show(_sealing(context).renew(name, context.actor), out)


@command.command("list", short_help="List the accounts, and which were used.")
@output_option
@pass_context
def show(context: CommandContext, out: Output) -> None:
    """List the accounts: sealed, broken (used less than a day ago) or closed."""
    now = context.parts.clock()
    rows = [
        {"name": one.name, "state": one.state(now), "sealed_at": one.sealed_at, "sealed_by": one.sealed_by,
         "broken_at": one.broken_at}
        for one in context.parts.break_glass_accounts.all()
    ]  # fmt: skip
    out.rows(rows, "There are no break-glass accounts.")


@command.command("remove", short_help="Remove an account.")
@click.argument("name")
@output_option
@pass_context
def remove(context: CommandContext, name: str, out: Output) -> None:
    """Remove the account NAME."""
    _sealing(context).remove(name, context.actor)
    out.result({"name": name, "state": "removed"}, f"{name} is removed.")


def _sealing(context: CommandContext) -> Sealing:
    return context.parts.sealing


def _show(envelope: Envelope, out: Output) -> None:
    out.result(
        {"name": envelope.name, "password": envelope.password, "secret": envelope.secret, "address": envelope.address},
        f"Shown this once. Print it, seal it in an envelope, and put it in a safe:\n\n"
        f"  name      {envelope.name}\n  password  {envelope.password}\n  app key   {envelope.secret}\n\n"
        f"For an app that takes addresses: {envelope.address}\n"
        "Sign in at /login/break-glass. After the first use run `sso-bridge break-glass renew` within 24 hours.",
    )
