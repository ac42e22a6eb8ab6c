"""`sso-bridge worker`: runs queued and scheduled work until told to stop."""

from __future__ import annotations

from datetime import time

import click

from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.stopping import stopping
from sso_bridge.log import set_up
from sso_bridge.store import schema


@click.command("worker", short_help="Carry out runs, queued jobs and the nightly sync.")
@click.option(
    "--threads",
    type=click.IntRange(1, 64),
    metavar="N",
    default=8,
    show_default=True,
    help="Calls at once per platform.",
)
@output_option
@pass_context
def command(context: CommandContext, threads: int, out: Output) -> None:
    """Carry out open runs, queued jobs and the nightly sync; run any number, on any number of machines.

    Ctrl-C and SIGTERM end it gracefully. A worker that dies leaves nothing undone: the others take over.
    """
    settings, parts = context.settings, context.parts
    set_up("json" if out.as_json else settings.log_format, settings.log_level)
    schema.check_current(parts.store, schema.newest())
    nightly = time.fromisoformat(settings.nightly_sync) if settings.nightly_sync else None
    worker = parts.crew.worker(nightly=nightly, zones=lambda: parts.zones().names, threads=threads)
    if not out.as_json:
        click.echo(f"Working as {worker.name}. Ctrl-C stops it.", err=True)
    with stopping(worker):
        worker.run()
