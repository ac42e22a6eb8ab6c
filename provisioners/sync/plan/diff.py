"""One platform's changes: accounts, groups, guards; and all platforms' changes in the order of execution."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from mappings.days import Day, elsewhere, home_day
from mappings.rules import Rules
from provisioners.platforms.descriptor import Descriptor
from provisioners.ports import Ledger, Remembered, Shadows
from provisioners.spool import Spool
from provisioners.sync.compose.chart import Chart
from provisioners.sync.derive.block import Block, blocks
from provisioners.sync.derive.narrow import Narrowing
from provisioners.sync.derive.wanted import Derivation
from provisioners.sync.plan.accounts import AccountDiff
from provisioners.sync.plan.change import Change, Finding, Held, Plan, Seal
from provisioners.sync.plan.earlier import Earlier
from provisioners.sync.plan.focus import EVERYBODY, Focus
from provisioners.sync.plan.groups import GroupDiff
from provisioners.sync.plan.guards import DEFAULTS, Guards, Limit, Tally
from provisioners.sync.plan.ownership import Protected
from provisioners.sync.plan.sheaf import Drafts, place_of, sealed
from provisioners.sync.plan.steps import Subject

ENOUGH = 1000
"""More accounts allow more; the changes of one person are rarely too many for so many."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A platform to plan for: what its connector can hold, its limits and its protected list.

    Of the people in `undecided` somebody has still to say whether an account there is theirs; none is made for them.
    """

    name: str
    descriptor: Descriptor
    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(DEFAULTS))
    protected: Protected = field(default_factory=Protected)
    undecided: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class PlatformPlan:
    """What is to be said of one platform beside its changes."""

    held: list[Held]
    findings: list[Finding]
    evaluated: int


def plan_platforms(
    targets: Iterable[Target],
    *,
    rules: Rules,
    chart: Chart,
    drafts: Drafts,
    shadows: Shadows,
    ledger: Ledger,
    subject: Subject,
    now: datetime,
    remembered: Remembered | None = None,
    only: Focus = EVERYBODY,
    progress: Callable[[str, int], None] = lambda _name, _at: None,
) -> dict[str, PlatformPlan]:
    """Put into `drafts` what would be changed on each platform on the chart's day, for everybody or for a few."""
    diffs: dict[Target, AccountDiff] = {}
    narrowings: list[Narrowing] = []
    for target in targets:
        narrowing = next((each for each in narrowings if each.descriptor == target.descriptor), None)
        if narrowing is None:
            narrowing = Narrowing(target.descriptor)
            narrowings.append(narrowing)
        derivation = Derivation(target.name, rules, target.descriptor, chart, remembered, narrowing)
        diffs[target] = AccountDiff(
            derivation, shadows, target.protected, subject, chart.days, Spool(drafts.scratch), only, target.undecided
        )
    for block in blocks(chart):
        _derive(block, diffs.values())
        progress("people", block.start + len(block.ids))
    parts = {}
    for target, diff in diffs.items():
        progress(target.name, len(chart))
        parts[target.name] = _finished(target, diff, drafts, shadows, ledger, now)
    return parts


def _derive(block: Block, diffs: Collection[AccountDiff]) -> None:
    """Evaluate who must be. People are the outer loop here: the facts of one are made once for all platforms."""
    asked = [(diff, diff.take(block)) for diff in diffs]
    if everybody := set[int]().union(*(ids for _, ids in asked)):
        for id_, inputs in zip(block.ids, block.inputs, strict=True):
            if id_ in everybody:
                for diff, ids in asked:
                    if id_ in ids:
                        diff.derive(id_, inputs)
    for diff in diffs:
        diff.settle(block)


def _finished(
    target: Target, accounts: AccountDiff, drafts: Drafts, shadows: Shadows, ledger: Ledger, now: datetime
) -> PlatformPlan:
    groups, tally = GroupDiff(accounts, shadows, now), Tally()
    for found in chain(accounts.changes(), ([each] for each in groups.changes())):
        for change, classes in zip(found, tally.note(found), strict=True):
            follows = ("suspend",) if accounts.suspended.intersection(change.members) else ()
            drafts.add(change, classes + follows)
    earlier = Earlier(ledger, target.name, accounts.only.ids) if accounts.only.follows else None
    guards = Guards(target.limits, lambda kinds, since: ledger.done_since(target.name, kinds, since), earlier)
    held = _stopped(guards, tally, accounts, groups, shadows, now)
    return PlatformPlan(held, accounts.findings + groups.findings, accounts.derivation.evaluated)


def _stopped(
    guards: Guards, tally: Tally, accounts: AccountDiff, groups: GroupDiff, shadows: Shadows, now: datetime
) -> list[Held]:
    """Return what is held. For one person the accounts are counted only as far as usually decides, else to the end."""
    platform = accounts.platform
    if not accounts.only:
        members = groups.known_members
        return guards.stopped(tally, accounts=accounts.active, members=members, platform=platform, now=now)
    active, members = shadows.sizes(platform, ENOUGH)
    held = guards.stopped(tally, accounts=active, members=members, platform=platform, now=now)
    if held and active == ENOUGH:
        active, members = shadows.sizes(platform)
        held = guards.stopped(tally, accounts=active, members=members, platform=platform, now=now)
    return held


def in_order(changes: Iterable[Change]) -> list[Change]:
    """Return the changes in the order of execution; the same changes always in the same order."""
    return sorted(
        changes,
        key=lambda each: (place_of(each), each.group, each.person_id, each.members),
    )


def together(
    drafts: Drafts,
    parts: Mapping[str, PlatformPlan],
    apart: Mapping[str, str],
    *,
    on: Day,
    revision: int,
    organisation: int,
    only: Focus = EVERYBODY,
) -> Plan:
    """Return the one plan of all platforms; `apart` tells which could not be planned for, and why."""
    findings = [Finding(name, "not_planned", reason) for name, reason in sorted(apart.items())]
    scope = {"platforms": ",".join(sorted(parts)), **only.scope}
    scope |= {"elsewhere": there} if (there := elsewhere(on)) else {}
    held = tuple(each for part in parts.values() for each in part.held)
    findings.extend(each for part in parts.values() for each in part.findings)
    sheaf = drafts.sheaf({name: [each.guard for each in part.held] for name, part in parts.items()})
    day = home_day(on)
    digest = sealed(sheaf, Seal(day, revision, organisation, scope))
    return Plan(digest, day, revision, organisation, sheaf, held, tuple(findings), scope, drafts.sums)
