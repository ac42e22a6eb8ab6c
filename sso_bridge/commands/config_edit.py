"""`sso-bridge config diff`, `set` and `remove`: what differs by path, and single resources of the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.configuration.changing.change import Proposal
from sso_bridge.configuration.document.diff import differences
from sso_bridge.configuration.document.editing import Edit, edited
from sso_bridge.configuration.document.files import read_file

DRAFT = "draft:"


@click.command("diff", short_help="Tell what differs between two states, by path.")
@click.argument("before", required=False)
@click.argument("after", required=False)
@output_option
@pass_context
def diff(context: CommandContext, before: str | None, after: str | None, out: Output) -> None:
    """Tell what differs from BEFORE to AFTER: each a revision, `draft:N` or a file; without one, what holds."""
    changes = differences(_document(context, before), _document(context, after))
    rows = [{"path": one.path, "before": one.before, "after": one.after} for one in changes]
    out.result({"changes": rows}, "\n".join(map(str, changes)) or "Nothing differs.")


def draft_of(context: CommandContext, place: str, value: dict[str, Any] | None, why: str) -> Proposal:
    """Keep a draft of what holds with one resource set or taken away; MappingError, NoSuchResource."""
    desk = context.parts.configuration
    return desk.propose(edited(desk.in_force(), [Edit.at(place, value)]), by=context.actor, why=why)


def _document(context: CommandContext, named: str | None) -> dict[str, Any]:
    desk = context.parts.configuration
    if named is None:
        return desk.in_force()
    if named.startswith(DRAFT) and named.removeprefix(DRAFT).isdecimal():
        return desk.revisions.draft(int(named.removeprefix(DRAFT))).document
    if named.isdecimal() and not Path(named).exists():
        return desk.revisions.get(int(named)).document
    return read_file(Path(named))
