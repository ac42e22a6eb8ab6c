"""`sso-bridge plan`: what would be changed, and why. Looks, changes nothing (PR-03)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import click

from provisioners.sync.plan.render import as_json, as_text
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar
from sso_bridge.configuration.explained import find_person
from sso_bridge.jobs.look import synced
from sso_bridge.store.people import People


@click.command("plan")
@click.option("--platform", "platforms", multiple=True, help="Only this platform; may be given more than once.")
@click.option("--person", help="Only this person: an HR number or our id.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="As it would be on another day.")
@output_option
@pass_context
def command(
    context: CommandContext, platforms: tuple[str, ...], person: str | None, day: datetime | None, out: Output
) -> None:
    """Show every change that a rollout would make: counts first, what guards hold, then each change with its reason."""
    parts = context.parts
    known = synced(parts.live.current().configuration)
    for name in platforms:
        if name not in known:
            raise click.UsageError(f"There is no platform {name} with a connector and a mapping.")
    only = find_person(parts.people, person).id if person else 0
    looking = replace(parts.looking, actor=context.actor)
    with bar("Planning", len(parts.people)) as show:
        number, plan = looking(platforms=platforms, only=only, on=day.date() if day else None, progress=show)
    names = Names(parts.people)
    out.result(as_json(plan, number), as_text(plan, who=names) + f"Plan number {number}.")


class Names:
    """Tells whom a change is about: the HR number and the name."""

    def __init__(self, people: People) -> None:
        self._people = people

    def __call__(self, person_id: int) -> str:
        """Return the HR number and the name."""
        person = self._people.by_id(person_id)
        if person is None:
            return f"person {person_id}"
        return f"{person.key} {person.given_name} {person.name_prefix} {person.family_name}".replace("  ", " ").strip()
