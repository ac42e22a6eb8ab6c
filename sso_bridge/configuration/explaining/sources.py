"""The rows of HR behind a value: from the facts that a rule read to files and lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mappings.chart import OrgChart
from mappings.facts import primary_of
from mappings.people import Person
from mappings.stated import columns_of
from provisioners.correlation.precedence import ATTRIBUTES, Precedence
from provisioners.sync.compose.several import speakers
from sso_bridge.store.staff.origins import Origins, SourceRow


@dataclass(frozen=True, slots=True)
class Stated:
    """One column of HR that a value was made of, and the rows where it stands; no rows when it came without a file.

    `said` is what each HR source says there, when several know the person and one of them had to speak.
    """

    column: str
    rows: tuple[SourceRow, ...]
    said: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What one source says in a column, under its own number; `holds` for the one that speaks."""

    source: str
    number: str
    value: str
    holds: bool


class Sources:
    """Finds the rows for one person on one day, and who speaks when there are several.

    `rows_of` returns the rows of a person of several, `precedence` is the order in which they speak.
    """

    def __init__(
        self,
        origins: Origins,
        person: Person,
        chart: OrgChart,
        rows_of: Callable[[int], Sequence[Person]],
        precedence: Precedence,
    ) -> None:
        self._origins = origins
        self._person = person
        self._chart = chart
        self._rows_of = rows_of
        self._precedence = precedence
        self._known: dict[str, tuple[SourceRow, ...]] = {}
        self._heard: dict[str, Mapping[str, tuple[Said, ...]]] = {}

    def behind(self, facts: Iterable[str]) -> tuple[Stated, ...]:
        """Return each column behind these facts, as expressions name them, with its rows."""
        return tuple(map(self._stated, sorted(columns_of(facts))))

    def _stated(self, column: str) -> Stated:
        whose, _, name = column.partition(".")
        said = self._said(whose).get(name, ())
        speaking = {one.source for one in said if one.holds}
        rows = self._rows(whose)
        return Stated(column, tuple(row for row in rows if not said or row.source in speaking), said)

    def _said(self, whose: str) -> Mapping[str, tuple[Said, ...]]:
        if whose not in self._heard:
            one = self._person if whose == "person" else next(self._managers(), None) if whose == "manager" else None
            self._heard[whose] = heard(self._rows_of(one.id), self._precedence) if one else {}
        return self._heard[whose]

    def _rows(self, whose: str) -> tuple[SourceRow, ...]:
        if whose not in self._known:
            self._known[whose] = tuple(dict.fromkeys(self._find(whose)))
        return self._known[whose]

    def _find(self, whose: str) -> Iterator[SourceRow]:
        match whose:
            case "person":
                yield from _main(self._origins, self._person)
            case "primary" | "assignments":
                yield from self._jobs(main=whose == "primary")
            case "leaves":
                yield from self._origins.person(self._person.id).leaves
            case "unit":
                yield from self._unit(self._own_unit())
            case "units":
                yield from (row for key in self._path() for row in self._unit(key))
            case "manager" | "managers":
                above = list(self._managers())
                for one in above[:1] if whose == "manager" else above:
                    yield from _main(self._origins, one)

    def _jobs(self, *, main: bool) -> Iterator[SourceRow]:
        rows = self._origins.person(self._person.id).people
        primary = primary_of(self._person, self._chart.days)
        if not main or primary is None:
            yield from rows
            return
        begins = primary.valid_from.isoformat() if primary.valid_from else ""
        exact = [row for row in rows if (row.job, row.begins) == (primary.id, begins)]
        yield from exact or rows

    def _own_unit(self) -> str:
        primary = primary_of(self._person, self._chart.days)
        return primary.unit if primary else ""

    def _path(self) -> Iterator[str]:
        key, seen = self._own_unit(), set[str]()
        while key and key not in seen:
            seen.add(key)
            yield key
            unit = self._chart.unit(key)
            key = unit.parent if unit else ""

    def _unit(self, key: str) -> Iterator[SourceRow]:
        day = self._chart.on.isoformat()
        rows = self._origins.unit(key) if key else ()
        yield from [row for row in rows if row.begins <= day][-1:]

    def _managers(self) -> Iterator[Person]:
        at, seen = self._person, {self._person.key}
        while (job := primary_of(at, self._chart.days)) is not None and job.manager and job.manager not in seen:
            seen.add(job.manager)
            above = self._chart.person(job.manager)
            if above is None:
                return
            yield above
            at = above


def heard(rows: Sequence[Person], precedence: Precedence) -> dict[str, tuple[Said, ...]]:
    """Return for each column what these rows of one person say, in the order in which they speak."""
    found = {}
    for attribute, speaker in speakers(rows, precedence).items() if rows else ():
        ordered = precedence.ordered(rows, attribute)
        for column in ATTRIBUTES[attribute]:
            found[column] = tuple(Said(row.source, row.key, getattr(row, column), row is speaker) for row in ordered)
    return found


def _main(origins: Origins, person: Person) -> tuple[SourceRow, ...]:
    """Return the row that states the person: that of a job flagged as the main one, else the first of each source."""
    rows = origins.person(person.id).people
    flagged = {job.id for job in person.assignments if job.primary}
    main = [row for row in rows if row.job in flagged]
    first = {row.source: row for row in reversed(rows)}
    return tuple(main or first.values())
