"""For what a rule makes groups (`each`): the units, managers or values of a fact that concern a person.

A person's groups follow from a few facts by a key function: equal facts, equal groups. So nobody is ever compared with
every group, and the answer for one combination of facts is found once per org chart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from mappings.bound import Bound
from mappings.facts import FactSource

Kind = Literal["", "unit", "manager", "fact"]
Reach = Literal["", "own", "subtree", "direct", "line"]
Values = tuple[str, ...]

SHORT: Final = {
    "location": "assignments.location.name",
    "country": "assignments.country",
    "cost_centre": "assignments.costCentre",
    "legal_entity": "assignments.legalEntity",
    "title": "assignments.title",
    "kind": "person.kind",
}
"""Short names for facts that `each` may name; those of jobs count for all jobs of the day."""

REACHES: Final[dict[Kind, tuple[Reach, ...]]] = {"unit": ("subtree", "own"), "manager": ("line", "direct")}
"""What `reach` may say; the first holds without it."""

RECOGNISED: Final[dict[tuple[Kind, str], tuple[Reach, tuple[str, ...]]]] = {
    ("unit", "unit.key in person.unitPath"): ("subtree", ("primary", "unit")),
    ("unit", "unit.key == primary.unit"): ("own", ("primary", "unit")),
    ("manager", "manager.id in person.managers"): ("line", ("person", "managers")),
    ("manager", "manager.id == primary.manager"): ("direct", ("person", "managers")),
}
"""Rules about members that say no more than a key function does: the reach, and the fact it begins at."""


@dataclass(frozen=True, slots=True)
class Each:
    """What `each` names: `fact` are the parts of the path to what is read of a person, empty for a single group."""

    kind: Kind = ""
    reach: Reach = ""
    depth: int = 0
    fact: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """Return the variable that holds the group's own unit or manager; every group has `group`."""
        return self.kind if self.kind in {"unit", "manager"} else "group"

    def basis(self, bound: Bound) -> Values:
        """Return what the person's groups follow from."""
        if self.fact[0] == "assignments":
            jobs: list[dict[str, object]] = bound.facts["assignments"]  # type: ignore[assignment]
            said = [_within(job, self.fact[1:]) for job in jobs]
            return tuple(dict.fromkeys(one for one in said if one))
        found = bound.at(self.fact)
        if isinstance(found, tuple):
            return found
        return (str(found),) if found else ()

    def spread(self, basis: Values, source: FactSource) -> Values:
        """Return the units, managers or values that such a person's groups are made for."""
        if self.kind == "fact":
            return tuple(dict.fromkeys(shown for one in basis if (shown := " ".join(one.split()))))
        if self.kind == "manager":
            return basis[:1] if self.reach == "direct" else basis
        units: dict[str, None] = {}
        for own in basis:
            path = path_of(own, source)
            if self.reach != "own":
                units |= dict.fromkeys(path[: self.depth] if self.depth else path)
            elif path and self.is_within(len(path)):
                units[own] = None
        return tuple(units)

    def is_within(self, level: int) -> bool:
        """Return whether units on this level have a group."""
        return not self.depth or level <= self.depth

    def above(self, of: str, source: FactSource) -> Values:
        """Return the units or managers above, the nearest first; a loop ends before it comes back."""
        if self.kind == "unit":
            return path_of(of, source)[-2::-1]
        return source.manager(of)["managers"] if self.kind == "manager" else ()  # type: ignore[return-value]

    def is_looped(self, of: str, above: str, source: FactSource) -> bool:
        """Return whether who stands above stands below as well."""
        return of in self.above(above, source)


def path_of(unit: str, source: FactSource) -> Values:
    """Return the keys from the root to this unit, nothing when there is no such unit that day."""
    return source.unit(unit)["path"]  # type: ignore[return-value]


def _within(job: dict[str, object], path: tuple[str, ...]) -> str:
    found: object = job
    for name in path:
        found = found[name] if isinstance(found, dict) else ""
    return str(found)
