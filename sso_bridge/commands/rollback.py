"""`sso-bridge rollback`: restore what a run has changed, by a plan of its own (PR-11)."""

from __future__ import annotations

import click

from provisioners.sync.plan.render import as_json, as_text
from sso_bridge.commands.carrying_out import carry_out
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar


@click.command("rollback", short_help="Show the plan that turns a run around, or do it.")
@click.argument("run", type=click.IntRange(1))
@click.option("--approve", is_flag=True, help="Carry the plan out at once, under your name.")
@click.option(
    "--release", "releases", multiple=True, metavar="GUARD",
    help="With --approve: carry out also what this guard holds; may be given more than once.",
)  # fmt: skip
@output_option
@pass_context
def command(context: CommandContext, run: int, releases: tuple[str, ...], out: Output, *, approve: bool) -> int:
    """Show the plan that turns RUN around: attributes, states and memberships as they were before.

    The account of somebody who has left is never woken up, and nothing is deleted. Without --approve nothing is
    changed: look at the plan, then carry it out with `sso-bridge rollout`.
    """
    crew = context.parts.crew
    rollback = crew.rollback(context.actor)
    with bar("Looking at what was done"):
        number, plan = rollback.look(run, on=crew.day(), revision=crew.current().revision)
    if not approve:
        out.result(as_json(plan, number), as_text(plan) + f"Plan number {number}.")
        return 0
    with bar("Approving the plan"):
        crew.runs.approve(number, context.actor, releases=releases)
    return carry_out(crew, number, context.actor, out, detach=False)
