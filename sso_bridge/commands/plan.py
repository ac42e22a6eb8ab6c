"""`sso-bridge plan`: what would be changed, and why. Looks, changes nothing (PR-03)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from provisioners.sync.collect.laid import laid
from provisioners.sync.collect.opened import Upload
from provisioners.sync.collect.source import Source
from provisioners.sync.plan.render import as_json, as_text
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option, table
from sso_bridge.commands.progress import bar
from sso_bridge.configuration.explaining.told import find_person
from sso_bridge.jobs.look import synced
from sso_bridge.jobs.simulation import layout_of
from sso_bridge.jobs.supposing import summary, suppose, units_told
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
@click.option(
    "--with", "files", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="FILE", multiple=True,
    help="As it would be with these HR rows laid over what is known; nothing is taken, and no plan is kept.",
)  # fmt: skip
@click.option("--source", metavar="NAME", default="", help="With --with: the columns are those of this HR source.")
@output_option
@pass_context
def command(
    context: CommandContext,
    platforms: tuple[str, ...],
    person: str | None,
    day: datetime | None,
    files: tuple[Path, ...],
    source: str,
    out: Output,
) -> None:
    """Show every change that a rollout would make: counts first, what guards hold, then each change with its reason.

    With --with, simulate a re-organisation: CSV or JSON lines of people, units or leaves; an empty cell leaves what is
    there.
    """
    parts = context.parts
    known = synced(parts.live.current().configuration)
    for name in platforms:
        if name not in known:
            raise click.UsageError(f"There is no platform {name} with a connector and a mapping.")
    if files:
        if person:
            raise click.UsageError("--with is about everybody; it cannot be asked with --person.")
        _supposed(context, files, layout_of(parts.live.current(), source), day, platforms, out)
        return
    only = find_person(parts.people, person).id if person else 0
    looking = replace(parts.looking, actor=context.actor)
    with bar("Planning", None if only else len(parts.people)) as show:
        number, plan = looking(platforms=platforms, only=only, on=day.date() if day else None, progress=show)
    odd = Oddities(parts.store, parts.clock, parts.days)
    count = 0
    if not only:  # for one person nobody walks through the whole org chart
        with bar("Looking for oddities"):
            count = odd.look().count
    text = [as_text(plan, who=Names(parts.people)).rstrip("\n"), *_odd_lines(odd, count), f"Plan number {number}."]
    told = out.as_json and count
    listed = [{"what": one.what, "who": one.who, "detail": one.detail} for one in odd.all()] if told else []
    out.result(as_json(plan, number) | {"oddities": listed}, "\n".join(text))


def _supposed(
    context: CommandContext, files: tuple[Path, ...], source: Source, day: datetime | None, platforms: tuple[str, ...],
    out: Output,
) -> None:  # fmt: skip
    """Show what a re-organisation would change, by platform and unit."""
    parts = context.parts
    with ExitStack() as stack:
        rows = laid((Upload(path.name, stack.enter_context(path.open("rb"))) for path in files), source)
    on = day.date() if day else parts.today()
    with bar("Planning", len(parts.people)) as show:
        found = suppose(parts.looking, rows, on=on, platforms=platforms, progress=show)
    units = [
        {"platform": one["platform"], "unit": one["unit"], "changes": one["changes"]}
        | {"of_which": ", ".join(f"{count} {kind}" for kind, count in one["kinds"].items())}
        for one in units_told(found)
    ]
    lines = [f"Supposed on {on}, with {rows.rows:,} rows laid over what HR states. Nothing was taken, no plan is kept."]
    lines += [f"  left out: {problem}" for problem in rows.problems[:FEW]]
    lines += [as_text(found.plan, who=Names(parts.people)).rstrip("\n"), table(units) if units else ""]
    out.result(summary(found, rows), "\n".join(line for line in lines if line))


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
