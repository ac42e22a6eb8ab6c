"""What came of a run, counted from the ledger and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OPEN = ("waiting", "leased")


@dataclass(frozen=True, slots=True)
class Count:
    """Single changes of one kind on one platform in one state of the ledger; `achieved` of them were made."""

    platform: str
    kind: str
    state: str
    weight: int
    achieved: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """An action that was not carried out in full, and why; names the target by our own id."""

    platform: str
    kind: str
    target: str
    state: str
    code: str
    error: str


@dataclass(frozen=True, slots=True)
class Report:
    """A run as it stands. `totals` is platform -> kind -> outcome -> number of single changes.

    Outcomes: `done`, `failed` (the platform refuses it), `dead` (given up), `skipped` (stale, held by a guard, left
    alone, cancelled) and `open`. `leavers_stuck` counts the steps of leavers that are not confirmed after five minutes.
    """

    run: int
    plan: int
    state: str
    by: str
    opened_at: datetime
    finished_at: datetime | None = None
    totals: Mapping[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    leavers_stuck: int = 0

    def total(self, outcome: str = "") -> int:
        """Return the number of single changes with this outcome, or of all."""
        kinds = (kind for platform in self.totals.values() for kind in platform.values())
        return sum(number for kind in kinds for name, number in kind.items() if outcome in {"", name})

    @property
    def complete(self) -> bool:
        """Return whether nothing is left to do."""
        return not self.total("open")

    def as_json(self) -> dict[str, Any]:
        """Return the report as the admin API and `--json` show it."""
        return {
            "run": self.run,
            "plan": self.plan,
            "state": self.state,
            "by": self.by,
            "opened_at": self.opened_at.isoformat(),
            "finished_at": self.finished_at.isoformat() if self.finished_at else None,
            "totals": {platform: {k: dict(v) for k, v in kinds.items()} for platform, kinds in self.totals.items()},
            "leavers_stuck": self.leavers_stuck,
            "troubles": [
                {name: getattr(trouble, name) for name in ("platform", "kind", "target", "state", "code", "error")}
                for trouble in self.troubles
            ],
        }


def totals(counts: Iterable[Count]) -> dict[str, dict[str, dict[str, int]]]:
    """Add up: what was made counts as done also where the rest of an action failed."""
    table: dict[str, dict[str, dict[str, int]]] = {}
    for count in counts:
        row = table.setdefault(count.platform, {}).setdefault(count.kind, {})
        outcome = "open" if count.state in OPEN else count.state
        for name, number in (("done", count.achieved), (outcome, count.weight - count.achieved)):
            if number:
                row[name] = row.get(name, 0) + number
    return table


def lines(report: Report) -> list[str]:
    """Return the report as text for a terminal."""
    said = [f"Run {report.run} of plan {report.plan}: {report.state}"]
    for platform, kinds in sorted(report.totals.items()):
        for kind, outcomes in sorted(kinds.items()):
            numbers = ", ".join(f"{number} {name}" for name, number in sorted(outcomes.items()))
            said.append(f"  {platform}  {kind.replace('_', ' ')}: {numbers}")
    if report.leavers_stuck:
        said.append(f"  ! {report.leavers_stuck} steps of leavers are not confirmed after five minutes")
    said += [f"  ! {one.platform} {one.target} {one.kind}: {one.state}, {one.error}" for one in report.troubles[:20]]
    return said
