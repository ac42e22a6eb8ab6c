"""One platform's changes: accounts, groups, guards; and all platforms' changes in the order of execution."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from mappings.rules import Rules
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import Ledger, Remembered, Shadows
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.plan.accounts import AccountDiff, Subject
from provisioners.sync.plan.change import Change, Finding, Held, Phase, Plan, make_plan
from provisioners.sync.plan.groups import GroupDiff
from provisioners.sync.plan.guards import DEFAULTS, Guards, Limit
from provisioners.sync.plan.ownership import Protected

STEP = 1000
_FIRST = {"account_suspend": 0, "member_remove": 0, "owner_add": 0}
"""Within a phase these come before the rest: taking away before giving, but a new owner before the old one goes."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A platform to plan for: what its connector can hold, its limits and its protected list."""

    name: str
    descriptor: Descriptor
    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(DEFAULTS))
    protected: Protected = field(default_factory=Protected)


@dataclass(frozen=True, slots=True)
class PlatformPlan:
    """The part of one platform, guards applied."""

    changes: list[Change]
    held: list[Held]
    findings: list[Finding]
    evaluated: int


def plan_platforms(
    targets: Iterable[Target],
    *,
    rules: Rules,
    chart: Chart,
    shadows: Shadows,
    ledger: Ledger,
    subject: Subject,
    now: datetime,
    remembered: Remembered | None = None,
    only: int = 0,
    progress: Callable[[str, int], None] = lambda _name, _at: None,
) -> dict[str, PlatformPlan]:
    """Return what would be changed on each platform on the chart's day. Reads only; `only` is one person's id.

    People are the outer loop: the facts of one are made once for all platforms.
    """
    diffs = {
        target: AccountDiff(
            Derivation(target.name, rules, target.descriptor, chart, remembered),
            shadows,
            target.protected,
            subject,
            chart.on,
            only,
        )
        for target in targets
    }
    for count, person in enumerate(chart.everyone(), start=1):
        inputs = chart.surroundings(person)
        for diff in diffs.values():
            diff.take(person, inputs)
        if count % STEP == 0:
            progress("people", count)
    parts = {}
    for target, diff in diffs.items():
        progress(target.name, len(chart))
        parts[target.name] = _finished(target, diff, shadows, ledger, now)
    return parts


def _finished(target: Target, accounts: AccountDiff, shadows: Shadows, ledger: Ledger, now: datetime) -> PlatformPlan:
    changes = accounts.changes()
    groups = GroupDiff(accounts, shadows)
    changes.extend(groups.changes())
    guards = Guards(target.limits, lambda kinds, since: ledger.done_since(target.name, kinds, since))
    changes, held = guards.hold(
        changes, accounts=accounts.active, members=groups.known_members, platform=target.name, now=now
    )
    return PlatformPlan(changes, held, accounts.findings + groups.findings, accounts.derivation.evaluated)


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Return the changes in the order of execution; the same changes always in the same order."""
    return sorted(
        changes,
        key=lambda each: (each.phase, each.platform, _place(each), each.group, each.person_id, each.members),
    )


def _place(change: Change) -> int:
    if change.phase is Phase.ACCOUNTS:
        return {"account_suspend": 0, "account_reactivate": 1, "account_create": 2}.get(change.kind, 3)
    return _FIRST.get(change.kind, 1)


def together(
    parts: Mapping[str, PlatformPlan],
    apart: Mapping[str, str],
    *,
    on: date,
    revision: int,
    organisation: int,
    only: int = 0,
) -> Plan:
    """Return the one plan of all platforms; `apart` tells which could not be planned for, and why."""
    findings = [Finding(name, "not_planned", reason) for name, reason in sorted(apart.items())]
    scope = {"platforms": ",".join(sorted(parts)), **({"person": str(only)} if only else {})}
    return make_plan(
        in_order(change for part in parts.values() for change in part.changes),
        on=on,
        revision=revision,
        organisation=organisation,
        held=[each for part in parts.values() for each in part.held],
        findings=[*findings, *(each for part in parts.values() for each in part.findings)],
        scope=scope,
    )
