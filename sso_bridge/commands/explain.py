"""`sso-bridge explain`: what would a platform get for this person, and why: claims and account side by side."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import click

from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option, table
from sso_bridge.configuration.explained import Told, as_json, explained, find_person


@click.command("explain", short_help="Tell what platforms get for a person, and why.")
@click.argument("person")
@click.option("--platform", metavar="NAME", help="Only this platform.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Another day than today.")
@output_option
@pass_context
def command(context: CommandContext, person: str, platform: str | None, day: datetime | None, out: Output) -> None:
    """Tell what each platform gets for PERSON (an HR number or our id), from which rule and facts, and why not."""
    parts = context.parts
    live = parts.live.current()
    found = find_person(parts.people, person)
    if platform is not None and platform not in live.rules.platforms:
        raise click.UsageError(f"There is no platform {platform} with a mapping.")
    on = day.date() if day else parts.today()
    told = explained(live, parts.people, found, on, parts.keys.pairwise_secret, platform)
    if out.as_json:
        value = {"person": found.uuid, "key": found.key, "on": on.isoformat(), "revision": live.revision}
        out.result(value | {"platforms": [as_json(one) for one in told]}, "")
        return
    click.echo("\n\n".join("\n".join(_lines(one)) for one in told) or "No platform has a mapping.")


def _lines(one: Told) -> Iterator[str]:
    told, wire = one.explanation, one.wire
    yield f"{told.platform}: {'in scope' if told.in_scope else 'NOT in scope'}, {told.reason}"
    yield f"  known there as {one.subject}"
    rows = [
        {
            "what": why.what,
            "name": why.name,
            "sent_as": wire.get(why.name, why.name) if why.what == "claim" else why.name,
            "value": why.problem or why.value,
            "because_of": why.rule,
            "expression": why.expression,
        }
        for why in told.because
        if why.what != "scope"
    ]
    if rows:
        yield table(rows)
    yield from (f"  not: {no.what} {no.name}: {no.reason}" for no in told.why_not)
