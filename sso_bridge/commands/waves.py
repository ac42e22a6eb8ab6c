"""`sso-bridge waves`: who is in which wave of a platform, and how many have an account."""

from __future__ import annotations

import click

from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.communities.waves import NoWaves


@click.command("waves", short_help="Count the people of each wave of a platform.")
@click.argument("platform")
@output_option
@pass_context
def command(context: CommandContext, platform: str, out: Output) -> None:
    """Count, for each wave of PLATFORM in order, its people and those of them who have an account.

    The last line, without a name, is about people whom no wave takes.
    """
    try:
        found = context.parts.waves.of(platform)
    except NoWaves as error:
        raise click.UsageError(f"{error}.") from None
    rows = [
        {"wave": one.name, "open": "yes" if one.is_open else "no", "people": one.people, "accounts": one.accounts}
        for one in found
    ]
    out.rows(rows, "There are no waves.")
