"""Who owns a group: the owners a rule names, their deputies, those further up; never nobody while somebody fits.

Owners come only from expressions that name them (PR-01). Who is away is passed over as long as anybody else fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mappings.bound import Bound
from mappings.chart import OrgChart
from mappings.employment import active_on, on_leave
from mappings.expression import Program

Fits = Callable[[str], bool]
"""Whether somebody with this HR key can own a group on the platform: has an account there."""
Naming = Program | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Owners:
    """Two expressions or lists, whether those further up are asked too, and who comes last of all."""

    owners: Naming = ()
    deputies: Naming = ()
    goes_up: bool = False
    otherwise: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Return whether the rule names owners at all."""
        return bool(self.owners or self.deputies or self.otherwise)

    def reaches(self, person: str, kind: str, *, leads: bool) -> bool:
        """Return whether this person may be named for another group of such a kind than those told by the org chart."""
        if person in self.otherwise:
            return True
        return any(_reaches(naming, person, kind, leads=leads) for naming in (self.owners, self.deputies))

    def choose(self, places: Iterable[Bound], chart: OrgChart, fits: Fits) -> tuple[str, ...]:
        """Return the HR keys of the owners; `places` are the group's own facts, then those further up, made when asked.

        In this order: owners who are here, their deputies, the same further up, owners and deputies who are away, and
        the list of `otherwise`.
        """
        away: list[str] = []
        for here in self._rows(places):
            there = [key for key in here if _works(key, chart) and fits(key)]
            present = tuple(key for key in there if not _is_away(key, chart))
            if present:
                return present
            away += there
        if away:
            return tuple(dict.fromkeys(away))
        return tuple(key for key in self.otherwise if _works(key, chart) and fits(key))

    def _rows(self, places: Iterable[Bound]) -> Iterator[tuple[str, ...]]:
        for at, bound in enumerate(places):
            if at and not self.goes_up:
                return
            yield _keys(self.owners, bound)
            yield _keys(self.deputies, bound)


def _reaches(naming: Naming, person: str, kind: str, *, leads: bool) -> bool:
    if not isinstance(naming, Program):
        return person in naming
    told = {read.split(".")[0] for read in naming.reads}
    return kind == "fact" or told != {kind} or "table(" in naming.source or (leads and naming.looks_up)


def _keys(naming: Naming, bound: Bound) -> tuple[str, ...]:
    said = naming.run(bound) if isinstance(naming, Program) else naming
    several = said if isinstance(said, tuple) else (str(said),)
    return tuple(dict.fromkeys(key for key in several if key))


def _works(key: str, chart: OrgChart) -> bool:
    person = chart.person(key)
    return person is not None and active_on(person, chart.days)


def _is_away(key: str, chart: OrgChart) -> bool:
    person = chart.person(key)
    return person is not None and on_leave(person, chart.days)
