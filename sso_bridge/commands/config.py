"""`sso-bridge config`: check, plan, apply, export, history, rollback (looking is the default)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from mappings.errors import MappingError, Problem
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.explain import today
from sso_bridge.commands.output import Output, output_option
from sso_bridge.configuration.beside import check_files
from sso_bridge.configuration.change import Proposal
from sso_bridge.configuration.effects import Effects, effects
from sso_bridge.configuration.files import canonical, read_file, write_yaml
from sso_bridge.configuration.parse import parse
from sso_bridge.configuration.preview import planned
from sso_bridge.store.revisions import Revision

WHY = click.option("--why", default="", help="The reason, for the history and the audit.")


@click.group("config")
def command() -> None:
    """Check, look at and change the configuration: workplaces, platforms, mappings, groups, guards ..."""


@command.command("check")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@output_option
@pass_context
def check(context: CommandContext, file: Path, out: Output) -> int:
    """Tell every mistake in FILE and in the files it names beside the settings; needs no database, changes nothing."""
    try:
        checked = parse(read_file(file))
        check_files(checked, context.settings_path.resolve().parent)
    except MappingError as error:
        return _wrong(error.problems, out)
    read = checked.configuration
    counts = {"workplaces": len(read.workplaces), "platforms": len(read.platforms), "mappings": len(read.mappings)}
    told = ", ".join(f"{count} {name}" for name, count in counts.items())
    out.result({"good": True} | counts, f"{file.name} is good: {told}.")
    return 0


@command.command("plan")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@WHY
@output_option
@pass_context
def plan(context: CommandContext, file: Path, why: str, out: Output) -> int:
    """Keep FILE as a draft, and show what it would change: in the document, and for which people."""
    try:
        proposal = context.parts.configuration.propose(read_file(file), by=context.actor, why=why)
    except MappingError as error:
        return _wrong(error.problems, out)
    found = _effects(context, proposal)
    out.result(planned(proposal, found), "\n".join(_plan_lines(proposal, found)))
    return 0


@command.command("apply")
@click.argument("what", metavar="FILE|DRAFT")
@WHY
@output_option
@pass_context
def apply(context: CommandContext, what: str, why: str, out: Output) -> int:
    """Bring a FILE, or a DRAFT that `config plan` kept, into force; running processes follow at once."""
    desk = context.parts.configuration
    try:
        if what.isdecimal() and not Path(what).exists():
            applied = desk.apply(int(what), by=context.actor)
        else:
            applied = desk.apply(
                desk.propose(read_file(Path(what)), by=context.actor, why=why).draft.id, by=context.actor
            )
    except MappingError as error:
        return _wrong(error.problems, out)
    out.result(_row(applied), f"Revision {applied.number} holds now.")
    return 0


@command.command("export")
@click.option("--revision", type=int, help="An earlier one.")
@output_option
@pass_context
def export(context: CommandContext, revision: int | None, out: Output) -> None:
    """Write the configuration that holds as YAML (or JSON); `config apply` takes it back unchanged."""
    desk = context.parts.configuration
    document = desk.revisions.get(revision).document if revision else desk.in_force()
    click.echo(canonical(document) if out.as_json else write_yaml(document), nl=out.as_json)


@command.command("history")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many.")
@output_option
@pass_context
def history(context: CommandContext, limit: int, out: Output) -> None:
    """List applied revisions, the newest first: who, when, why."""
    rows = [_row(one) for one in context.parts.configuration.revisions.history(limit)]
    out.rows(rows, "Nothing was applied yet.")


@command.command("rollback")
@click.argument("revision", type=int)
@WHY
@output_option
@pass_context
def rollback(context: CommandContext, revision: int, why: str, out: Output) -> int:
    """Bring an earlier REVISION into force again, byte for byte, as a new one."""
    try:
        applied = context.parts.configuration.rollback(revision, by=context.actor, why=why)
    except MappingError as error:
        return _wrong(error.problems, out)
    out.result(_row(applied), f"Revision {applied.number} holds now; it is the same as revision {revision}.")
    return 0


def _effects(context: CommandContext, proposal: Proposal) -> Effects:
    parts = context.parts
    before = parts.live.current().rules
    return effects(before, proposal.checked.rules, parts.people.all(), parts.people.chart(today(parts)))


def _wrong(problems: Sequence[Problem], out: Output) -> int:
    rows = [
        {"path": one.path, "line": one.line, "column": one.column, "message": one.message, "hint": one.hint}
        for one in problems
    ]
    count = f"{len(problems)} mistake" + ("s" if len(problems) != 1 else "")
    out.result({"good": False, "problems": rows}, "\n".join([*map(str, problems), f"{count}; nothing was changed."]))
    return 1


def _plan_lines(proposal: Proposal, found: Effects) -> list[str]:
    lines = [str(change) for change in proposal.changes] or ["Nothing would change."]
    lines += [f"{platform}: {count} people: {what}" for (platform, what), count in sorted(found.counts.items())]
    lines += [
        f"  {one.person} {one.what} on {one.platform} {', '.join(one.details)}".rstrip() for one in found.examples
    ]
    return [*lines, f"Kept as draft {proposal.draft.id}; apply it with: sso-bridge config apply {proposal.draft.id}"]


def _row(one: Revision) -> dict[str, Any]:
    return {
        "revision": one.number, "applied_at": one.applied_at, "applied_by": one.applied_by, "made_by": one.made_by,
        "why": one.why, "digest": one.digest[:16],
    }  # fmt: skip
