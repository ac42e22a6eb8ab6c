"""`sso-bridge groups`: the groups that we know of, and those that nobody owns."""

from __future__ import annotations

import click

from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.store.sync.group_list import GroupList, ListedGroup

AT_ONCE = 500


@click.command("groups", short_help="List the groups of platforms, or those without an owner.")
@click.option("--platform", metavar="NAME", default="", help="Only of this platform.")
@click.option("--without-owner", is_flag=True, help="Only groups of ours that could have an owner and have none.")
@output_option
@pass_context
def command(context: CommandContext, platform: str, out: Output, *, without_owner: bool) -> None:
    """List the groups, rooms and communities that we know of, with how many people, owners and groups are in each."""
    parts = context.parts
    kept, owned = GroupList(parts.store), parts.owned() if without_owner else None
    found: list[ListedGroup] = []
    while page := kept.page(AT_ONCE, found[-1].place if found else 0, platform=platform or None, without_owner=owned):
        found += page
    names = ("platform", "key", "name", "state", "members", "owners", "groups")
    empty = "Each group has an owner." if without_owner else "There are no groups."
    out.rows([{name: getattr(one, name) for name in names} for one in found], empty)
