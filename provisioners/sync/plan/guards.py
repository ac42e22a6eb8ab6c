"""Limits per class of change: too many of one class are held, the other classes go on (PR-04).

A limit is a share of what is there, a number, or both (the smaller one counts), for one plan and, with a window, for
everything done in the window before it. Plans that follow what HR said of a few people are small by nature: without a
window they count together for a day, so that a limit is not passed one person at a time (`earlier`). A small company
is not stopped by a share of nearly nothing: up to `FEW` are allowed, but never more than half.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import get_args

from provisioners.spans import span
from provisioners.sync.plan.change import Change, Held, Kind
from provisioners.sync.plan.earlier import Earlier
from provisioners.sync.plan.ownership import NAMES

FEW = 3

CLASSES: Mapping[str, frozenset[Kind]] = {
    "create": frozenset({"account_create"}),
    "update": frozenset({"account_update"}),
    "suspend": frozenset({"account_suspend"}),
    "delete": frozenset({"account_delete", "account_anonymise"}),
    "member_add": frozenset({"member_add", "group_nest"}),
    "member_remove": frozenset({"member_remove", "owner_remove", "group_unnest"}),
    "rename": frozenset({"group_rename"}),
    "group_end": frozenset({"group_archive", "group_delete"}),
    "key_change": frozenset({"account_update"}),
}
"""Guard -> kinds of change. `key_change` takes only the updates that change a name or address people sign in with."""

GROWING = frozenset({"create", "member_add"})
"""The classes that add to what shares are taken of."""

A_DAY = timedelta(days=1)

_ORDER = {"key_change": -1, "suspend": 1}
"""The narrower class names what is held; suspensions come last, they also hold the groups of who is suspended."""

_OF_KIND = {kind: tuple(name for name, kinds in CLASSES.items() if kind in kinds) for kind in get_args(Kind)}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `percent` of what is there and `count` in all; None means that this side does not limit."""

    percent: float | None = None
    count: int | None = None
    window: timedelta = timedelta()

    def allowed(self, base: int) -> int | None:
        """Return how many are agreed, or None when nothing limits."""
        sides = []
        if self.percent is not None:
            sides.append(max(int(base * self.percent / 100), min(FEW, base // 2)))
        if self.count is not None:
            sides.append(self.count)
        return min(sides, default=None)


DEFAULTS: Mapping[str, Limit] = {
    "create": Limit(percent=50),
    "update": Limit(percent=60),
    "suspend": Limit(percent=5, window=timedelta(hours=24)),
    "delete": Limit(percent=2, count=100, window=timedelta(hours=24)),
    "member_remove": Limit(percent=10),
    "rename": Limit(count=100),
    "group_end": Limit(count=20, window=timedelta(hours=24)),
    "key_change": Limit(percent=10, count=50),
}
"""What holds where the configuration says nothing."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The limits of one platform. `done_since` counts what was carried out before, for windows.

    `earlier` tells what small plans did before this one, which is one of them.
    """

    limits: Mapping[str, Limit] = field(default_factory=lambda: dict(DEFAULTS))
    done_since: Callable[[Iterable[Kind], datetime], int] = lambda _kinds, _since: 0
    earlier: Earlier | None = None

    def hold(
        self, changes: list[Change], *, accounts: int, members: int, platform: str, now: datetime
    ) -> tuple[list[Change], list[Held]]:
        """Return the changes, those over a limit marked as held, and what was held.

        `accounts` are the active accounts that are ours, `members` the known memberships: what shares are taken of.
        A platform on which we have nothing yet may be filled: shares of nothing limit nothing but removals.
        """
        tally = Tally()
        classes = tally.note(changes)
        held = self.stopped(tally, accounts=accounts, members=members, platform=platform, now=now)
        guards = [each.guard for each in held]
        for at, mine in enumerate(classes):
            if guard := first_of(guards, mine):
                changes[at] = replace(changes[at], held=changes[at].held or guard)
        return changes, held

    def stopped(self, tally: Tally, *, accounts: int, members: int, platform: str, now: datetime) -> list[Held]:
        """Return the classes that are over a limit, in the order in which they hold a change; see `hold`."""
        held: list[Held] = []
        for guard, limit in sorted(self.limits.items(), key=lambda pair: _ORDER.get(pair[0], 0)):
            base = members if guard in {"member_add", "member_remove"} else accounts
            if guard in GROWING and not base and limit.count is None:
                continue
            count = tally.counts.get(guard, 0)
            if not count or limit.allowed(base) is None:
                continue
            before = self._before(guard, limit, now)
            allowed = _agreed(guard, limit, base, before)
            if count + before > allowed:
                held.append(Held(guard, platform, count, max(0, allowed - before), base, _hint(guard, before)))
        return held

    def _before(self, guard: str, limit: Limit, now: datetime) -> int:
        done = self.done_since(CLASSES[guard], now - limit.window) if limit.window else 0
        if self.earlier is None:
            return done
        kinds = CLASSES[guard]
        if limit.window:
            return done + self.earlier.still_open(kinds)
        if guard == "key_change":
            return self.earlier.people(now - A_DAY, lambda change: belongs(guard, change))
        return self.earlier.within(kinds, now - A_DAY)


@dataclass(slots=True)
class Tally:
    """How many single changes of one platform count for each guard."""

    counts: dict[str, int] = field(default_factory=dict)

    def note(self, changes: Iterable[Change]) -> list[tuple[str, ...]]:
        """Count these changes and return the guards of each; all changes of one person come in one call."""
        changes = list(changes)
        new = {change.person_id for change in changes if change.kind == "account_create"}
        classes = [tuple(name for name in _OF_KIND[each.kind] if belongs(name, each, new)) for each in changes]
        for change, guards in zip(changes, classes, strict=True):
            for guard in guards:
                self.counts[guard] = self.counts.get(guard, 0) + change.weight
        return classes


def first_of(held: Iterable[str], guards: tuple[str, ...]) -> str:
    """Return the first guard that holds a change of these classes, empty when none does."""
    return next((guard for guard in held if guard in guards), "")


def belongs(guard: str, change: Change, new: AbstractSet[int] = frozenset()) -> bool:
    """Return whether this change counts for the guard; completing an account of this same plan is no rewrite."""
    if guard == "update":
        return change.person_id not in new
    if guard != "key_change":
        return True
    return any(change.before.get(name) and change.before.get(name) != change.after.get(name) for name in NAMES)


def guards_from(document: Mapping[str, Mapping[str, Mapping[str, object]]], platform: str) -> dict[str, Limit]:
    """Return the limits of a platform from the `guards` of the configuration: defaults, `default`, then its own."""
    limits = dict(DEFAULTS)
    for name in ("default", platform):
        for guard, said in document.get(name, {}).items():
            if guard in CLASSES:
                limits[guard] = _limit(said)
    return limits


def _limit(said: Mapping[str, object]) -> Limit:
    percent, count, window = said.get("percent"), said.get("count"), said.get("window")
    return Limit(
        None if percent is None else float(str(percent)),
        None if count is None else int(str(count)),
        span(window) if window else timedelta(),
    )


def _agreed(guard: str, limit: Limit, base: int, before: int) -> int:
    """Return how many are agreed, those before included. What was added before is in what shares are taken of."""
    if guard not in GROWING or limit.window:
        return limit.allowed(base) or 0
    share = replace(limit, count=None).allowed(base)
    sides = [share + before] if share is not None else []
    return min(sides if limit.count is None else [*sides, limit.count])


def _hint(guard: str, before: int) -> str:
    earlier = f", {before} were done in the window before" if before else ""
    return f"look at these changes; approve the plan naming the guard {guard!r}, or correct the source{earlier}"
