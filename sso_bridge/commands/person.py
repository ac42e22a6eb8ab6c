"""`sso-bridge person`: what is kept about somebody: tell it, erase it (docs/privacy.md)."""

from __future__ import annotations

import json
from typing import TextIO

import click

from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar
from sso_bridge.configuration.explaining.told import find_person
from sso_bridge.store.privacy.cleaning import clean


@click.group("person")
def command() -> None:
    """Tell or erase what is kept about somebody."""


@command.command("export", short_help="Write all that is kept about a person.")
@click.argument("person")
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=False), default="-", help="A file instead of the screen."
)
@click.option("--json", "_as_json", is_flag=True, help="The same: it is JSON in any case.")
@pass_context
def export(context: CommandContext, person: str, output: TextIO, *, _as_json: bool) -> None:
    """Write all that is kept about PERSON (an HR number or our id), as JSON: what the GDPR calls access (art. 15)."""
    parts = context.parts
    found = find_person(parts.people, person)
    told = parts.privacy.telling.tell(found.id)
    parts.audit.record(Event("person.told", context.actor, f"person:{found.uuid}"))
    output.write(json.dumps(told, indent=2, ensure_ascii=False, default=str) + "\n")


@command.command("erase", short_help="Erase a person; without --yes only tell whether that is possible.")
@click.argument("person")
@click.option("--reason", required=True, help="Why, or the ticket; without her name.")
@click.option("--yes", is_flag=True, help="Do it. It cannot be undone.")
@output_option
@pass_context
@click.pass_context
def erase(ctx: click.Context, context: CommandContext, person: str, reason: str, out: Output, *, yes: bool) -> None:
    """Erase all that is kept about PERSON; a tombstone stays. To set reasons aside takes two owners, over the API."""
    parts = context.parts
    found = find_person(parts.people, person)
    stopped = parts.privacy.eraser.hindrances(found.id)
    if stopped or not yes:
        told = {
            "person": found.uuid,
            "erased": False,
            "reasons": [{"what": one.what, "hint": one.hint} for one in stopped],
        }
        lines = [f"{found.uuid} cannot be erased:", *(f"  {one.what}: {one.hint}" for one in stopped)]
        free = f"{found.uuid} can be erased. Nothing was done: say --yes. It cannot be undone."
        out.result(told, "\n".join(lines) if stopped else free)
        ctx.exit(1 if stopped else 0)
    with bar("Erasing"):
        done = parts.privacy.eraser.erase(found.id, by=context.actor, why=reason)
        cleaned = clean(parts.store)
    told = {"person": done.uuid, "erased": True, "rows": done.rows, "records": done.records, "cleaned": cleaned}
    said = f"{done.uuid} is erased: {sum(done.rows.values())} rows, {done.records} records of the audit."
    if not cleaned:
        said += " Free pages of the file still hold them: run `sso-bridge person clean` when nobody reads."
    out.result(told, said)


@command.command("clean", short_help="Write over what the database only gave up.")
@output_option
@pass_context
@click.pass_context
def clean_up(ctx: click.Context, context: CommandContext, out: Output) -> None:
    """Write over what the database only gave up; exit status 1 when it was in use."""
    cleaned = clean(context.parts.store)
    out.result({"cleaned": cleaned}, "Cleaned." if cleaned else "The database was in use: try again.")
    ctx.exit(0 if cleaned else 1)


@command.command("erased", short_help="List who was erased: our ids, when, by whom, why.")
@output_option
@pass_context
def erased(context: CommandContext, out: Output) -> None:
    """List who was erased. After a restore of an older backup, erase these again."""
    rows = [
        {"person": one.uuid, "erased_at": one.erased_at, "by": one.erased_by, "why": one.why}
        for one in context.parts.privacy.tombstones.all()
    ]
    out.rows(rows, "Nobody was erased.")
