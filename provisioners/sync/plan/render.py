"""A plan for people (a text with the counts first) and for machines (plain JSON values)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from provisioners.sync.plan.change import Change, Plan

ROWS = 40
WHO = Callable[[int], str]
_SIGNS = {"create": "+", "add": "+", "reactivate": "+", "delete": "-", "remove": "-", "suspend": "!",
          "nest": "+", "restore": "+", "unnest": "-", "archive": "-"}  # fmt: skip


def as_text(plan: Plan, *, who: WHO = str, rows: int = ROWS) -> str:
    """Return counts, what guards held, what is left alone, and the first changes with their reasons."""
    return "\n".join(_lines(plan, who, rows)) + "\n"


def as_json(plan: Plan, number: int = 0) -> dict[str, Any]:
    """Return the whole plan as JSON values."""
    return {
        "number": number,
        "digest": plan.digest,
        "on": plan.on.isoformat(),
        "revision": plan.revision,
        "organisation": plan.organisation,
        "scope": dict(plan.scope),
        "counts": plan.counts(),
        "held": [{name: getattr(each, name) for name in each.__slots__} for each in plan.held],
        "findings": [{name: getattr(each, name) for name in each.__slots__} for each in plan.findings],
        "changes": [change_json(change) for change in plan.changes],
    }


def change_json(change: Change) -> dict[str, Any]:
    """Return one change as JSON values, without what is empty."""
    values = {name: getattr(change, name) for name in change.__slots__}
    values["phase"] = change.phase.name.lower()
    values["members"], values["unique"] = list(change.members), list(change.unique)
    values["before"], values["after"] = dict(change.before), dict(change.after)
    return {name: value for name, value in values.items() if value not in ("", 0, [], {})}


def describe(change: Change, who: WHO = str) -> str:
    """Return one line: sign, what, whom, the values that change, why."""
    sign = _SIGNS.get(change.kind.rpartition("_")[2], "~")
    subject = change.group or who(change.person_id)
    if change.group and change.members:
        names = ", ".join(who(each) for each in change.members[:3])
        more = f" and {len(change.members) - 3} more" if change.weight > 3 else ""  # noqa: PLR2004 - three names fit a line
        subject = f"{change.group}: {names}{more}"
    values = ", ".join(_differences(change))
    held = f" [held by guard {change.held}]" if change.held else ""
    return f"{sign} {change.platform} {change.kind} {subject}{f' ({values})' if values else ''}: {change.reason}{held}"


def _differences(change: Change) -> Iterator[str]:
    if change.kind not in {"account_update", "group_rename", "group_create", "group_nest", "group_unnest"}:
        return
    for name in sorted(change.before.keys() | change.after.keys()):
        before, after = change.before.get(name, ""), change.after.get(name, "")
        if before != after:
            yield f"{name}: {before!s} -> {after!s}" if before else f"{name}: {after!s}"


def _lines(plan: Plan, who: WHO, rows: int) -> Iterator[str]:
    counts = plan.counts()
    on = f"{plan.on} ({plan.scope['elsewhere']})" if "elsewhere" in plan.scope else plan.on
    yield f"Plan {plan.digest[:12]} for {on}, configuration {plan.revision}, organisation {plan.organisation}"
    apart = ", ".join(sorted({each.platform for each in plan.findings if each.what == "not_planned"}))
    if not counts and apart and not plan.scope.get("platforms"):
        yield f"Nothing could be planned: {apart} could not be read."
    elif not counts:
        yield f"Nothing to do: every platform{f' but {apart}' if apart else ''} is as the rules want it."
    for platform in sorted(counts):
        for kind in sorted(counts[platform]):
            yield f"  {platform:<20} {kind:<20} {counts[platform][kind]:>9,}"
    for held in plan.held:
        yield (
            f"Held: {held.platform} {held.guard}: {held.count} changes, agreed are {held.limit} "
            f"(of {held.base}); {held.hint}"
        )
    yield from _findings(plan)
    for change in plan.changes[:rows]:
        yield describe(change, who)
    if len(plan.changes) > rows:
        yield f"... and {len(plan.changes) - rows:,} more; use --json for all"


def _findings(plan: Plan) -> Iterator[str]:
    kinds: dict[tuple[str, str, str], int] = {}
    for finding in plan.findings:
        sort = (finding.platform, finding.what, finding.detail)
        kinds[sort] = kinds.get(sort, 0) + 1
    for (platform, what, detail), count in sorted(kinds.items()):
        said = f"Not planned: {platform}" if what == "not_planned" else f"Left alone: {platform} {what} x {count}"
        yield f"{said}: {detail}"
