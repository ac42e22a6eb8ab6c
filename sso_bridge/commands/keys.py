"""`sso-bridge keys`: which keys there are, and their roll-over (IDP-08)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import click

from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.keys.rotation import RULES, KeyRecord, Purpose, is_due, usable_from
from sso_bridge.store.administration.resealing import reseal_factors

KEY_ENCRYPTION = "key-encryption"


@click.group("keys")
def command() -> None:
    """List, roll over and withdraw the keys that sign and encrypt."""


@command.command("list", short_help="List all keys with their state.")
@output_option
@pass_context
def show(context: CommandContext, out: Output) -> None:
    """List all keys with their state; no secret part is ever shown."""
    now = context.parts.clock()
    rows = [
        {
            "purpose": record.purpose,
            "state": record.state if record.published(now) else "withdrawn",
            "algorithm": record.algorithm,
            "kid": record.kid,
            "created_at": record.created_at,
            "ends_at": record.ends_at,
            "note": _note(record, context),
        }
        for record in sorted(context.parts.keys.records(), key=lambda record: (record.purpose, record.created_at))
    ]
    out.rows(rows, "There are no keys; run: sso-bridge db upgrade")


@command.command("rotate", short_help="Publish the next key, or put it to use.")
@click.argument("purpose", type=click.Choice([*RULES, KEY_ENCRYPTION]))
@click.option("--emergency", is_flag=True, help="A key has leaked: use a new one at once, trust the old ones no more.")
@output_option
@pass_context
def rotate(context: CommandContext, purpose: str, out: Output, *, emergency: bool) -> None:
    """Go one step: publish the next key or, when platforms have had the time to learn it, put it to use.

    `key-encryption` seals all keys, and the secrets of second factors, with the new key of the settings (the old one is
    `previous_key_encryption_key`).
    """
    if purpose == KEY_ENCRYPTION:
        _reseal(context, out)
        return
    parts, known = context.parts, cast("Purpose", purpose)
    with parts.store.writing():
        changed = parts.keys.replace_now(known) if emergency else parts.keys.rotate(known)
        what = "key.replaced" if emergency else "key.rotated"
        parts.audit.record(*_events(what, context.actor, changed))
    rows = [{"kid": record.kid, "purpose": record.purpose, "state": record.state} for record in changed]
    lines = [f"{record.kid} is now {record.state}{_from(record)}." for record in changed]
    out.result({"changed": rows}, "\n".join(lines))


@command.command("retire")
@click.argument("kid")
@output_option
@pass_context
def retire(context: CommandContext, kid: str, out: Output) -> None:
    """Publish a next or an old key no more."""
    parts = context.parts
    with parts.store.writing():
        record = parts.keys.retire(kid)
        parts.audit.record(*_events("key.retired", context.actor, [record]))
    out.result({"kid": record.kid, "purpose": record.purpose, "state": record.state}, f"{record.kid} is withdrawn.")


def _reseal(context: CommandContext, out: Output) -> None:
    parts = context.parts
    with parts.store.writing():
        count = parts.keys.reseal() + reseal_factors(parts.store, parts.keys.renewed)
        if count:
            parts.audit.record(Event("key.resealed", context.actor, after={"count": count}))
    out.result(
        {"resealed": count}, f"{count} keys and secrets were sealed anew; previous_key_encryption_key can go now."
    )


def _events(what: str, actor: str, records: Sequence[KeyRecord]) -> list[Event]:
    return [
        Event(what, actor, record.kid, after={"purpose": record.purpose, "state": record.state}) for record in records
    ]


def _note(record: KeyRecord, context: CommandContext) -> str:
    if is_due(record, context.parts.clock()):
        return "due for roll-over"
    return f"usable from {usable_from(record):%Y-%m-%d %H:%M}" if record.state == "next" else ""


def _from(record: KeyRecord) -> str:
    return f", published; usable from {usable_from(record):%Y-%m-%d %H:%M} UTC" if record.state == "next" else ""
