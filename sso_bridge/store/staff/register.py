"""Takes a believed feed into the staff register, in one transaction, and counts what came of it.

A row whose digest is known is only touched. Nobody is deleted: after enough strikes a person becomes a tombstone
that keeps id, UUID and key for ever; whoever comes back with the key is the same person (ID-04).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, update

from mappings.days import Day, ends_of
from mappings.employment import next_change
from provisioners.sync.collect.feed import Feed
from provisioners.sync.collect.safety import Verdict
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import person_from
from sso_bridge.store.staff.people_rows import BATCH, Known, PeopleRows, Progress, Tell, known_of
from sso_bridge.store.staff.unit_rows import take_units
from sso_bridge.store.tables.organisation import organisation, person
from sso_bridge.store.upsert import insert_new


class Register:
    """The writing side of `People`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def present(self, source: str) -> Iterator[str]:
        """Yield the keys of the people of this source who are here."""
        query = select(person.c.key).where(person.c.source == source, person.c.gone_on.is_(None))
        query = query.execution_options(yield_per=BATCH)
        with self.store.reading() as connection, connection.execute(query) as rows:
            yield from rows.scalars()

    def known(self, source: str, keys: Collection[str]) -> frozenset[str]:
        """Return those of these keys that this source ever named, of people who are gone as well."""
        with self.store.reading() as connection:
            return frozenset(known_of(connection, source, keys))

    def take(
        self,
        feed: Feed,
        verdict: Verdict,
        *,
        source: str,
        strikes: int,
        complete: bool,
        number: int = 0,
        progress: Progress = lambda _done: None,
        tell: Tell = lambda _places, _fate: None,
    ) -> dict[str, int]:
        """Write everything that is new and return the counts; all of it or nothing.

        `number` is the import's, for `Origins`.
        """
        with self.store.writing() as connection:
            version = locked_version(connection)
            people = PeopleRows(connection, feed, source, number, self.clock(), tell)
            people.take(self._of_leaves(feed, source, complete=complete), progress)
            counts = people.counts | {"people_absent": 0, "people_gone": 0}
            if verdict.counts_absence:
                self._strike(connection, known_of(connection, source, verdict.missing), strikes, counts)
            whole = complete and not feed.unnamed
            counts |= take_units(connection, feed, source, strikes=strikes, complete=whole, number=number)
            changed = ("people_new", "people_changed", "people_back", "people_gone", "units_changed")
            if any(counts[name] for name in changed):
                connection.execute(update(organisation).values(version=version + 1))
        return counts

    def next_change(self) -> date | None:
        """Return the first day on which the facts of somebody read differently from today's."""
        with self.store.reading() as connection:
            return connection.execute(select(func.min(person.c.next_change))).scalar()

    def roll(self, today: Day) -> int:
        """Move those whose dated change has come where they are to their next; return how many. Bumps the version."""
        columns = (person.c.id, person.c.uuid, person.c.source, person.c.key, person.c.facts, person.c.next_change)
        with self.store.writing() as connection:
            version = locked_version(connection)
            due = connection.execute(select(*columns).where(person.c.next_change <= ends_of(today)[1])).all()
            turns = [(row, next_change(person_from(row.facts, **_ids(row)), today)) for row in due]
            rows = [{"row": row.id, "new_next": turn} for row, turn in turns if turn != row.next_change]
            if rows:
                statement = update(person).where(person.c.id == bindparam("row"))
                connection.execute(statement.values(next_change=bindparam("new_next")), rows)
                connection.execute(update(organisation).values(version=version + 1))
        return len(rows)

    def _of_leaves(self, feed: Feed, source: str, *, complete: bool) -> Collection[str]:
        """Return the keys of those whose leaves are stated without anything else."""
        if "leaves" not in feed.kinds or (complete and "people" in feed.kinds):
            return ()
        return sorted(self.present(source)) if complete else feed.leaves.keys()

    def _strike(
        self, connection: Connection, missing: Mapping[str, Known], strikes: int, counts: dict[str, int]
    ) -> None:
        absent = [each for each in missing.values() if each.gone_on is None]
        gone = [{"row": each.id} for each in absent if each.strikes + 1 >= strikes]
        warned = [{"row": each.id} for each in absent if each.strikes + 1 < strikes]
        statement = update(person).where(person.c.id == bindparam("row"))
        if gone:
            today = self.clock().date()
            values = {"gone_on": today, "strikes": person.c.strikes + 1, "next_change": None}
            connection.execute(statement.values(**values, changed_at=self.clock()), gone)
        if warned:
            connection.execute(statement.values(strikes=person.c.strikes + 1), warned)
        counts["people_gone"], counts["people_absent"] = len(gone), len(warned)


def _ids(row: Any) -> dict[str, Any]:
    return {"id": row.id, "uuid": row.uuid, "source": row.source, "key": row.key}


def locked_version(connection: Connection) -> int:
    """Return the organisation's version and keep other imports out until the end of this one (PR-10)."""
    insert_new(connection, organisation, {"id": 1, "version": 0})
    version: int = connection.execute(select(organisation.c.version).with_for_update()).scalar_one()
    return version
