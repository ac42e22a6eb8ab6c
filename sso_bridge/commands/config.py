"""`sso-bridge config`: check, plan, apply, export, history, rollback (looking is the default)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import click

from mappings.errors import MappingError, Problem
from provisioners.sync.rollout.approval import SecondPersonNeeded
from sso_bridge.commands.config_edit import diff, draft_of
from sso_bridge.commands.context import CommandContext, pass_context
from sso_bridge.commands.output import Output, output_option
from sso_bridge.commands.progress import bar
from sso_bridge.configuration.changing.beside import check_files
from sso_bridge.configuration.changing.change import Proposal
from sso_bridge.configuration.changing.preview import parts, planned
from sso_bridge.configuration.changing.weighing import Weighed
from sso_bridge.configuration.document.files import canonical, read_file, write_yaml
from sso_bridge.configuration.document.parse import parse
from sso_bridge.store.administration.revisions import Revision

WHY = click.option("--why", metavar="TEXT", default="", help="The reason, for the history and the audit.")

MOST_PARTS = 40
"""So many claims, attributes and groups are shown; `--json` has more."""

APPROVE = click.option("--approve", is_flag=True, help="Approve it now, under your name, for 24 hours.")


@click.group("config", short_help="Check, look at and change the configuration.")
def command() -> None:
    """Check, look at and change the configuration: workplaces, platforms, mappings, groups, guards ..."""


@command.command("check", short_help="Tell every mistake in a file; changes nothing.")
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


@command.command("plan", short_help="Keep a file as a draft, and show what it would change.")
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
    weighed = _weighed(context, proposal.draft)
    out.result(planned(proposal, weighed), "\n".join(_plan_lines(proposal, weighed)))
    return 0


@command.command("apply", short_help="Bring a file or a draft into force.")
@click.argument("what", metavar="FILE|DRAFT")
@WHY
@APPROVE
@output_option
@pass_context
def apply(context: CommandContext, what: str, why: str, out: Output, *, approve: bool) -> int:
    """Bring a FILE, or a DRAFT that `config plan` kept, into force; running processes follow at once.

    What takes two administrators is refused unless a colleague has approved the draft, or --approve says that whoever
    has this machine answers for it: more than 5 % of the people, guards, workplaces, HR sources, protected accounts,
    keys and addresses of platforms.
    """
    desk = context.parts.configuration
    try:
        if what.isdecimal() and not Path(what).exists():
            draft = desk.revisions.draft(int(what))
        else:
            draft = desk.propose(read_file(Path(what)), by=context.actor, why=why).draft
        applied = _apply(context, draft, approve=approve)
    except MappingError as error:
        return _wrong(error.problems, out)
    out.result(_row(applied), f"Revision {applied.number} holds now.")
    return 0


@command.command("approve", short_help="Approve a draft for 24 hours.")
@click.argument("draft", type=int)
@output_option
@pass_context
def approve_draft(context: CommandContext, draft: int, out: Output) -> None:
    """Approve DRAFT under your name, for 24 hours; `config apply DRAFT`, here or over the API, brings it into force."""
    given = context.parts.configuration.approve(draft, by=context.actor)
    said = f"Draft {draft} is approved until {given.until:%Y-%m-%d %H:%M} UTC."
    out.result({"draft": draft, "by": given.by, "until": given.until}, said)


@command.command("export", short_help="Write the configuration that holds.")
@click.option("--revision", type=int, metavar="N", help="An earlier one.")
@output_option
@pass_context
def export(context: CommandContext, revision: int | None, out: Output) -> None:
    """Write the configuration that holds as YAML (or JSON); `config apply` takes it back unchanged."""
    desk = context.parts.configuration
    document = desk.revisions.get(revision).document if revision else desk.in_force()
    click.echo(canonical(document) if out.as_json else write_yaml(document), nl=out.as_json)


@command.command("history")
@click.option("--limit", type=click.IntRange(1, 10_000), metavar="N", default=20, show_default=True, help="How many.")
@output_option
@pass_context
def history(context: CommandContext, limit: int, out: Output) -> None:
    """List applied revisions, the newest first: who, when, why."""
    rows = [_row(one) for one in context.parts.configuration.revisions.history(limit)]
    out.rows(rows, "Nothing was applied yet.")


@command.command("rollback", short_help="Bring an earlier revision into force again.")
@click.argument("revision", type=int)
@WHY
@APPROVE
@output_option
@pass_context
def rollback(context: CommandContext, revision: int, why: str, out: Output, *, approve: bool) -> int:
    """Bring an earlier REVISION into force again, byte for byte, as a new one."""
    try:
        draft = context.parts.configuration.earlier(revision, by=context.actor, why=why)
        applied = _apply(context, draft, approve=approve)
    except MappingError as error:
        return _wrong(error.problems, out)
    out.result(_row(applied), f"Revision {applied.number} holds now; it is the same as revision {revision}.")
    return 0


@command.command("set", short_help="Set one resource, and bring that into force.")
@click.argument("place", metavar="PART.NAME")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@WHY
@APPROVE
@output_option
@pass_context
def set_one(context: CommandContext, place: str, file: Path, why: str, out: Output, *, approve: bool) -> int:
    """Set one resource, as in `mappings.chat`, to what FILE holds; everything else stays as it is."""
    return _edited(context, place, lambda: read_file(file), why, out, approve=approve)


@command.command("remove", short_help="Remove one resource, and bring that into force.")
@click.argument("place", metavar="PART.NAME")
@WHY
@APPROVE
@output_option
@pass_context
def remove(context: CommandContext, place: str, why: str, out: Output, *, approve: bool) -> int:
    """Remove one resource, as in `groups.sales-nl`; everything else stays as it is."""
    return _edited(context, place, lambda: None, why, out, approve=approve)


command.add_command(diff)


def _edited(
    context: CommandContext, place: str, value: Callable[[], dict[str, Any] | None], why: str, out: Output, *,
    approve: bool,
) -> int:  # fmt: skip
    try:
        proposal = draft_of(context, place, value(), why)
        if not proposal.changes:
            out.result({"changes": []}, "Nothing would change.")
            return 0
        applied = _apply(context, proposal.draft, approve=approve)
    except MappingError as error:
        return _wrong(error.problems, out)
    out.result(_row(applied), f"Revision {applied.number} holds now.")
    return 0


def _apply(context: CommandContext, draft: Revision, *, approve: bool) -> Revision:
    """Weigh, approve if told to, apply: the looking is done before, so that nobody waits for the database."""
    desk = context.parts.configuration
    weighed = _weighed(context, draft)
    if approve:
        desk.approve(draft.id, by=context.actor)
    try:
        return desk.apply(draft.id, by=context.actor, weighed=weighed)
    except SecondPersonNeeded as error:
        hint = (
            f"a colleague approves draft {draft.id}, over the API or with `sso-bridge config approve {draft.id}`; or "
            f"answer for it alone, under your name: sso-bridge config apply {draft.id} --approve"
        )
        raise SecondPersonNeeded(str(error), hint=hint) from None


def _weighed(context: CommandContext, draft: Revision) -> Weighed:
    with bar("Looking at everybody", len(context.parts.people)) as show:
        return context.parts.configuration.weigh(draft.document, most=None, progress=lambda seen: show("", seen))


def _wrong(problems: Sequence[Problem], out: Output) -> int:
    rows = [
        {"path": one.path, "line": one.line, "column": one.column, "message": one.message, "hint": one.hint}
        for one in problems
    ]
    count = f"{len(problems)} mistake" + ("s" if len(problems) != 1 else "")
    out.result({"good": False, "problems": rows}, "\n".join([*map(str, problems), f"{count}; nothing was changed."]))
    return 1


def _plan_lines(proposal: Proposal, weighed: Weighed) -> list[str]:
    found = weighed.effects
    lines = [str(change) for change in proposal.changes] or ["Nothing would change."]
    lines += [f"{one[:1].upper()}{one[1:]}." for one in weighed.turns]
    lines += [f"{platform}: {count} people: {what}" for (platform, what), count in sorted(found.counts.items())]
    lines += [_part_line(one) for one in islice(parts(found), MOST_PARTS)]
    lines += [f"  {one.person} {one.what} on {one.platform} {', '.join(one.names)}".rstrip() for one in found.examples]
    lines += [f"This takes a second administrator: {one}." for one in weighed.reasons if weighed.base]
    return [*lines, f"Kept as draft {proposal.draft.id}; apply it with: sso-bridge config apply {proposal.draft.id}"]


def _part_line(one: dict[str, Any]) -> str:
    what = f"{one['kind'].replace('_', '-')} {one['name']}".strip()
    told = ", ".join(f"{one[how]:,} {how}" for how in ("added", "removed", "changed") if one[how])
    return f"  {one['platform']} {what}: {told}"


def _row(one: Revision) -> dict[str, Any]:
    return {
        "revision": one.number, "applied_at": one.applied_at, "applied_by": one.applied_by, "made_by": one.made_by,
        "why": one.why, "digest": one.digest[:16],
    }  # fmt: skip
