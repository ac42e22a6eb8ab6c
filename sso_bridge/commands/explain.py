"""`sso-bridge explain`: what would a platform get for this person, and why: claims and account side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

import click

from mappings.explain import Explanation
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option, table
from sso_bridge.configuration.explained import as_json, explained, find_person
from sso_bridge.parts import Parts


@click.command("explain")
@click.argument("person")
@click.option("--platform", help="Only this platform.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Another day than today.")
@output_option
@pass_context
def command(context: CommandContext, person: str, platform: str | None, day: datetime | None, out: Output) -> None:
    """Tell what each platform gets for PERSON (an HR number or our id), from which rule and facts, and why not."""
    parts = context.parts
    live = parts.live.current()
    found = find_person(parts.people, person)
    if platform is not None and platform not in live.rules.platforms:
        raise click.UsageError(f"There is no platform {platform} with a mapping.")
    on = day.date() if day else today(parts)
    told = [(one.explanation, one.wire) for one in explained(live, parts.people, found, on, platform)]
    if out.as_json:
        value = {"person": found.uuid, "key": found.key, "on": on.isoformat(), "revision": live.revision}
        out.result(value | {"platforms": [as_json(one, wire) for one, wire in told]}, "")
        return
    click.echo("\n\n".join("\n".join(_lines(one, wire)) for one, wire in told) or "No platform has a mapping.")


def today(parts: Parts) -> date:
    """Return today as HR counts days."""
    return parts.clock().astimezone(ZoneInfo(parts.settings.time_zone)).date()


def _lines(told: Explanation, wire: Mapping[str, str]) -> Iterator[str]:
    yield f"{told.platform}: {'in scope' if told.in_scope else 'NOT in scope'}, {told.reason}"
    rows = [
        {
            "what": one.what,
            "name": one.name,
            "sent_as": wire.get(one.name, one.name) if one.what == "claim" else one.name,
            "value": one.problem or one.value,
            "because_of": one.rule,
            "expression": one.expression,
        }
        for one in told.because
        if one.what != "scope"
    ]
    if rows:
        yield table(rows)
    yield from (f"  not: {one.what} {one.name}: {one.reason}" for one in told.why_not)
