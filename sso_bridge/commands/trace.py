"""`sso-bridge trace`: both legs of one sign-in, by the words that people read to you from an error page."""

from __future__ import annotations

import click

from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.plan import Names
from sso_bridge.commands.traces import as_json, row, told
from sso_bridge.store.sign_in.traces import Traces


class NoSuchTrace(Exception):
    """No sign-in was recorded under these words."""

    code = "no_such_trace"
    hint = "`sso-bridge trace --latest 20` lists the newest; traces are deleted after some time"


@click.command("trace", short_help="Show what happened at a sign-in.")
@click.argument("reference", required=False)
@click.option("--latest", type=click.IntRange(1, 1000), metavar="N", help="List the newest N sign-ins instead.")
@click.option("--platform", metavar="NAME", default="", help="With --latest: only sign-ins for this platform.")
@output_option
@pass_context
def command(context: CommandContext, reference: str | None, latest: int | None, platform: str, out: Output) -> None:
    """Show what happened at the sign-in with this REFERENCE (four words), between platform, bridge and workplace."""
    if (reference is None) == (latest is None):
        raise click.UsageError("Give a reference, or --latest N.")
    traces, names = Traces(context.parts.store), Names(context.parts.people)
    if reference is None:
        found = list(traces.latest(latest or 1, platform=platform))
        if out.as_json:
            out.rows([as_json(record) for record in found], "")
        else:
            out.rows([row(record, names) for record in found], "No sign-in was recorded yet.")
        return
    record = traces.get(reference.replace(" ", "-"))
    if record is None:
        raise NoSuchTrace("no sign-in has this reference")
    out.result(as_json(record), "\n".join(told(record, names)))
