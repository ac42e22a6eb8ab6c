"""`sso-bridge explain`: what would a platform get for this person, and why: claims and account side by side."""

from __future__ import annotations

from datetime import datetime

import click

from mappings.days import day_of
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.configuration.explaining.as_json import answer_json, as_json
from sso_bridge.configuration.explaining.text import answer_text, as_text
from sso_bridge.configuration.explaining.told import find_person
from sso_bridge.configuration.explaining.why_not import NoSuchQuestion


@click.command("explain", short_help="Tell what platforms get for a person, and why.")
@click.argument("person")
@click.option("--platform", metavar="NAME", help="Only this platform.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Another day than today.")
@click.option("--draft", type=int, metavar="N", help="As this draft of the configuration would have it.")
@click.option(
    "--why-not", "question", metavar="WHAT", help="Why not: account, sign-in, group:KEY, claim:NAME, attribute:NAME."
)
@output_option
@pass_context
def command(
    context: CommandContext,
    person: str,
    platform: str | None,
    day: datetime | None,
    draft: int | None,
    question: str | None,
    out: Output,
) -> None:
    """Tell what each platform gets for PERSON (an HR number or our id), from which rule, facts and rows of HR.

    With --why-not, tell instead what keeps something from this person: which part of which condition is false, or
    which list, guard or protection is in the way.
    """
    parts = context.parts
    live = parts.live.current() if draft is None else parts.configuration.under(draft)
    found = find_person(parts.people, person)
    if platform is not None and platform not in live.rules.platforms:
        raise click.UsageError(f"There is no platform {platform} with a mapping.")
    on = day.date() if day else parts.days()
    about = {"person": found.uuid, "key": found.key, "on": day_of(on, found).isoformat(), "revision": live.revision}
    if question is not None:
        if platform is None:
            raise click.UsageError("--why-not is asked about one --platform.")
        try:
            answer = parts.explainer.why_not(live, found, on, platform, question)
        except NoSuchQuestion as error:
            raise click.UsageError(f"{error}.") from None
        out.result(about | {"platform": platform} | answer_json(answer), answer_text(answer))
        return
    told = parts.explainer.explain(live, found, on, platform)
    text = "\n\n".join(map(as_text, told)) or "No platform has a mapping."
    out.result(about | {"platforms": [as_json(one) for one in told]}, text)
