"""What a re-organisation would do: its rows laid over the staff, planned for, and told by platform and unit.

Nothing is taken, no platform is asked, and nothing is kept but what the caller keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from mappings.facts import primary_of
from mappings.people import Person
from provisioners.ports import Entry, Remembered
from provisioners.sync.collect.laid import Laid
from provisioners.sync.compose.supposed import Supposed
from provisioners.sync.plan.change import Change, Plan
from sso_bridge.jobs.look import Looking, Progress, synced
from sso_bridge.store.staff.people import People
from sso_bridge.store.sync.shadows import StoredShadows

NEVER_READ = "its accounts were never read: make a plan for it first"
MOST_UNITS = 500
MOST_CHANGES = 2000


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """What was derived before is used, and nothing that is only supposed is kept (`ports.Remembered`)."""

    kept: Remembered

    def blocks(self, platform: str, rules: str) -> Mapping[int, bytes]:
        """Return all blocks that were derived with these rules."""
        return self.kept.blocks(platform, rules)

    def keep(self, platform: str, rules: str, blocks: Mapping[int, bytes]) -> None:
        """Keep nothing."""


class Nowhere:
    """Keeps no plan and no trail: a supposition is no act (`ports.Plans`, `ports.Trail`)."""

    def keep(self, _plan: Plan) -> int:
        """Return the number of no plan."""
        return 0

    def number(self, _reference: str) -> int | None:
        """Return None: there is none."""
        return None

    def load(self, _number: int) -> Plan | None:
        """Return None: there is none."""
        return None

    def changes(self, _number: int) -> Iterator[tuple[int, Change]]:
        """Yield nothing."""
        return iter(())

    def record(self, *_entries: Entry) -> None:
        """Record nothing."""


@dataclass(frozen=True, slots=True)
class Supposition:
    """A plan that nobody can carry out, and the units of those it is about."""

    plan: Plan
    units: Mapping[tuple[str, str], Counter[str]]
    unit_of: Mapping[int, str]


def suppose(
    looking: Looking,
    rows: Laid,
    *,
    on: date,
    platforms: Collection[str] = (),
    progress: Progress = lambda _name, _at: None,
) -> Supposition:
    """Return what these rows would change on these platforms on that day; on all that have a connector without any."""
    live, people = looking.current(), People(looking.store, looking.clock)
    chosen = [name for name in synced(live.configuration) if not platforms or name in platforms]
    shadows = StoredShadows(looking.store, looking.clock)
    apart = {name: NEVER_READ for name in chosen if not shadows.contacted(name)}
    staff = Supposed(people, rows, on)
    sync = looking.sync(live)
    supposed = replace(
        sync, staff=staff, plans=Nowhere(), trail=Nowhere(), remembered=sync.remembered and ReadOnly(sync.remembered)
    )
    targets = looking.targets(live, [name for name in chosen if name not in apart])
    _, plan = supposed.look(live.rules, targets, revision=live.revision, on=on, apart=apart, progress=progress)
    unit_of = _units_of(plan, people, staff, on)
    return Supposition(plan, _by_unit(plan, unit_of), unit_of)


def _units_of(plan: Plan, people: People, staff: Supposed, on: date) -> dict[int, str]:
    """Return in which unit everybody whom the plan is about would be."""
    ids = {one for change in plan.changes for one in _whom(change)}
    known: dict[int, Person] = {id_: staff.over(person) for id_, person in people.some(ids).items()}
    if ids - known.keys():
        known |= {one.id: one.person() for one in staff.everyone() if one.id in ids - known.keys()}
    return {id_: job.unit for id_, person in known.items() if (job := primary_of(person, on)) is not None}


def _by_unit(plan: Plan, unit_of: Mapping[int, str]) -> dict[tuple[str, str], Counter[str]]:
    found: dict[tuple[str, str], Counter[str]] = {}
    for change in plan.changes:
        for id_ in _whom(change):
            found.setdefault((change.platform, unit_of.get(id_, "")), Counter())[change.kind] += 1
    return found


def _whom(change: Change) -> Iterable[int]:
    return change.members or ((change.person_id,) if change.person_id else ())


def summary(found: Supposition, rows: Laid) -> dict[str, Any]:
    """Return a supposition as JSON without anybody's values: counts, units, what guards would hold, first changes."""
    plan = found.plan
    return {
        "on": plan.on.isoformat(),
        "revision": plan.revision,
        "rows": rows.rows,
        "problems": [{name: getattr(one, name) for name in one.__slots__} for one in rows.problems[:MOST_CHANGES]],
        "counts": plan.counts(),
        "units": list(islice(units_told(found), MOST_UNITS)),
        "held": [{name: getattr(one, name) for name in one.__slots__} for one in plan.held],
        "findings": findings_told(plan),
        "total": len(plan.changes),
        "changes": [_change(one, found.unit_of) for one in islice(plan.changes, MOST_CHANGES)],
    }


def units_told(found: Supposition) -> Iterator[dict[str, Any]]:
    """Yield each unit of each platform with what would change there, the most first."""
    for (platform, unit), counts in sorted(found.units.items(), key=lambda one: (-one[1].total(), one[0])):
        yield {"platform": platform, "unit": unit, "changes": counts.total(), "kinds": dict(sorted(counts.items()))}


def findings_told(plan: Plan) -> list[dict[str, Any]]:
    """Return what would be left alone, counted: nobody is named."""
    counts = Counter((one.platform, one.what, one.detail) for one in plan.findings)
    return [
        {"platform": platform, "what": what, "detail": detail, "count": count}
        for (platform, what, detail), count in counts.most_common(MOST_UNITS)
    ]


def _change(change: Change, unit_of: Mapping[int, str]) -> dict[str, Any]:
    names = sorted(change.before.keys() | change.after.keys())
    return {
        "platform": change.platform, "kind": change.kind, "person": change.person_uuid, "group": change.group,
        "unit": unit_of.get(change.person_id, ""), "members": len(change.members), "held": change.held,
        "attributes": [name for name in names if change.before.get(name, "") != change.after.get(name, "")],
        "reason": change.reason,
    }  # fmt: skip
