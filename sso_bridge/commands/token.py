"""`sso-bridge token`: API tokens (AD-05)."""

from __future__ import annotations

from datetime import timedelta

import click

from sso_bridge.admin.bounds import Bounds
from sso_bridge.admin.tokens import ROLES, SCOPES, ApiToken, TokenRefused
from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option


@click.group("token")
def command() -> None:
    """Create, list and revoke API tokens."""


@command.command("create", short_help="Make a token, and show it this once.")
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default="viewer", show_default=True, help="How much it may do.")
@click.option("--scope", type=click.Choice(SCOPES), multiple=True, default=("admin",), show_default=True, help="Where.")
@click.option(
    "--days", type=click.IntRange(1, 365), metavar="N", default=90, show_default=True, help="How long it lives."
)
@click.option("--source", metavar="NAME", default="", help="The HR source that a token for SCIM is bound to.")
@click.option("--unit", metavar="KEY", multiple=True, help="Only people of this unit and below.")
@click.option("--platform", metavar="NAME", multiple=True, help="Only this platform.")
@output_option
@pass_context
def create(
    context: CommandContext,
    name: str,
    role: str,
    scope: tuple[str, ...],
    days: int,
    source: str,
    unit: tuple[str, ...],
    platform: tuple[str, ...],
    out: Output,
) -> None:
    """Make a token called NAME and show it this once."""
    parts = context.parts
    with parts.store.writing():
        token, text = parts.tokens.create(
            name, role, scopes=scope, lifetime=timedelta(days=days), created_by=context.actor, source=source,
            bounds=Bounds(unit, platform),
        )  # fmt: skip
        told = {"name": name, "role": role, "scopes": token.scopes, "source": source, "units": unit}
        told["platforms"] = platform
        told["expires_at"] = token.expires_at.isoformat()
        parts.audit.record(Event("token.created", context.actor, token.id, after=told))
    out.result(
        _row(token, "good") | {"token": text},
        f"Shown this once:\n\n  {text}\n\nGood until {token.expires_at:%Y-%m-%d}.",
    )


@command.command("list", short_help="List all tokens, and who made them.")
@output_option
@pass_context
def show(context: CommandContext, out: Output) -> None:
    """List all tokens: who made them, how much they may do, when they were last used."""
    now = context.parts.clock()
    rows = [_row(token, _state(token, token.is_good(now))) for token in context.parts.tokens.all()]
    out.rows(rows, "There are no tokens.")


@command.command("revoke", short_help="End a token at once.")
@click.argument("token_id", metavar="ID")
@output_option
@pass_context
def revoke(context: CommandContext, token_id: str, out: Output) -> None:
    """End a token at once; its ID is in the list and is the part between the underscores."""
    parts = context.parts
    with parts.store.writing():
        if not parts.tokens.revoke(token_id):
            raise TokenRefused(f"there is no token {token_id} that could be revoked")
        parts.audit.record(Event("token.revoked", context.actor, token_id, {"state": "good"}, {"state": "revoked"}))
    out.result({"id": token_id, "state": "revoked"}, f"Token {token_id} opens nothing any more.")


def _state(token: ApiToken, good: bool) -> str:  # noqa: FBT001  a fact, not a switch
    return "good" if good else "revoked" if token.revoked_at else "expired"


def _row(token: ApiToken, state: str) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "role": token.role,
        "scopes": token.scopes,
        "source": token.source,
        "units": token.units,
        "platforms": token.platforms,
        "state": state,
        "expires_at": token.expires_at,
        "last_used_at": token.last_used_at,
        "created_by": token.created_by,
    }
