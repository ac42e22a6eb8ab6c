"""`sso-bridge client`: programs that get short-lived tokens by OAuth 2.0 client credentials (AD-05)."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import click

from sso_bridge.admin.bounds import Bounds
from sso_bridge.admin.tokens import ROLES, SCOPES, check_request
from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.machine_clients.assertion import BadKey, read_key
from sso_bridge.machine_clients.client import METHODS, MachineClient
from sso_bridge.machine_clients.making import ClientRefused, Wish, as_audit, made, renewed
from sso_bridge.store.administration.clients import MachineClients

KEYED = "private_key_jwt"
MOST_KEYS = 5


@click.group("client")
def command() -> None:
    """Register, list and end programs that get tokens."""


@command.command("create", short_help="Register a program, and show its secret this once.")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True, help="How much it may do.")
@click.option("--scope", type=click.Choice(SCOPES), multiple=True, default=("admin",), show_default=True, help="Where.")
@click.option(
    "--days", type=click.IntRange(1, 365), metavar="N", default=365, show_default=True, help="How long it lives."
)
@click.option("--unit", metavar="KEY", multiple=True, help="Only people of this unit and below.")
@click.option("--platform", metavar="NAME", multiple=True, help="Only this platform.")
@click.option(
    "--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True, help="How it proves itself."
)
@click.option(
    "--keys", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE",
    help="Its public keys as JWKs, for private_key_jwt.",
)  # fmt: skip
@output_option
@pass_context
def create(context: CommandContext, /, name: str, out: Output, *, file: Path | None, **asked: Any) -> None:
    """Register a program called NAME; it depends on nobody's token."""
    lifetime, bounds = timedelta(days=asked["days"]), Bounds(asked["unit"], asked["platform"])
    role, scopes = check_request(name, asked["role"], asked["scope"], lifetime, None, "", bounds)
    if (asked["method"] == KEYED) != (file is not None):
        raise click.UsageError(f"--keys goes with --method {KEYED}, and with no other.")
    wish = Wish(name, role, scopes, lifetime, bounds, asked["method"], _keys(file) if file else ())
    parts, clients = context.parts, _clients(context)
    client, secret = made(wish, by=context.actor, now=parts.clock())
    with parts.store.writing():
        clients.add(client)
        parts.audit.record(Event("client.created", context.actor, client.actor, after=as_audit(client)))
    _shown(out, _row(clients, client), secret, f"client_id {client.id}, good until {client.expires_at:%Y-%m-%d}.")


@command.command("list", short_help="List all programs, and who registered them.")
@output_option
@pass_context
def show(context: CommandContext, out: Output) -> None:
    """List all programs: who registered them, how much they may do, when they last asked for a token."""
    clients = _clients(context)
    out.rows([_row(clients, one) for one in clients.all()], "There are no machine clients.")


@command.command("renew", short_help="Make a new secret, and show it this once.")
@click.argument("client_id", metavar="ID")
@output_option
@pass_context
def renew(context: CommandContext, client_id: str, out: Output) -> None:
    """Make a new secret; the old one counts for 24 more hours."""
    parts, clients = context.parts, _clients(context)
    with parts.store.writing():
        found = _open(clients, client_id)
        kept, secret, ends = renewed(found, parts.clock())
        changed = clients.change(found, secrets=kept)
        after = {"old_ends_at": ends.isoformat()}
        parts.audit.record(Event("client.secret_renewed", context.actor, found.actor, after=after))
    _shown(out, _row(clients, changed), secret, f"The old one counts until {ends:%Y-%m-%d %H:%M} UTC.")


@command.command("adopt", short_help="Let a program depend on nobody's token.")
@click.argument("client_id", metavar="ID")
@output_option
@pass_context
def adopt(context: CommandContext, client_id: str, out: Output) -> None:
    """Answer for a program from now on: it works again when the token it was made with has ended."""
    parts, clients = context.parts, _clients(context)
    with parts.store.writing():
        found = _open(clients, client_id)
        changed = clients.change(found, created_by=context.actor)
        after = {"from": found.created_by}
        parts.audit.record(Event("client.adopted", context.actor, found.actor, after=after))
    out.result(_row(clients, changed), f"Client {client_id} depends on nobody's token any more.")


@command.command("revoke", short_help="End a program and its tokens at once.")
@click.argument("client_id", metavar="ID")
@output_option
@pass_context
def revoke(context: CommandContext, client_id: str, out: Output) -> None:
    """End a program and its tokens at once."""
    parts, clients = context.parts, _clients(context)
    with parts.store.writing():
        changed = clients.change(_open(clients, client_id), revoked_at=parts.clock())
        parts.audit.record(Event("client.revoked", context.actor, changed.actor))
    out.result(_row(clients, changed), f"Client {client_id} and its tokens open nothing any more.")


def _clients(context: CommandContext) -> MachineClients:
    return MachineClients(context.parts.store, context.parts.clock)


def _open(clients: MachineClients, client_id: str) -> MachineClient:
    found = clients.get(client_id)
    if found is None or found.revoked_at is not None:
        raise ClientRefused(f"there is no client {client_id}, or it was revoked")
    return found


def _keys(file: Path) -> list[dict[str, Any]]:
    """Return the public keys of a file: one JWK, a list of them, or a JWK set; ClientRefused."""
    try:
        read = json.loads(file.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError):
        raise ClientRefused(f"{file} is not JSON") from None
    found = read.get("keys", [read]) if isinstance(read, dict) else read
    if (
        not isinstance(found, list)
        or not 0 < len(found) <= MOST_KEYS
        or not all(isinstance(one, dict) for one in found)
    ):
        raise ClientRefused(f"{file} must hold one to {MOST_KEYS} keys")
    for one in found:
        try:
            read_key(one)
        except BadKey as why:
            raise ClientRefused(f"{file}: {why}") from None
    keys = cast("list[dict[str, Any]]", found)
    if len({str(one["kid"]) for one in keys}) != len(keys):
        raise ClientRefused(f"{file}: keys must differ in their kid")
    return keys


def _shown(out: Output, row: dict[str, object], secret: str, also: str) -> None:
    said = f"Shown this once:\n\n  {secret}\n\n{also}" if secret else also
    out.result(row | {"client_secret": secret or None}, said[:1].upper() + said[1:])


def _row(clients: MachineClients, one: MachineClient) -> dict[str, object]:
    names = ("id", "name", "role", "scopes", "units", "platforms", "method")
    after = ("expires_at", "last_used_at", "created_by")
    return (
        {name: getattr(one, name) for name in names}
        | {"state": clients.state(one)}
        | {name: getattr(one, name) for name in after}
    )
