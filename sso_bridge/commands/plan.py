"""`sso-bridge plan`: what would be changed, and why. Looks, changes nothing (PR-03)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import click

from provisioners.sync.plan.render import as_json, as_text
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar
from sso_bridge.configuration.explaining.told import find_person
from sso_bridge.jobs.look import synced
from sso_bridge.store.staff.oddities import Oddities
from sso_bridge.store.staff.people import People

FEW = 5
"""So many oddities are shown; the plan is what was asked for."""


@click.command("plan", short_help="Show what a rollout would change; changes nothing.")
@click.option(
    "--platform", "platforms", metavar="NAME", multiple=True, help="Only this platform; may be given more than once."
)
@click.option("--person", metavar="PERSON", help="Only this person: an HR number or our id.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="As it would be on another day.")
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
    odd = Oddities(parts.store, parts.clock, parts.today)
    with bar("Looking for oddities"):
        look = odd.look()
    text = [as_text(plan, who=Names(parts.people)).rstrip("\n"), *_odd_lines(odd, look.count), f"Plan number {number}."]
    listed = [{"what": one.what, "who": one.who, "detail": one.detail} for one in odd.all()] if out.as_json else []
    out.result(as_json(plan, number) | {"oddities": listed}, "\n".join(text))


def _odd_lines(odd: Oddities, count: int) -> Iterator[str]:
    """Yield what is odd about the org chart: how many, and the first few. It stops nothing."""
    if not count:
        return
    kinds = ", ".join(f"{number:,} {kind.replace('_', ' ')}" for kind, number in odd.kinds().items())
    yield f"Odd in the org chart: {kinds}"
    for _, one in odd.page(FEW):
        yield f"  {one.who} {one.what.replace('_', ' ')}: {one.detail}"
    if count > FEW:
        yield f"  ... and {count - FEW:,} more; use --json for all"


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
