"""Takes a believed feed into the staff register, in one transaction, and counts what came of it.

A row whose digest is known is only touched. Nobody is deleted: after enough strikes a person becomes a tombstone
that keeps id, UUID and key for ever; whoever comes back with the key is the same person (ID-04).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Text, bindparam, cast, func, insert, select, update

from mappings.days import Day, ends_of
from mappings.employment import next_change
from mappings.people import Leave, Person
from provisioners.sync.collect.feed import Feed
from provisioners.sync.collect.safety import Verdict
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.facts import digest_of, person_facts, person_from
from sso_bridge.store.staff.origins import Origin, origin_of
from sso_bridge.store.staff.reporting import keep_managers
from sso_bridge.store.staff.unit_rows import take_units
from sso_bridge.store.tables.organisation import organisation, person
from sso_bridge.store.upsert import insert_new

BATCH = 5000
CHUNK = 500
Said = Literal["none", "leaves", "all"]
"""Whose facts are read."""
ONE_DAY = timedelta(days=1)

Progress = Callable[[int], None]
Tell = Callable[[str, Literal["new", "changed", "back"]], None]
"""Is told of each person that is not as before."""


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    digest: bytes
    strikes: int
    gone_on: date | None
    facts: Mapping[str, Any] | None
    origin: Origin | None = None


class Register:
    """The writing side of `People`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def present(self, source: str) -> frozenset[str]:
        """Return the keys of the people of this source who are here."""
        with self.store.reading() as connection:
            query = select(person.c.key).where(person.c.source == source, person.c.gone_on.is_(None))
            return frozenset(connection.execute(query).scalars())

    def known(self, source: str, keys: Collection[str]) -> frozenset[str]:
        """Return those of these keys that this source ever named, of people who are gone as well."""
        with self.store.reading() as connection:
            queries = (select(person.c.key).where(mine) for mine in _chosen(source, keys))
            return frozenset(key for query in queries for key in connection.execute(query).scalars())

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
        tell: Tell = lambda _key, _fate: None,
    ) -> dict[str, int]:
        """Write everything that is new and return the counts; all of it or nothing.

        `number` is the import's, for `Origins`.
        """
        with self.store.writing() as connection:
            version = locked_version(connection)
            counts = {"people_new": 0, "people_changed": 0, "people_unchanged": 0, "people_back": 0}
            counts |= {"people_absent": 0, "people_gone": 0}
            merge = not ({"people", "leaves"} <= feed.kinds and feed.leaves.keys() <= feed.people.keys())
            said: Said = "none" if not merge else "all" if "leaves" in feed.kinds else "leaves"
            known = _known(
                connection, said, _chosen(source, None if complete else feed.people.keys() | feed.leaves.keys())
            )
            self._take_people(connection, feed, known, source, counts, progress, number, tell, complete=complete)
            if verdict.counts_absence:
                self._strike(connection, verdict.missing, known, strikes, counts)
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

    def _take_people(
        self,
        connection: Connection,
        feed: Feed,
        known: Mapping[str, _Known],
        source: str,
        counts: dict[str, int],
        progress: Progress,
        number: int,
        tell: Tell,
        *,
        complete: bool,
    ) -> None:
        now, batch = self.clock(), _Batch(connection, source)
        begun = now.date() - ONE_DAY  # the last day that has begun everywhere
        for done, stated in enumerate(_stated(feed, known, source, complete=complete), start=1):
            facts = person_facts(stated)
            digest = digest_of(facts)
            before = known.get(stated.key)
            row = {"facts": facts, "digest": digest, "next_change": next_change(stated, begun), "changed_at": now}
            if before is None or before.digest != digest or before.gone_on is not None:
                row["origin"] = origin_of(stated, feed, number, before.origin if before else None)
                fate = _fate(before)
                counts[f"people_{fate}"] += 1
                tell(stated.key, fate)
            if before is None:
                batch.named.append((stated.key, facts))
                batch.new.append({**row, "uuid": str(uuid4()), "source": source, "key": stated.key, "strikes": 0})
            elif "origin" in row:
                batch.changed.append({f"new_{name}": value for name, value in row.items()} | {"row": before.id})
                batch.named.append((stated.key, facts))
            else:
                counts["people_unchanged"] += 1
                if before.strikes:
                    batch.touched.append({"row": before.id})
            if done % BATCH == 0:
                batch.write()
                progress(done)
        batch.write()

    def _strike(
        self,
        connection: Connection,
        missing: frozenset[str],
        known: Mapping[str, _Known],
        strikes: int,
        counts: dict[str, int],
    ) -> None:
        absent = [known[key] for key in missing if key in known and known[key].gone_on is None]
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


