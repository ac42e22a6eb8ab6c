"""`sso-bridge audit`: is it as it was written, and out with it (AD-11)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TextIO

import click

from sso_bridge.audit.events import Event
from sso_bridge.audit.export import csv_lines, json_lines
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.store.administration.audit import Wanted

MOMENT = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])


@click.group("audit")
def command() -> None:
    """Verify and export the record of every act."""


@command.command("verify", short_help="Walk the whole chain, name the first broken record.")
@click.option("--recent", is_flag=True, help="Only what came after the newest checkpoint.")
@click.option("--checkpoint", default="", metavar="NUMBER:DIGEST", help="A checkpoint kept elsewhere, as in the log.")
@output_option
@pass_context
@click.pass_context
def verify(ctx: click.Context, context: CommandContext, checkpoint: str, out: Output, *, recent: bool) -> None:
    """Walk the whole chain and name the first broken record; exit status 1 when there is one."""
    try:
        verdict = context.parts.checkpoints.verify(checkpoint, recent=recent)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    facts = {
        "records": verdict.records,
        "checkpoints": verdict.checkpoints,
        "begins_after": verdict.begins_after,
        "redacted": verdict.redacted,
        "sound": verdict.sound,
        "broken": verdict.broken,
        "reason": verdict.reason,
    }
    since = f" after record {verdict.begins_after}" if verdict.begins_after else ""
    walked = verdict.records - verdict.begins_after
    good = f"{walked} records{since} and {verdict.checkpoints} signed checkpoints: all as they were written."
    out.result(facts, good if verdict.sound else f"Broken at record {verdict.broken}: {verdict.reason}.")
    ctx.exit(0 if verdict.sound else 1)


@command.command("export")
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--after", type=click.IntRange(0), metavar="N", default=0, help="Only records with a higher number.")
@click.option("--what", default="", metavar="ACT", help="Only this act, or acts that begin so, as `plan.`.")
@click.option("--actor", default="", metavar="WHO", help="Only what this one did, as person:UUID.")
@click.option("--target", default="", metavar="WHAT", help="Only what was done to this, as platform:chat.")
@click.option("--reference", default="", metavar="WORDS", help="Only what belongs to this trace, run or request.")
@click.option("--since", type=MOMENT, metavar="DATE", help="Only records of that moment or later, in UTC.")
@click.option("--until", type=MOMENT, metavar="DATE", help="Only records of before that moment, in UTC.")
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=False), default="-", help="A file instead of the screen."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format jsonl.")
@pass_context
def export(
    context: CommandContext,
    /,
    form: str,
    after: int,
    output: TextIO,
    since: datetime | None,
    until: datetime | None,
    *,
    as_json: bool,
    **said: str,
) -> None:
    """Write the records, one per line. Go on later with --after and the last number; it is audited that you did."""
    wanted = Wanted(**said, since=_utc(since), until=_utc(until))
    end = context.parts.audit.end().seq
    context.parts.audit.record(Event("audit.exported", context.actor, "audit", after={"after": after, "until": end}))
    records = context.parts.audit.records(after, end, wanted)
    output.writelines(json_lines(records) if as_json or form == "jsonl" else csv_lines(records))


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None
