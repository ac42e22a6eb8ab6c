"""One person at a time into the staff register, by the same rules as a file: ids for ever, tombstones, dated jobs.

Most sources state the present only. When the job is another one than yesterday's, the old one ends yesterday and the
new one begins today, so that the org chart of any day can be shown afterwards. A source that states all jobs with
their dates is taken at its word.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import islice
from uuid import uuid4

from sqlalchemy import Connection, bindparam, insert, select, update

from mappings.days import Day, day_of, home_day
from mappings.employment import next_change
from mappings.people import Assignment, Person, Unit
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import digest_of, person_facts, person_from, unit_facts
from sso_bridge.store.staff.register import locked_version
from sso_bridge.store.staff.reporting import keep_managers
from sso_bridge.store.staff.statements import Statements
from sso_bridge.store.tables.organisation import organisation, person, unit

KEPT_JOBS = 20
"""Past jobs of one person; the oldest are forgotten."""
CHUNK = 500
_ONE_DAY = timedelta(days=1)


_REGROUP = (
    update(person)
    .where(person.c.id == bindparam("row"))
    .values(
        facts=bindparam("new_facts", type_=person.c.facts.type),
        digest=bindparam("new_digest"),
        changed_at=bindparam("now", type_=person.c.changed_at.type),
    )
)


class Pushed:
    """Writes to `person` and `unit`; every method joins the caller's transaction."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self) -> None:
        """Keep imports and other pushes out until the end of the transaction."""
        with self._store.writing() as connection:
            locked_version(connection)

    def known(self, source: str, key: str) -> tuple[int, str] | None:
        """Return (id, uuid) of the person with this HR number, gone or not."""
        query = select(person.c.id, person.c.uuid).where(person.c.source == source, person.c.key == key)
        with self._store.writing() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else (row.id, row.uuid)

    def put(self, stated: Person, today: Day, *, whole: bool = False) -> int:
        """Write what is stated and return the id; somebody who was gone is back under the old id (ID-04).

        `whole`: these are all jobs that there were, are and will be.
        """
        with self._store.writing() as connection:
            known = self.known(stated.source, stated.key)
            with self._statements(today).opened(connection, [known[0]] if known else []):
                return self._put(connection, stated, today, whole=whole)

    def _put(self, connection: Connection, stated: Person, today: Day, *, whole: bool) -> int:
        query = select(person.c.id, person.c.facts, person.c.digest, person.c.gone_on)
        row = connection.execute(
            query.where(person.c.source == stated.source, person.c.key == stated.key)
        ).one_or_none()
        before: tuple[Assignment, ...] = ()
        if row is not None:
            known = person_from(row.facts, id=0, uuid="", source=stated.source, key=stated.key)
            before = known.assignments
        if not whole:
            stated = replace(stated, assignments=_dated(before, stated.assignments, day_of(today, stated)))
        facts = person_facts(stated)
        values = {
            "facts": facts,
            "digest": digest_of(facts),
            "next_change": next_change(stated, today),
            "changed_at": self._clock(),
            "origin": None,
            "strikes": 0,
            "gone_on": None,
        }
        if row is not None and row.gone_on is None and row.digest == values["digest"]:
            return int(row.id)
        self._units(connection, stated)
        _moved(connection)
        if row is not None:
            connection.execute(update(person).where(person.c.id == row.id).values(**values))
            keep_managers(connection, {row.id: facts})
            return int(row.id)
        ours = {"uuid": stated.uuid or str(uuid4()), "source": stated.source, "key": stated.key}
        made = insert(person).values(**values, **ours).returning(person.c.id)
        id_ = int(connection.execute(made).scalar_one())
        keep_managers(connection, {id_: facts})
        return id_

    def gone(self, id_: int, today: Day) -> None:
        """Make a tombstone: the person keeps id and number for ever."""
        with self._store.writing() as connection:
            values = {"gone_on": home_day(today), "next_change": None, "changed_at": self._clock()}
            mine = update(person).where(person.c.id == id_, person.c.gone_on.is_(None))
            with self._statements(today).opened(connection, [id_]):
                connection.execute(mine.values(**values))
            _moved(connection)

    def renamed(self) -> None:
        """Tell the sync that groups have other names, or are in other groups; nobody's facts are touched."""
        with self._store.writing() as connection:
            _moved(connection)

    def regroup(self, named: Iterable[tuple[int, tuple[str, ...]]]) -> None:
        """Write the ids of the groups of these people into their facts."""
        rest, any_moved = iter(named), False
        with self._store.writing() as connection:
            while wanted := dict(islice(rest, CHUNK)):
                with self._statements(self._clock().date()).opened(connection, wanted):
                    any_moved |= self._regroup(connection, wanted)
            if any_moved:
                _moved(connection)

    def _regroup(self, connection: Connection, wanted: Mapping[int, tuple[str, ...]]) -> bool:
        """Write the groups of some people and return whether that changed anything."""
        rows, now = [], self._clock()
        for row in connection.execute(select(person.c.id, person.c.facts).where(person.c.id.in_(sorted(wanted)))):
            facts = {name: value for name, value in row.facts.items() if name != "source_groups"}
            if wanted[row.id]:
                facts["source_groups"] = list(wanted[row.id])
            if facts != row.facts:
                rows.append({"row": row.id, "new_facts": facts, "new_digest": digest_of(facts), "now": now})
        if rows:
            connection.execute(_REGROUP, rows)
        return bool(rows)

    def _statements(self, today: Day) -> Statements:
        return Statements(self._clock, lambda: today)

    def _units(self, connection: Connection, stated: Person) -> None:
        """Make the units that are named for the first time; they have no tree, for SCIM has none."""
        for key in {job.unit for job in stated.assignments if job.unit}:
            known = select(unit.c.id).where(unit.c.source == stated.source, unit.c.key == key).limit(1)
            if connection.execute(known).first() is None:
                facts = unit_facts(Unit(key=key, name=key))
                row = {"source": stated.source, "key": key, "facts": facts, "digest": digest_of(facts), "strikes": 0}
                connection.execute(insert(unit).values(**row))


def _dated(before: tuple[Assignment, ...], stated: tuple[Assignment, ...], today: date) -> tuple[Assignment, ...]:
    """Return the past jobs and the stated one, which begins today when it is not the one of yesterday.

    Jobs that were to begin, and are not stated any more, are forgotten.
    """
    begun = [job for job in before if job.valid_from is None or job.valid_from <= today]
    running = [job for job in begun if job.valid_to is None or job.valid_to >= today]
    past = sorted((job for job in begun if job not in running), key=lambda job: job.valid_to or date.min)
    if len(running) == 1 and stated and replace(stated[0], valid_from=running[0].valid_from) == running[0]:
        return (*past, *running)
    past += [replace(job, valid_to=today - _ONE_DAY) for job in running if job.valid_from != today]
    if running:
        stated = tuple(replace(job, valid_from=today) for job in stated)
    return (*past[-KEPT_JOBS:], *stated)


def _moved(connection: Connection) -> None:
    connection.execute(update(organisation).values(version=organisation.c.version + 1))