def _chosen(source: str, keys: Collection[str] | None) -> list[ColumnElement[bool]]:
    """Return conditions that choose everybody of a source, or only those with these keys: a few rows read a few."""
    mine = person.c.source == source
    if keys is None:
        return [mine]
    listed = sorted(keys)
    return [mine & person.c.key.in_(listed[start : start + CHUNK]) for start in range(0, len(listed), CHUNK)]


def _known(connection: Connection, facts: Said, chosen: Iterable[ColumnElement[bool]]) -> dict[str, _Known]:
    """Return them; with the facts of nobody, of those with leaves (of which people say nothing), or of all."""
    columns = (person.c.key, person.c.id, person.c.digest, person.c.strikes, person.c.gone_on)
    known: dict[str, _Known] = {}
    for mine in chosen:
        rows = connection.execute(select(*columns).where(mine))
        known.update((row[0], _Known(row[1], row[2], row[3], row[4], None)) for row in rows)
        if facts != "none":
            query = select(person.c.key, person.c.facts, person.c.origin).where(mine)
            if facts == "leaves":
                query = query.where(cast(person.c.facts, Text).contains('"leaves"'))
            for key, said, origin in connection.execute(query):
                known[key] = replace(known[key], facts=said, origin=origin)
    return known


def _stated(feed: Feed, known: Mapping[str, _Known], source: str, *, complete: bool) -> Iterator[Person]:
    """Yield whole persons: what the feed says, filled up with what it does not speak of."""
    with_people, with_leaves = "people" in feed.kinds, "leaves" in feed.kinds
    if with_people:
        for key, stated in feed.people.items():
            leaves: Iterable[Leave] = feed.leaves.get(key, ())
            before = known.get(key)
            if before is not None and before.facts is not None and not with_leaves:
                leaves = person_from(before.facts, id=0, uuid="", source=source, key=key).leaves
            yield replace(stated, leaves=tuple(leaves)) if leaves else stated
    if with_leaves and not (with_people and complete):
        keys = (known.keys() if complete else feed.leaves.keys() & known.keys()) - feed.doubtful - feed.people.keys()
        for key in sorted(keys):
            before = known[key]
            if before.gone_on is None:
                stated = person_from(before.facts or {}, id=0, uuid="", source=source, key=key)
                yield replace(stated, leaves=tuple(feed.leaves.get(key, ())))


def _fate(before: _Known | None) -> Literal["new", "changed", "back"]:
    if before is None:
        return "new"
    return "changed" if before.gone_on is None else "back"


@dataclass(slots=True)
class _Batch:
    """People to be written: millions of rows are never held at once."""

    connection: Connection
    source: str
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[dict[str, Any]] = field(default_factory=list)
    touched: list[dict[str, Any]] = field(default_factory=list)
    named: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def write(self) -> None:
        """Write them, and forget them."""
        statement = update(person).where(person.c.id == bindparam("row"))
        if self.new:
            self.connection.execute(insert(person), self.new)
        if self.changed:
            names = ("facts", "digest", "next_change", "changed_at", "origin")
            values: dict[str, Any] = {name: bindparam(f"new_{name}", type_=person.c[name].type) for name in names}
            self.connection.execute(statement.values(**values, strikes=0, gone_on=None), self.changed)
        if self.touched:
            self.connection.execute(statement.values(strikes=0), self.touched)
        keep_managers(self.connection, self.source, self.named)
        for rows in (self.new, self.changed, self.touched, self.named):
            rows.clear()
