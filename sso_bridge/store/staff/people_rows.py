"""Takes the people of a believed feed, some thousands at a time: compared with what is known of them, and written.

A row whose digest is known is only touched. Whoever comes back with the key is the same person (ID-04).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, Text, bindparam, cast, select, update

from mappings.employment import next_change
from mappings.people import Person
from provisioners.sync.collect.feed import Feed
from provisioners.sync.collect.people import Read
from sso_bridge.store.staff.facts import person_facts, person_from, written
from sso_bridge.store.staff.origins import Origin, origin_of
from sso_bridge.store.staff.reporting import keep_managers
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.upsert import as_stored, insert_plain, update_plain

BATCH = 5000
CHUNK = 500
ONE_DAY = timedelta(days=1)
SAID = ("facts", "digest", "next_change", "changed_at", "origin")
NEW = ("uuid", "source", "key", "strikes", *SAID)
CHANGED = (*SAID, "strikes", "gone_on")

Said = Literal["none", "leaves", "all"]
"""Whose facts are read."""
Progress = Callable[[int], None]
Tell = Callable[[Sequence[int], Literal["new", "changed", "back"]], None]
"""Is told the places of the rows of each person that is not as before."""


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the source named before; facts and origin only where they were asked for."""

    id: int
    digest: bytes
    strikes: int
    gone_on: date | None
    facts: Mapping[str, Any] | None = None
    origin: Origin | None = None


def known_of(connection: Connection, source: str, keys: Collection[str], said: Said = "none") -> dict[str, Known]:
    """Return those of these people who are known; facts of nobody, of those with leaves, or of all of them."""
    columns = (person.c.key, person.c.id, person.c.digest, person.c.strikes, person.c.gone_on)
    known: dict[str, Known] = {}
    for some in batches(sorted(keys), CHUNK):
        mine = (person.c.source == source) & person.c.key.in_(some)
        for key, *row in connection.execute(select(*columns).where(mine)):
            known[key] = Known(*row)
        if said != "none":
            query = select(person.c.key, person.c.facts, person.c.origin).where(mine)
            if said == "leaves":
                query = query.where(cast(person.c.facts, Text).contains('"leaves"'))
            for key, facts, origin in connection.execute(query):
                known[key] = replace(known[key], facts=facts, origin=origin)
    return known


def batches(values: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the values in lists of at most that size."""
    rest = iter(values)
    while some := list(islice(rest, size)):
        yield some


@dataclass(slots=True)
class PeopleRows:
    """The people of one feed. `number` is the import's; `counts` says what became of them."""

    connection: Connection
    feed: Feed
    source: str
    number: int
    now: datetime
    tell: Tell
    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((f"people_{one}" for one in ("new", "changed", "unchanged", "back")), 0)
    )

    def take(self, others: Iterable[str], progress: Progress) -> None:
        """Write everything that is new; of the `others` the feed states all leaves, and nothing else."""
        feed, done = self.feed, 0
        said: Said = "none" if "leaves" in feed.kinds else "leaves"
        for read in batches(feed.people, BATCH):
            known = known_of(self.connection, self.source, [one.person.key for one in read], said)
            self._write([self._with_leaves(one, known.get(one.person.key)) for one in read], known)
            done += len(read)
            progress(done)
        silent = (key for key in others if key not in feed.people.numbers and key not in feed.doubtful)
        for keys in batches(silent, BATCH):
            known = known_of(self.connection, self.source, keys, "all")
            here = {key: each for key, each in sorted(known.items()) if each.gone_on is None}
            self._write([self._other_leaves(key, each) for key, each in here.items()], here)

    def _with_leaves(self, read: Read, before: Known | None) -> Read:
        """Return the person with the leaves that are stated, or with those known where the feed has none at all."""
        leaves: Sequence[Any] = self.feed.leaves.get(read.person.key, ())
        if before is not None and before.facts is not None:
            leaves = self._known_person(read.person.key, before).leaves
        return Read(replace(read.person, leaves=tuple(leaves)), read.places) if leaves else read

    def _other_leaves(self, key: str, before: Known) -> Read:
        stated = self._known_person(key, before)
        return Read(replace(stated, leaves=tuple(self.feed.leaves.get(key, ()))), ())

    def _known_person(self, key: str, before: Known) -> Person:
        return person_from(before.facts or {}, id=0, uuid="", source=self.source, key=key)

    def _write(self, stated: Iterable[Read], known: Mapping[str, Known]) -> None:
        new: list[tuple[Any, ...]] = []
        changed: list[tuple[Any, ...]] = []
        touched: list[dict[str, int]] = []
        named: dict[str, Mapping[str, Any]] = {}
        begun = self.now.date() - ONE_DAY  # the last day that has begun everywhere
        day, now = (
            as_stored(self.connection, person.c.next_change),
            as_stored(self.connection, person.c.changed_at)(self.now),
        )
        for one, places in stated:
            facts = person_facts(one)
            text, digest = written(facts)
            before = known.get(one.key)
            if before is not None and before.digest == digest and before.gone_on is None:
                self.counts["people_unchanged"] += 1
                if before.strikes:
                    touched.append({"row": before.id})
                continue
            fate = _fate(before)
            self.counts[f"people_{fate}"] += 1
            self.tell(places, fate)
            named[one.key] = facts
            origin, _ = written(origin_of(one, places, self.feed, self.number, before.origin if before else None))
            said = (text, digest, day(next_change(one, begun)), now, origin)
            if before is None:
                new.append((str(uuid4()), self.source, one.key, 0, *said))
            else:
                changed.append((*said, 0, None, before.id))
        insert_plain(self.connection, person, NEW, new)
        update_plain(self.connection, person, CHANGED, changed)
        if touched:
            statement = update(person).where(person.c.id == bindparam("row"))
            self.connection.execute(statement.values(strikes=0), touched)
        ids = known_of(self.connection, self.source, named)
        keep_managers(self.connection, {ids[key].id: facts for key, facts in named.items()})


def _fate(before: Known | None) -> Literal["new", "changed", "back"]:
    if before is None:
        return "new"
    return "changed" if before.gone_on is None else "back"
