"""`sso-bridge rollout`: carry out exactly one approved plan (PR-03, AD-08)."""

from __future__ import annotations

import click

from provisioners.sync.rollout.approval import NotApproved
from sso_bridge.commands.carrying_out import carry_out
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar


@click.command("rollout", short_help="Carry out one approved plan.")
@click.argument("plan")
@click.option("--approve", is_flag=True, help="Approve the plan now, under your name, for 24 hours.")
@click.option(
    "--release", "releases", multiple=True, metavar="GUARD",
    help="With --approve: carry out also what this guard holds; may be given more than once.",
)  # fmt: skip
@click.option("--detach", is_flag=True, help="Leave it to the workers and come back at once.")
@output_option
@pass_context
def command(
    context: CommandContext, plan: str, releases: tuple[str, ...], out: Output, *, approve: bool, detach: bool
) -> int:
    """Carry out PLAN, a number or the beginning of a digest as `sso-bridge plan` told it.

    What changed since the plan was made is skipped and reported. Exit status 1 when something could not be done.
    """
    if releases and not approve:
        raise click.UsageError("--release belongs to --approve.")
    crew = context.parts.crew
    number = crew.plans.number(plan)
    if number is None:
        raise NotApproved(f"there is no plan {plan}", hint="`sso-bridge plan` makes one and tells its number")
    if approve:
        with bar("Approving the plan"):
            crew.runs.approve(number, context.actor, releases=releases)
    return carry_out(crew, number, context.actor, out, detach=detach)
