"""Rows whose facts are not simply what their source states: they wait, are part of somebody, or have parts.

In `person` stands what holds, so that everybody who reads it need not know. While an import is taken, what the source
states stands there (`lay_open`, `close`): the register compares statements with statements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, insert, or_, select, update

from mappings.people import Person
from provisioners.sync.compose.several import one_of
from sso_bridge.clock import Clock
from sso_bridge.store.staff.facts import digest_of, person_facts, person_from
from sso_bridge.store.staff.people import as_gone
from sso_bridge.store.staff.register import next_change
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.organisation import organisation, person

CHUNK = 500
JOINED, WAITING = "joined", "waiting"
"""Values of `status` that no HR source can state: such a row works nowhere, signs in nowhere and has no account."""

_MINE = statement.c.person_id == person.c.id


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    stated: Person
    gone_on: date | None
    part_of: int | None
    waits: bool


class Statements:
    """Keeps statements apart and makes of them what holds; every method joins the open transaction."""

    def __init__(self, clock: Clock, today: Callable[[], date]) -> None:
        self._clock = clock
        self._today = today

    def lay_open(self, connection: Connection, source: str, keys: Collection[str] | None) -> None:
        """Put what the source states into `person`, of all its rows or of these, until `close`."""
        for mine in _chosen(source, keys):
            values = {name: _of(statement.c[name]) for name in ("facts", "digest", "gone_on")}
            connection.execute(update(person).where(mine, exists().where(_MINE)).values(**values))

    def close(self, connection: Connection, source: str, keys: Collection[str] | None) -> int:
        """Keep what the source states now, and make what holds because of it; return for how many it is new."""
        changed: set[int] = set()
        for mine in _chosen(source, keys):
            other = or_(person.c.digest != statement.c.digest, person.c.gone_on.is_distinct_from(statement.c.gone_on))
            query = select(person.c.id).join(statement, _MINE).where(mine, other)
            found = connection.execute(query).scalars().all()
            changed.update(found)
            for some in _chunks(found):
                values = {
                    name: select(person.c[name]).where(_MINE).scalar_subquery()
                    for name in ("facts", "digest", "gone_on")
                }
                connection.execute(update(statement).where(statement.c.person_id.in_(some)).values(**values))
            made = {name: _of(statement.c[f"made{tail}"]) for name, tail in _MADE}
            connection.execute(update(person).where(mine, exists().where(_MINE)).values(**made))
        self.make(connection, changed)
        return len(changed)

    def hold(self, connection: Connection, ids: Iterable[int]) -> None:
        """Let these rows be nobody until somebody has decided."""
        self._set(connection, ids, part_of=None, waits=True)

    def release(self, connection: Connection, ids: Iterable[int]) -> None:
        """Let these rows be people of their own."""
        self._set(connection, ids, part_of=None, waits=False)

    def join(self, connection: Connection, part: int, into: int) -> tuple[int, ...]:
        """Make a row, and all that is part of it, part of another person; return the parts that came with it."""
        query = select(statement.c.person_id).where(statement.c.part_of == part)
        brought = tuple(sorted(connection.execute(query).scalars()))
        self._set(connection, [part, *brought], part_of=into, waits=False)
        return brought

    def split(self, connection: Connection, part: int, brought: Iterable[int], *, waits: bool) -> None:
        """Undo `join`: the row is its own person again, or waits, with the parts that it brought."""
        came_from = self._row(connection, part).part_of
        self._set(connection, [part], part_of=None, waits=waits)
        self._set(connection, brought, part_of=part, waits=False)
        self.make(connection, [came_from] if came_from else [])

    def root_of(self, connection: Connection, ids: Iterable[int]) -> dict[int, int]:
        """Return whose part each of these rows is; only those that are part of somebody."""
        found: dict[int, int] = {}
        for some in _chunks(sorted(set(ids))):
            query = select(statement.c.person_id, statement.c.part_of).where(
                statement.c.person_id.in_(some), statement.c.part_of.is_not(None)
            )
            found.update((row.person_id, row.part_of) for row in connection.execute(query))
        return found

    def waiting(self, connection: Connection, ids: Iterable[int]) -> set[int]:
        """Return those of these rows that wait."""
        found: set[int] = set()
        for some in _chunks(sorted(set(ids))):
            query = select(statement.c.person_id).where(statement.c.person_id.in_(some), statement.c.waits)
            found.update(connection.execute(query).scalars())
        return found

    def make(self, connection: Connection, ids: Iterable[int]) -> None:
        """Make what holds for these rows and for whom they are part of, and tell the sync that it is new."""
        rows = {id_: self._row(connection, id_) for id_ in sorted(set(ids))}
        roots = {row.part_of or row.id for row in rows.values()}
        for root in sorted(roots):
            self._make_set(connection, root)
        if roots:
            connection.execute(update(organisation).values(version=organisation.c.version + 1))

    def _make_set(self, connection: Connection, root: int) -> None:
        query = _ROWS.where(or_(statement.c.person_id == root, statement.c.part_of == root))
        rows = [_row(row) for row in connection.execute(query.order_by(statement.c.person_id))]
        first = next(row for row in rows if row.id == root)
        parts = [row for row in rows if row.id != root]
        for part in parts:
            self._keep(connection, part, replace(part.stated, status=JOINED), part.gone_on)
        if parts:
            everybody = [first, *parts]
            made = one_of([as_gone(row.stated, row.gone_on) for row in everybody])
            gone = None if any(row.gone_on is None for row in everybody) else first.gone_on
            self._keep(connection, first, made, gone)
        elif first.waits:
            self._keep(connection, first, replace(first.stated, status=WAITING), first.gone_on)
        else:
            self._keep(connection, first, first.stated, first.gone_on)
            connection.execute(delete(statement).where(statement.c.person_id == root))

    def _keep(self, connection: Connection, row: _Row, made: Person, gone_on: date | None) -> None:
        facts = person_facts(made)
        digest = digest_of(facts)
        turn = None if gone_on else next_change(made, self._today())
        values: dict[str, Any] = {"facts": facts, "digest": digest, "gone_on": gone_on}
        changed: dict[str, datetime | date | None] = {"next_change": turn, "changed_at": self._clock()}
        connection.execute(update(person).where(person.c.id == row.id).values(**values, **changed))
        kept = {f"made{tail}": values[name] for name, tail in _MADE}
        connection.execute(update(statement).where(statement.c.person_id == row.id).values(**kept))

    def _set(self, connection: Connection, ids: Iterable[int], *, part_of: int | None, waits: bool) -> None:
        chosen = sorted(set(ids))
        self._apart(connection, [*chosen, *([part_of] if part_of and chosen else [])])
        for some in _chunks(chosen):
            values = {"part_of": part_of, "waits": waits}
            connection.execute(update(statement).where(statement.c.person_id.in_(some)).values(**values))
        self.make(connection, chosen)

    def _apart(self, connection: Connection, ids: Iterable[int]) -> None:
        """Keep the statements of these rows apart, where they are not yet."""
        copied = [person.c[name] for name in ("id", "facts", "digest", "gone_on", "facts", "digest", "gone_on")]
        names = ["person_id", "facts", "digest", "gone_on", "made", "made_digest", "made_gone_on", "waits"]
        for some in _chunks(sorted(set(ids))):
            known = exists().where(_MINE)
            query = select(*copied, person.c.id < 0).where(person.c.id.in_(some), ~known)
            connection.execute(insert(statement).from_select(names, query))

    def _row(self, connection: Connection, id_: int) -> _Row:
        return _row(connection.execute(_ROWS.where(statement.c.person_id == id_)).one())


_MADE = (("facts", ""), ("digest", "_digest"), ("gone_on", "_gone_on"))
_ROWS = select(
    statement.c.person_id, statement.c.facts, statement.c.gone_on, statement.c.part_of, statement.c.waits,
    person.c.uuid, person.c.source, person.c.key,
).join(person, _MINE)  # fmt: skip


def _row(row: Any) -> _Row:
    stated = person_from(row.facts, id=row.person_id, uuid=row.uuid, source=row.source, key=row.key)
    return _Row(row.person_id, stated, row.gone_on, row.part_of, row.waits)


def _of(column: Any) -> Any:
    return select(column).where(_MINE).scalar_subquery()


def _chosen(source: str, keys: Collection[str] | None) -> Iterable[Any]:
    """Yield conditions that choose all rows of a source, or those with these keys in parts."""
    if keys is None:
        return [person.c.source == source]
    return [and_(person.c.source == source, person.c.key.in_(some)) for some in _chunks(sorted(keys))]


def _chunks(values: Any) -> Iterable[Any]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
