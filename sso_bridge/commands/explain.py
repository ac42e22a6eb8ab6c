"""`sso-bridge explain`: what would a platform get for this person, and why: claims and account side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from mappings.explain import Because, Explanation, explain
from mappings.people import Person
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option, table
from sso_bridge.configuration.wire import wire_names
from sso_bridge.parts import Parts
from sso_bridge.store.people import People


class NoSuchPerson(Exception):
    """Nobody has this number or id."""

    code = "no_such_person"


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
    chart = parts.people.chart(day.date() if day else today(parts))
    if platform is not None and platform not in live.rules.platforms:
        raise click.UsageError(f"There is no platform {platform} with a mapping.")
    chosen = [platform] if platform else list(live.rules.platforms)
    told = []
    for name in chosen:
        one = explain(live.rules, name, found, chart)
        wire = wire_names(live.configuration.platforms[name], one.outcome.claims if one.outcome else {})
        told.append((one, wire))
    if out.as_json:
        value = {"person": found.uuid, "key": found.key, "on": chart.on.isoformat(), "revision": live.revision}
        out.result(value | {"platforms": [as_json(one, wire) for one, wire in told]}, "")
        return
    click.echo("\n\n".join("\n".join(_lines(one, wire)) for one, wire in told) or "No platform has a mapping.")


def find_person(people: People, text: str) -> Person:
    """Return the person with this id of ours or HR number; NoSuchPerson."""
    found = people.by_uuid(text) or people.by_any_key(text)
    if found is None:
        raise NoSuchPerson("nobody has this number or id, or two HR sources both have it")
    return found


def today(parts: Parts) -> date:
    """Return today as HR counts days."""
    return parts.clock().astimezone(ZoneInfo(parts.settings.time_zone)).date()


def as_json(told: Explanation, wire: Mapping[str, str]) -> dict[str, Any]:
    """Return one platform's explanation for machines; `wire` names what a claim is called in the protocol."""
    outcome = told.outcome
    claims = {wire.get(name, name): value for name, value in outcome.claims.items()} if outcome else {}
    return {
        "platform": told.platform,
        "in_scope": told.in_scope,
        "reason": told.reason,
        "claims": claims,
        "attributes": dict(outcome.attributes) if outcome else {},
        "groups": [str(key) for key in outcome.groups] if outcome else [],
        "because": [_because(one) for one in told.because],
        "why_not": [{"what": one.what, "name": one.name, "reason": one.reason} for one in told.why_not],
    }


def _because(one: Because) -> dict[str, Any]:
    return {
        "what": one.what, "name": one.name, "value": one.value, "rule": one.rule, "expression": one.expression,
        "facts": dict(one.facts or {}), "problem": one.problem,
    }  # fmt: skip


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
