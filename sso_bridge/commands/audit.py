"""`sso-bridge audit`: is it as it was written, and out with it (AD-11)."""

from __future__ import annotations

from typing import TextIO

import click

from sso_bridge.audit.export import csv_lines, json_lines
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option


@click.group("audit")
def command() -> None:
    """Verify and export the record of every act."""


@command.command("verify", short_help="Walk the whole chain, name the first broken record.")
@click.option("--checkpoint", default="", metavar="NUMBER:DIGEST", help="A checkpoint kept elsewhere, as in the log.")
@output_option
@pass_context
@click.pass_context
def verify(ctx: click.Context, context: CommandContext, checkpoint: str, out: Output) -> None:
    """Walk the whole chain and name the first broken record; exit status 1 when there is one."""
    try:
        verdict = context.parts.checkpoints.verify(checkpoint)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    facts = {
        "records": verdict.records,
        "checkpoints": verdict.checkpoints,
        "sound": verdict.sound,
        "broken": verdict.broken,
        "reason": verdict.reason,
    }
    good = f"{verdict.records} records and {verdict.checkpoints} signed checkpoints: all as they were written."
    out.result(facts, good if verdict.sound else f"Broken at record {verdict.broken}: {verdict.reason}.")
    ctx.exit(0 if verdict.sound else 1)


@command.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--after", type=click.IntRange(0), metavar="N", default=0, help="Only records with a higher number.")
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=False), default="-", help="A file instead of the screen."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format jsonl.")
@pass_context
def export(context: CommandContext, form: str, after: int, output: TextIO, *, as_json: bool) -> None:
    """Write the records, one per line."""
    records = context.parts.audit.records(after)
    output.writelines(json_lines(records) if as_json or form == "jsonl" else csv_lines(records))
