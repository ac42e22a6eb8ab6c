"""`sso-bridge webhook`: who is told what happens here."""

from __future__ import annotations

from typing import Any

import click
from pydantic import ValidationError

from sso_bridge.admin.webhooks import MOST, NewWebhook
from sso_bridge.audit.events import Event
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.store.administration.webhooks import ANEW, Webhook, Webhooks
from sso_bridge.webhooks.events import EVENTS

BY_HAND = "by an administrator"
SHOWN = 50


class WebhookRefused(Exception):
    """A webhook must not be made or changed like that; the message says why."""

    code = "webhook_refused"


@click.group("webhook")
def command() -> None:
    """Tell other systems what happens here."""


@command.command("list", short_help="List all webhooks, and how they do.")
@output_option
@pass_context
def show(context: CommandContext, out: Output) -> None:
    """List all webhooks: who answers for them, whether they take what they are told."""
    out.rows([_row(one) for one in _hooks(context).all()], "There are no webhooks.")


@command.command("add", short_help="Subscribe, and show the secret this once.")
@click.argument("name")
@click.argument("url")
@click.option(
    "--event", type=click.Choice(sorted(EVENTS)), multiple=True, required=True, help="Of what; again for more."
)
@output_option
@pass_context
def add(context: CommandContext, name: str, url: str, event: tuple[str, ...], out: Output) -> None:
    """Tell the receiver at URL of these events, as NAME; it depends on nobody's token."""
    try:
        asked = NewWebhook(name=name, url=url, events=event)
    except ValidationError as why:
        places = sorted({str(one["loc"][0]) for one in why.errors()})
        raise click.UsageError(
            f"This cannot be taken as: {', '.join(places)}. A URL has no name or password."
        ) from None
    hooks = _hooks(context)
    with hooks.store.writing():
        if len(hooks.all()) >= MOST:
            raise WebhookRefused(f"there are {MOST} webhooks already")
        made, secret = hooks.add(asked.name, asked.url, asked.events, context.actor)
        _note(context, "webhook.created", made, after={"name": name, "url": url, "events": list(event)})
    out.result(_row(made) | {"secret": secret}, f"Shown this once:\n\n  {secret}\n\nWebhook {made.id}.")


@command.command("test", short_help="Send a test message.")
@click.argument("webhook_id", metavar="ID")
@output_option
@pass_context
def test(context: CommandContext, webhook_id: str, out: Output) -> None:
    """Let a worker send `webhook.test`; `sso-bridge webhook log ID` tells what came of it."""
    hooks = _hooks(context)
    with hooks.store.writing():
        found = _known(hooks, webhook_id)
        if not hooks.test(webhook_id):
            raise WebhookRefused(f"webhook {webhook_id} is disabled: {found.why_disabled}")
        _note(context, "webhook.tested", found)
    out.result(_row(found), f"A worker tells webhook {webhook_id}; look at `sso-bridge webhook log {webhook_id}`.")


@command.command("log", short_help="What a receiver was told, and what came of it.")
@click.argument("webhook_id", metavar="ID")
@output_option
@pass_context
def log(context: CommandContext, webhook_id: str, out: Output) -> None:
    """List the newest messages to a receiver, 50 at most."""
    hooks = _hooks(context)
    names = ("made_at", "event", "state", "attempts", "tried_at", "status", "error", "message")
    found = hooks.deliveries(_known(hooks, webhook_id).id, SHOWN)
    out.rows([{name: getattr(one, name) for name in names} for one in found], "It was told nothing yet.")


@command.command("disable", short_help="Tell a receiver nothing more.")
@click.argument("webhook_id", metavar="ID")
@output_option
@pass_context
def disable(context: CommandContext, webhook_id: str, out: Output) -> None:
    """Tell a receiver nothing more, until somebody enables it."""
    changed = _changed(context, webhook_id, {"state": "disabled", "why_disabled": BY_HAND})
    out.result(_row(changed), f"Webhook {webhook_id} is told nothing more.")


@command.command("enable", short_help="Begin anew, and answer for it.")
@click.argument("webhook_id", metavar="ID")
@output_option
@pass_context
def enable(context: CommandContext, webhook_id: str, out: Output) -> None:
    """Begin anew with a receiver that was disabled; it depends on nobody's token from now on."""
    changed = _changed(context, webhook_id, {**ANEW, "created_by": context.actor})
    out.result(_row(changed), f"Webhook {webhook_id} is told what happens from now on.")


@command.command("renew", short_help="Make a new secret, and show it this once.")
@click.argument("webhook_id", metavar="ID")
@output_option
@pass_context
def renew(context: CommandContext, webhook_id: str, out: Output) -> None:
    """Make a new secret; for 24 hours messages are signed with both."""
    hooks = _hooks(context)
    with hooks.store.writing():
        found = _known(hooks, webhook_id)
        secret = hooks.renew(webhook_id)
        _note(context, "webhook.secret_renewed", found)
    out.result(_row(found) | {"secret": secret}, f"Shown this once:\n\n  {secret}")


@command.command("remove", short_help="Forget a webhook and what it was told.")
@click.argument("webhook_id", metavar="ID")
@output_option
@pass_context
def remove(context: CommandContext, webhook_id: str, out: Output) -> None:
    """Forget a webhook and what it was told."""
    hooks = _hooks(context)
    with hooks.store.writing():
        found = _known(hooks, webhook_id)
        hooks.remove(webhook_id)
        _note(context, "webhook.removed", found, before={"name": found.name, "url": found.url})
    out.result(_row(found), f"Webhook {webhook_id} is forgotten.")


def _hooks(context: CommandContext) -> Webhooks:
    return context.parts.telling.webhooks


def _known(hooks: Webhooks, webhook_id: str) -> Webhook:
    found = hooks.get(webhook_id)
    if found is None:
        raise WebhookRefused(f"there is no webhook {webhook_id}")
    return found


def _changed(context: CommandContext, webhook_id: str, values: dict[str, Any]) -> Webhook:
    """Keep other values; the audit tells those that people know."""
    hooks = _hooks(context)
    with hooks.store.writing():
        found = _known(hooks, webhook_id)
        hooks.change(webhook_id, **values)
        sides: dict[str, Any] = {"before": {"state": found.state}, "after": {"state": values["state"]}}
        _note(context, "webhook.changed", found, **sides)
        return _known(hooks, webhook_id)


def _note(context: CommandContext, what: str, hook: Webhook, **more: Any) -> None:
    context.parts.audit.record(Event(what, context.actor, f"webhook:{hook.id}", **more))


def _row(one: Webhook) -> dict[str, object]:
    names = ("id", "name", "url", "events", "state", "why_disabled", "failures", "failing_since", "created_by")
    return {name: getattr(one, name) for name in names}
