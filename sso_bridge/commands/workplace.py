"""`sso-bridge workplace`: the identity providers of SAML workplaces, and the changes of theirs that wait (MD-03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import click

from provisioners.sync.rollout.approval import SecondPersonNeeded
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.peers import PeerDesk, PeerState


@click.group("workplace")
def command() -> None:
    """Look at the identity providers of SAML workplaces."""


@command.command("metadata")
@click.argument("name")
@click.option("--refresh", is_flag=True, help="Fetch it now, before showing it.")
@output_option
@pass_context
def metadata(context: CommandContext, name: str, out: Output, *, refresh: bool) -> None:
    """Show what is trusted of NAME, how fresh it is, and what waits for a decision."""
    desk = _desk(context, name)
    _show(desk.refresh(name) if refresh else desk.state(name), out)


@command.command("accept")
@click.argument("name")
@click.argument("fingerprint")
@click.option("--approve", is_flag=True, help="Answer for it alone, under your name.")
@output_option
@pass_context
def accept(context: CommandContext, name: str, fingerprint: str, out: Output, *, approve: bool) -> None:
    """Believe the held description of NAME with this FINGERPRINT, as `workplace metadata` shows it.

    Compare it first, by telephone, with the people who run the identity provider. Over the API it takes two owners;
    here --approve says that whoever has this machine answers for it.
    """
    if not approve:
        hint = "say --approve, or let two owners do it over the API"
        raise SecondPersonNeeded("new keys or another identity provider take two people", hint=hint)
    _show(_desk(context, name).accept(name, fingerprint, context.actor), out)


def _desk(context: CommandContext, name: str) -> PeerDesk:
    desk = context.parts.peers
    if name not in desk.names():
        there_are = ", ".join(desk.names()) or "none"
        raise click.UsageError(f"No workplace {name} speaks SAML; there are: {there_are}.")
    return desk


def _show(state: PeerState, out: Output) -> None:
    value = {key: each.isoformat() if hasattr(each, "isoformat") else each for key, each in asdict(state).items()}
    out.result(value, "\n".join(_lines(state)))


def _lines(state: PeerState) -> list[str]:
    lines = [f"{state.name}: {state.source}"]
    lines += _described(state.used) if state.used else ["  nothing is trusted yet"]
    if state.confirmed_at:
        lines.append(f"  confirmed {state.confirmed_at:%Y-%m-%d %H:%M} UTC")
    if state.problem:
        lines.append(f"  problem: {state.problem}")
    if state.skew_samples:
        lines.append(f"  its clock: {state.skew:+.0f} s")
    lines += [f"  WARNING: {one}" for one in state.warnings]
    if state.held:
        lines += ["", f"Waiting since {state.held_since:%Y-%m-%d %H:%M} UTC: {state.held_why}"]
        for key in state.held["after"]:
            lines += [f"  - {key}: {_joined((state.held['before'] or {}).get(key))}"]
            lines += [f"  + {key}: {_joined(state.held['after'][key])}"]
        if state.proposed_until:
            until = f"{state.proposed_until:%Y-%m-%d %H:%M}"
            lines += [f"Proposed by {state.proposed_by}; another owner can agree until {until} UTC"]
        lines += [f"To believe it: sso-bridge workplace accept {state.name} {state.held_fingerprint} --approve"]
    return lines


def _described(used: Mapping[str, Any]) -> list[str]:
    return [f"  {key}: {_joined(value)}" for key, value in used.items()]


def _joined(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "none")
