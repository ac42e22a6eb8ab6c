"""The keys by which rows are found that may be one person: kept with what each row stated, found in an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, tuple_

from mappings.people import EXTERNAL_MARK, Person
from provisioners.correlation.aspects import of_person
from provisioners.correlation.rules import Correlation
from sso_bridge.clock import Clock
from sso_bridge.store.staff.facts import person_from
from sso_bridge.store.staff.people import as_gone
from sso_bridge.store.tables.correlation import correlated, correlation_key, correlation_look
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.organisation import oddity_look, person
from sso_bridge.store.upsert import upsert

AT_ONCE = 300
TOO_COMMON = 50
"""A key that more rows have than this tells nobody apart, and finds nothing: no rule makes a million pairs."""
MOST_COMMON = 1000
"""So many such keys are listed."""

Place = tuple[str, bytes]

_DIGEST = func.coalesce(statement.c.digest, person.c.digest)
_FACTS = func.coalesce(statement.c.facts, person.c.facts)
_ROWS = person.outerjoin(statement, statement.c.person_id == person.c.id)
_FROM_HR = person.c.source.not_like(f"{EXTERNAL_MARK}%")


@dataclass(frozen=True, slots=True)
class Common:
    """A key that is too common to tell: these rules find nobody among so many rows; `number` is that of the first."""

    rules: tuple[str, ...]
    rows: int
    number: str


class CorrelationKeys:
    """Every method joins the open transaction. Compared is what each source states, not what follows from it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def looked(self, connection: Connection) -> str:
        """Return the digest of the rules by which everybody was compared last."""
        return str(connection.execute(select(correlation_look.c.rules)).scalar() or "")

    def forget(self, connection: Connection) -> None:
        """Forget all keys: the rules are other ones, and what is too common is looked for again."""
        for table in (correlation_key, correlated, oddity_look):
            connection.execute(delete(table))

    def refresh(
        self, connection: Connection, rules: Correlation, progress: Callable[[int], None] = lambda _done: None
    ) -> list[int]:
        """Make the keys of rows that state something new, and return their ids in order."""
        query = (
            select(person.c.id)
            .select_from(_ROWS.outerjoin(correlated, correlated.c.person_id == person.c.id))
            .where(_FROM_HR, or_(correlated.c.digest.is_(None), correlated.c.digest != _DIGEST))
            .order_by(person.c.id)
        )
        ids = list(connection.execute(query).scalars())
        for done, some in enumerate(_parts(ids), start=1):
            found = [
                {"block": block, "key": key, "person_id": id_}
                for id_, one in self.stated(connection, some).items()
                for block, key in rules.keys(of_person(one))
            ]
            connection.execute(delete(correlation_key).where(correlation_key.c.person_id.in_(some)))
            if found:
                connection.execute(insert(correlation_key), found)
            digests = select(person.c.id, _DIGEST).select_from(_ROWS).where(person.c.id.in_(some))
            connection.execute(delete(correlated).where(correlated.c.person_id.in_(some)))
            connection.execute(insert(correlated).from_select(["person_id", "digest"], digests))
            progress(min(done * AT_ONCE, len(ids)))
        state = {"id": 1, "rules": rules.digest, "blocks": rules.blocks, "at": self._clock()}
        upsert(connection, correlation_look, state, keys=("id",))
        return ids

    def stated(self, connection: Connection, ids: Iterable[int]) -> dict[int, Person]:
        """Return these rows as their sources state them."""
        columns = (person.c.id, person.c.uuid, person.c.source, person.c.key, _FACTS.label("facts"))
        gone = select(*columns, person.c.gone_on, statement.c.gone_on.label("stated"), statement.c.person_id)
        found: dict[int, Person] = {}
        for some in _parts(sorted(set(ids))):
            for row in connection.execute(gone.select_from(_ROWS).where(person.c.id.in_(some))):
                made = person_from(row.facts, id=row.id, uuid=row.uuid, source=row.source, key=row.key)
                found[row.id] = as_gone(made, row.gone_on if row.person_id is None else row.stated)
        return found

    def common(self, connection: Connection) -> list[Common]:
        """Return the keys that are too common to tell, those of the oldest rows first."""
        blocks = connection.execute(select(correlation_look.c.blocks)).scalar() or {}
        both, first = (correlation_key.c.block, correlation_key.c.key), func.min(correlation_key.c.person_id)
        many = select(*both, func.count().label("rows"), first.label("first")).group_by(*both)
        held = many.having(func.count() > TOO_COMMON).order_by(first, *both).limit(MOST_COMMON).subquery()
        query = select(held.c.block, held.c.rows, person.c.key).join(person, person.c.id == held.c.first)
        return [
            Common(tuple(blocks.get(row.block, ())), row.rows, row.key)
            for row in connection.execute(query.order_by(held.c.first, held.c.block, held.c.key))
        ]

    def pairs(self, connection: Connection, ids: Sequence[int], silent: set[int]) -> Iterator[tuple[int, int]]:
        """Yield (one of these rows, another row) for all that have a key in common; a pair may come twice.

        Those of these rows that have a key which is too common are added to `silent`.
        """
        for some in _parts(ids):
            query = select(correlation_key).where(correlation_key.c.person_id.in_(some))
            mine: dict[Place, list[int]] = {}
            for row in connection.execute(query):
                mine.setdefault((row.block, bytes(row.key)), []).append(row.person_id)
            found = self.holders(connection, mine)
            silent.update(one for place in mine.keys() - found.keys() for one in mine[place])
            for place, others in found.items():
                yield from ((one, other) for one in mine[place] for other in others if other != one)

    def holders(self, connection: Connection, places: Iterable[Place]) -> dict[Place, list[int]]:
        """Return who has these keys, of those that are not too common."""
        both = tuple_(correlation_key.c.block, correlation_key.c.key)
        found: dict[Place, list[int]] = {}
        for some in _parts(sorted(places)):
            count = select(correlation_key.c.block, correlation_key.c.key).where(both.in_(some))
            rare = count.group_by(correlation_key.c.block, correlation_key.c.key).having(func.count() <= TOO_COMMON)
            chosen = [(row.block, bytes(row.key)) for row in connection.execute(rare)]
            query = select(correlation_key).where(both.in_(chosen)).order_by(correlation_key.c.person_id)
            for row in connection.execute(query) if chosen else ():
                found.setdefault((row.block, bytes(row.key)), []).append(row.person_id)
        return found


def _parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))
