"""`sso-bridge hr import`: takes HR files into the staff register, through the gate."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from provisioners.sync.collect.opened import Upload
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.hr_rows import replay, rows
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar
from sso_bridge.hr.intake import Intake
from sso_bridge.hr.reception import sync_after
from sso_bridge.hr.sources import source_of
from sso_bridge.store.staff.imports import Import

SHOWN = 20
LONGEST_KEY = 200


@click.group("hr")
def command() -> None:
    """Take what HR states: people, units, leaves."""


command.add_command(rows)
command.add_command(replay)


@command.command("import", short_help="Import files of people, units and leaves.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", "name", metavar="NAME", required=True, help="The HR source, as configured under hr_sources.")
@click.option("--snapshot/--delta", "complete", default=False, help="Everybody, or only what changed (the default).")
@click.option("--key", metavar="TEXT", help="A text of your own for this import: with the same one it is taken once.")
@click.option("--sha256", "checksum", metavar="HEX", default="", help="What the files must add up to, in this order.")
@output_option
@pass_context
@click.pass_context
def take(
    ctx: click.Context,
    context: CommandContext,
    files: tuple[Path, ...],
    name: str,
    key: str | None,
    checksum: str,
    out: Output,
    *,
    complete: bool,
) -> None:
    """Import CSV or JSON lines FILES, also gzipped; exit status 1 when the feed is refused: then nothing was taken."""
    if key is not None and not 0 < len(key) <= LONGEST_KEY:
        raise click.UsageError(f"--key has between one and {LONGEST_KEY} characters.")
    parts = context.parts
    source = source_of(parts.live.current().configuration, name)
    with ExitStack() as stack, bar("Importing") as show:
        uploads = [Upload(path.name, stack.enter_context(path.open("rb"))) for path in files]
        intake = Intake(parts.store, parts.clock, parts.audit, parts.looking.today, parts.crew.reception.soon)
        record = intake.take(
            uploads,
            source,
            complete=complete,
            actor=context.actor,
            key=key,
            checksum=checksum,
            progress=show,
        )
    if record.state == "taken" and record.complete and parts.crew.syncs:
        sync_after(parts.crew.queue, record.uuid)
    out.result(as_json(record), "\n".join(_lines(record)))
    ctx.exit(0 if record.state == "taken" else 1)


@command.command("read", short_help="Read an HR source that is a directory or a system.")
@click.argument("name", metavar="SOURCE")
@click.option("--everybody", is_flag=True, help="Everybody, also when only changes are due.")
@output_option
@pass_context
def read(context: CommandContext, name: str, out: Output, *, everybody: bool) -> None:
    """Read a directory or an HR system now, for changes or as a whole; a worker takes it in."""
    parts = context.parts
    outcome = parts.crew.read_directory(parts.directories).read(name, everybody=everybody, by=context.actor)
    said = dict(outcome.result or {})
    kind = "everybody" if said.get("complete") else "changes"
    if "import" not in said:
        out.result(said, "Nothing has changed.")
        return
    out.result(said, f"{said['people']:,} people read ({kind}); import {said['import']} waits for a worker.")


def as_json(record: Import) -> dict[str, Any]:
    """Return an import as commands and the admin API show it."""
    return {
        "id": record.uuid,
        "source": record.source,
        "complete": record.complete,
        "state": record.state,
        "sha256": record.checksum,
        "started_at": record.started_at,
        "finished_at": record.finished_at,
        "counts": dict(record.counts),
        "refusal": record.refusal,
        "hint": record.hint,
        "problems": [{name: getattr(each, name) for name in each.__slots__} for each in record.problems],
    }


def _lines(record: Import) -> list[str]:
    counts = {name.replace("_", " "): number for name, number in record.counts.items() if number}
    told = ", ".join(f"{number:,} {name}" for name, number in counts.items())
    if record.state == "taken":
        said = [f"Taken: {told}."]
    else:
        said = [f"Refused, nothing was taken: {record.refusal}.", f"What to do: {record.hint}."]
    said += [f"  {problem}" for problem in record.problems[:SHOWN]]
    if len(record.problems) > SHOWN:
        said.append(f"  ... and {len(record.problems) - SHOWN} more; --json shows them")
    return said
