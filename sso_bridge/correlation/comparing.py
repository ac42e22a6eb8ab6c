"""Compares what HR sources state: joins what is certain, holds new rows that are doubtful, and lists the pairs.

A row is joined without anybody's word only when it is new, of another source than the person, and the only certain
one. A row that is new and doubtful is nobody until somebody decides. Whoever is here already is never joined, held or
changed by a rule: such pairs are only listed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from mappings.days import Day, day_of
from mappings.employment import WORKING
from mappings.people import Person
from provisioners.correlation.aspects import Aspects, of_person
from provisioners.correlation.rules import NO, Correlation, Weighed
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.correlation_keys import CorrelationKeys
from sso_bridge.store.staff.pairs import PENDING, Name, Pair, Pairs
from sso_bridge.store.staff.register import locked_version
from sso_bridge.store.staff.statements import Statements
from sso_bridge.store.tables.organisation import person

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Somebody whom a row may be: `whole` is the person that the other row is part of, or that row itself."""

    whole: Person
    weighed: Weighed


class Comparing:
    """Compares rows. `today` tells the dates of this moment."""

    def __init__(self, store: Store, clock: Clock, audit: AuditTrail, today: Callable[[], Day]) -> None:
        self.store = store
        self.clock = clock
        self.audit = audit
        self.today = today
        self.keys = CorrelationKeys(clock)
        self.pairs = Pairs()
        self.statements = Statements(clock, today)

    @contextmanager
    def around(
        self, source: str, rules: Correlation, actor: str, keys: Collection[str] | None = None
    ) -> Iterator[dict[str, int]]:
        """Let the rows of a source (or those with these numbers) be written as the source states them.

        Afterwards they are compared, and the counts that were given are filled: how many rows were joined, and wait.
        """
        with self.store.writing() as connection:
            locked_version(connection)
            newest = connection.execute(select(func.max(person.c.id))).scalar() or 0
            self.statements.lay_open(connection, source, keys)
            counts: dict[str, int] = {}
            yield counts
            self.statements.close(connection, source, keys)
            counts.update(self._compare(connection, rules, newest, actor))

    @contextmanager
    def pushed(self, rules: Correlation, actor: str) -> Iterator[None]:
        """Let single rows be written in the open transaction, and compare them afterwards."""
        with self.store.writing() as connection:
            locked_version(connection)
            newest = connection.execute(select(func.max(person.c.id))).scalar() or 0
            yield
            self._compare(connection, rules, newest, actor)

    def look(self, rules: Correlation, actor: str, progress: Progress = lambda _done: None) -> dict[str, int]:
        """Compare everybody who was not compared by these rules yet; joins and holds nobody."""
        with self.store.writing() as connection:
            locked_version(connection)
            newest = connection.execute(select(func.max(person.c.id))).scalar() or 0
            return self._compare(connection, rules, newest, actor, progress)

    def _compare(
        self,
        connection: Connection,
        rules: Correlation,
        newest: int,
        actor: str,
        progress: Progress = lambda _done: None,
    ) -> dict[str, int]:
        looked = self.keys.looked(connection)
        if not looked and not rules.people and not rules.accounts:
            return {}
        if looked != rules.digest:
            self.keys.forget(connection)
        fresh = self.keys.refresh(connection, rules, progress)
        silent = set[int]()
        found = self._candidates(connection, rules, fresh, silent)
        waiting = self.statements.waiting(connection, fresh)
        wholes = [each.whole.id for candidates in found.values() for each in candidates]
        nobodies = self.statements.waiting(connection, wholes)
        kept = self.pairs.keep(
            connection,
            {_name(row, each.whole): each.weighed for row, candidates in found.items() for each in candidates},
            self.clock(),
        )
        owners, held = dict[int, int](), set[int]()
        for row, candidates in found.items():
            if row.id > newest:
                sure = _sure(row, candidates, kept, nobodies)
                if sure is not None:
                    owners[row.id] = sure.id
                elif any(kept[_name(row, each.whole)].pending for each in candidates):
                    held.add(row.id)
        self._join(connection, owners, found, kept, actor)
        self.statements.hold(connection, held)
        self._let_go(connection, waiting, {row.id: each for row, each in found.items()})
        counts = {"people_joined": len(owners), "people_waiting": len(held), "people_too_common": len(silent)}
        return {name: number for name, number in counts.items() if number}

    def _candidates(
        self, connection: Connection, rules: Correlation, fresh: list[int], silent: set[int]
    ) -> dict[Person, list[_Candidate]]:
        """Return whom each row may be; of two rows the one that came later is the one to be decided upon.

        Rows with a key that is too common are added to `silent`: by that key nobody was looked for.
        """
        if not rules.people:
            return {}
        pairs = {(max(pair), min(pair)) for pair in self.keys.pairs(connection, fresh, silent)}
        ids = {one for pair in pairs for one in pair}
        owners = self.statements.root_of(connection, ids)
        rows = self.keys.stated(connection, ids | set(owners.values()))
        aspects: dict[int, Aspects] = {id_: of_person(row) for id_, row in rows.items()}
        best: dict[tuple[int, int], Weighed] = {}
        for later, earlier in sorted(pairs):
            whole = owners.get(earlier, earlier)
            if later in owners or later == whole:
                continue
            weighed = self._weigh(rules, rows[later], rows[earlier], aspects)
            if weighed.score > best.get((later, whole), NO).score:
                best[later, whole] = weighed
        found: dict[Person, list[_Candidate]] = {}
        for (later, whole), weighed in best.items():
            found.setdefault(rows[later], []).append(_Candidate(rows[whole], weighed))
        return found

    def _weigh(self, rules: Correlation, row: Person, other: Person, aspects: Mapping[int, Aspects]) -> Weighed:
        """Return what the rules say; within one source two numbers are two people, unless one of them has ended."""
        weighed = rules.weigh_people(aspects[row.id], aspects[other.id])
        if row.source != other.source:
            return weighed
        if not (self.is_over(row) or self.is_over(other)):
            return NO
        return replace(weighed, verdict="review") if weighed.verdict == "certain" else weighed

    def is_over(self, row: Person) -> bool:
        """Return whether this row has ended by what it states."""
        return row.status not in WORKING or (row.leaves_on is not None and row.leaves_on < day_of(self.today(), row))

    def _join(
        self,
        connection: Connection,
        owners: Mapping[int, int],
        found: Mapping[Person, list[_Candidate]],
        kept: Mapping[Name, Pair],
        actor: str,
    ) -> None:
        self.statements.join_all(connection, owners)
        made: list[Pair] = []
        over: list[int] = []
        moved: dict[int, dict[str, str]] = {}
        for row, candidates in found.items():
            for each in candidates if row.id in owners else ():
                pair = kept[_name(row, each.whole)]
                if each.whole.id == owners[row.id]:
                    made.append(pair)
                    moved[pair.id] = {"part": row.uuid, "into": each.whole.uuid}
                elif pair.pending:
                    over.append(pair.id)
        self.pairs.certain(connection, [pair for pair in made if pair.state != "same"], moved)
        self.pairs.set(connection, over, "void")
        self.audit.record(*(
            Event(
                "correlation.joined", actor, f"person:{moved[pair.id]['into']}", why=pair.rules[0],
                after={"row": moved[pair.id]["part"], "pair": pair.id, "rules": list(pair.rules), "score": pair.score},
            )
            for pair in made
        ))  # fmt: skip

    def _let_go(self, connection: Connection, waiting: Collection[int], found: Mapping[int, list[_Candidate]]) -> None:
        """Close the pairs of waiting rows that state something else by now; who has none left is a person."""
        rows = self.keys.stated(connection, waiting)
        free = []
        for id_, row in rows.items():
            still = {(each.whole.source, each.whole.key) for each in found.get(id_, ())}
            pending = self.pairs.about(connection, "people", (row.source, row.key), PENDING)
            over = [pair for pair in pending if pair.rules and _other(pair, row) not in still]
            self.pairs.set(connection, [pair.id for pair in over], "void")
            if len(over) == len(pending):
                free.append(id_)
        self.statements.release(connection, free)


def _name(row: Person, other: Person) -> Name:
    return Name.of_people((row.source, row.key), (other.source, other.key))


def _sure(
    row: Person, candidates: Iterable[_Candidate], kept: Mapping[Name, Pair], nobodies: Collection[int]
) -> Person | None:
    """Return who the row is when that is certain, by a rule or by an earlier decision.

    `nobodies` are rows that wait themselves: nobody is certainly one of them.
    """
    found = []
    for each in candidates:
        pair = kept[_name(row, each.whole)]
        certain = pair.state == "same" or (each.weighed.verdict == "certain" and pair.state == "open")
        if certain and each.whole.id not in nobodies:
            found.append(each.whole)
    return found[0] if len(found) == 1 else None


def _other(pair: Pair, row: Person) -> tuple[str, str]:
    name = pair.name
    first, second = (name.where, name.key), (name.source, name.number)
    return second if first == (row.source, row.key) else first
