"""`sso-bridge db`: the tables."""

from __future__ import annotations

import click

from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.store import schema


@click.group("db", short_help="Look at the tables, and bring them up to date.")
def command() -> None:
    """Look at the tables of the database, and bring them up to date."""


@command.command("upgrade", short_help="Bring the tables to this version; make missing keys.")
@output_option
@pass_context
def upgrade(context: CommandContext, out: Output) -> None:
    """Bring the tables to this version, and make keys that are missing. Safe to repeat, also twice at once."""
    parts = context.parts
    before = schema.upgrade(parts.store)
    with parts.store.writing():
        made = parts.keys.ensure()
        events = [Event("key.created", context.actor, key.kid, after={"purpose": key.purpose}) for key in made]
        if not before.up_to_date:
            events.append(
                Event("database.upgraded", context.actor, before={"to": before.current}, after={"to": before.newest})
            )
        parts.audit.record(*events)
    sentence = "The tables were up to date." if before.up_to_date else f"The tables are now at {before.newest}."
    out.result({"before": before.current, "now": before.newest, "keys_made": len(made)}, sentence)


@command.command("status", short_help="Say whether the tables are those of this version.")
@output_option
@pass_context
@click.pass_context
def show_status(ctx: click.Context, context: CommandContext, out: Output) -> None:
    """Say whether the tables are those of this version; exit status 1 when they are not."""
    found = schema.status(context.parts.store)
    good = f"The tables are up to date ({found.newest})."
    bad = (
        f"The tables are at {found.current or 'nothing'}, this version needs {found.newest}: run sso-bridge db upgrade."
    )
    out.result(
        {"current": found.current, "newest": found.newest, "up_to_date": found.up_to_date},
        good if found.up_to_date else bad,
    )
    ctx.exit(0 if found.up_to_date else 1)
