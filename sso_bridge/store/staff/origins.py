"""Which row of which import said what is known: kept beside the facts, small, and only written when they change.

An origin is `{"people": [import, [[file, line, job, from], ...]], "leaves": [import, [[file, line], ...]]}`, a unit's
is `[import, file, line]`. An import is named by the number of its record. Facts that came without a file have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from mappings.people import Person
from provisioners.sync.collect.feed import Feed
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.imports import hr_import
from sso_bridge.store.tables.organisation import person, unit

Origin = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row that HR sent: which source, import, file and line, when it was taken, and who sent it.

    `job` and `begins` name the job it states, empty for rows that state none.
    """

    source: str
    imported: str
    file: str
    line: int
    taken_at: datetime
    by: str
    job: str = ""
    begins: str = ""


@dataclass(frozen=True, slots=True)
class PersonRows:
    """The rows behind one person: those of the jobs, the first of which also states the person, and of leaves."""

    people: tuple[SourceRow, ...] = ()
    leaves: tuple[SourceRow, ...] = ()


def origin_of(stated: Person, places: Sequence[int], feed: Feed, number: int, before: Origin | None) -> Origin:
    """Return where this person was read, the `places` of the jobs; what the feed does not speak of stays as it was."""
    origin = dict(before or {})
    if places:
        jobs = [(one.id, one.valid_from.isoformat() if one.valid_from else "") for one in stated.assignments]
        rows = [[*feed.where(place), *job] for place, job in zip(places, jobs, strict=False)]
        origin["people"] = [number, rows]
    if "leaves" in feed.kinds:
        origin.pop("leaves", None)
        if found := feed.leave_lines.get(stated.key):
            origin["leaves"] = [number, [list(feed.where(place)) for place in found]]
    return origin


class Origins:
    """The rows behind people and units, for explanations."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._imports: dict[int, tuple[str, str, datetime, str] | None] = {}

    def person(self, id_: int) -> PersonRows:
        """Return the rows behind this person, those of other sources that are part of it too; none when unknown."""
        parts = select(statement.c.person_id).where(statement.c.part_of == id_)
        query = select(person.c.origin).where(or_(person.c.id == id_, person.c.id.in_(parts)))
        with self._store.reading() as connection:
            found = connection.execute(query.order_by(person.c.id != id_, person.c.id)).scalars().all()
        rows = [[row for one in found for row in self._rows((one or {}).get(kind))] for kind in ("people", "leaves")]
        return PersonRows(*map(tuple, rows))

    def unit(self, key: str) -> tuple[SourceRow, ...]:
        """Return the rows behind all dated rows of this unit, oldest date first."""
        query = select(unit.c.origin, unit.c.valid_from).where(unit.c.key == key).order_by(unit.c.valid_from)
        with self._store.reading() as connection:
            found = connection.execute(query).all()
        rows: list[SourceRow] = []
        for row in found:
            if row.origin:
                number, file, line = row.origin
                begins = row.valid_from.isoformat() if row.valid_from else ""
                rows += self._rows([number, [[file, line, "", begins]]])
        return tuple(rows)

    def newer_than(self, source: str, number: int) -> Mapping[str, frozenset[str]]:
        """Return by kind of records whose facts an import of this source after that one changed."""
        newer: dict[str, set[str]] = {"people": set(), "leaves": set(), "units": set()}
        since = select(hr_import.c.finished_at).where(hr_import.c.id == number).scalar_subquery()
        people = select(person.c.key, person.c.origin).where(person.c.source == source, person.c.changed_at >= since)
        with self._store.reading() as connection:
            for key, origin in connection.execute(people):
                for kind in ("people", "leaves"):
                    if (origin or {}).get(kind, [0])[0] > number:
                        newer[kind].add(key)
            for key, origin in connection.execute(select(unit.c.key, unit.c.origin).where(unit.c.source == source)):
                if origin and origin[0] > number:
                    newer["units"].add(key)
        return {kind: frozenset(keys) for kind, keys in newer.items()}

    def _rows(self, part: Any) -> tuple[SourceRow, ...]:
        if not part:
            return ()
        number, rows = part
        known = self._import(number)
        if known is None:
            return ()
        source, uuid, taken, by = known
        return tuple(SourceRow(source, uuid, file, line, taken, by, *job) for file, line, *job in rows)

    def _import(self, number: int) -> tuple[str, str, datetime, str] | None:
        if number not in self._imports:
            columns = (hr_import.c.source, hr_import.c.uuid, hr_import.c.started_at, hr_import.c.actor)
            with self._store.reading() as connection:
                row = connection.execute(select(*columns).where(hr_import.c.id == number)).first()
            self._imports[number] = (row[0], row[1], row[2], row[3]) if row else None
        return self._imports[number]
