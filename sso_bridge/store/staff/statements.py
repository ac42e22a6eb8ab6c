"""Rows whose facts are not simply what their source states: they wait, are part of somebody, or have parts.

In `person` stands what holds, so that everybody who reads it need not know. While an import is taken, what the source
states stands there (`lay_open`, `close`): the register compares statements with statements.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, exists, func, insert, or_, select, update

from mappings.days import Day
from mappings.employment import next_change
from mappings.people import Person
from provisioners.correlation.precedence import AS_THEY_CAME, Precedence
from provisioners.sync.compose.several import one_of
from sso_bridge.clock import Clock
from sso_bridge.store.staff.facts import digest_of, person_facts, person_from
from sso_bridge.store.staff.people import as_gone
from sso_bridge.store.tables.base import Moment
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.correlation import precedence as kept
from sso_bridge.store.tables.organisation import organisation, person
from sso_bridge.store.upsert import upsert

CHUNK = 500
JOINED, WAITING = "joined", "waiting"
"""Values of `status` that no HR source can state: such a row works nowhere, signs in nowhere and has no account."""

STATED = ("facts", "digest", "gone_on")
_MINE = statement.c.person_id == person.c.id


@dataclass(frozen=True, slots=True)
class _Row:
    id: int
    stated: Person
    gone_on: date | None
    part_of: int | None
    waits: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """What holds for one row; `plain` when that is what its source states."""

    person: Person
    gone_on: date | None
    plain: bool = False


class Statements:
    """Keeps statements apart and makes of them what holds; every method joins the open transaction."""

    def __init__(self, clock: Clock, today: Callable[[], Day]) -> None:
        self._clock = clock
        self._today = today

    @contextmanager
    def opened(self, connection: Connection, ids: Iterable[int]) -> Iterator[None]:
        """Let these rows be written as their source states them."""
        conditions = [person.c.id.in_(some) for some in _chunks(sorted(set(ids)))]
        self._lay_open(connection, conditions)
        yield
        self._close(connection, conditions)

    def lay_open(self, connection: Connection, source: str, keys: Collection[str] | None) -> None:
        """Put what the source states into `person`, of all its rows or of these, until `close`."""
        self._lay_open(connection, _chosen(source, keys))

    def close(self, connection: Connection, source: str, keys: Collection[str] | None) -> int:
        """Keep what the source states now, and make what holds because of it; return for how many it is new."""
        return self._close(connection, _chosen(source, keys))

    def _lay_open(self, connection: Connection, conditions: Iterable[Any]) -> None:
        values = {name: _of(statement.c[name]) for name in STATED}
        for mine in conditions:
            connection.execute(update(person).where(mine, exists().where(_MINE)).values(**values))

    def _close(self, connection: Connection, conditions: Iterable[Any]) -> int:
        changed: set[int] = set()
        other = or_(person.c.digest != statement.c.digest, person.c.gone_on.is_distinct_from(statement.c.gone_on))
        values = {name: select(person.c[name]).where(_MINE).scalar_subquery() for name in STATED}
        made = {name: _of(statement.c[f"made{tail}"]) for name, tail in _MADE}
        for mine in conditions:
            found = connection.execute(select(person.c.id).join(statement, _MINE).where(mine, other)).scalars().all()
            changed.update(found)
            for some in _chunks(found):
                connection.execute(update(statement).where(statement.c.person_id.in_(some)).values(**values))
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
        self.join_all(connection, dict.fromkeys((part, *brought), into))
        return brought

    def join_all(self, connection: Connection, owners: Mapping[int, int]) -> None:
        """Make many rows that have no parts themselves part of the persons given."""
        if owners:
            self._apart(connection, [*owners, *owners.values()])
            rows = [{"row": part, "owner": owner} for part, owner in owners.items()]
            mine = update(statement).where(statement.c.person_id == bindparam("row"))
            connection.execute(mine.values(part_of=bindparam("owner"), waits=False), rows)
            self.make(connection, owners)

    def split(self, connection: Connection, part: int, brought: Iterable[int], *, waits: bool) -> None:
        """Undo `join`: the row is its own person again, or waits, with the parts that it brought."""
        came_from = self._row(connection, part).part_of
        self._set(connection, [part], part_of=None, waits=waits)
        self._set(connection, brought, part_of=part, waits=False)
        self.make(connection, [came_from] if came_from else ())

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
        chosen = sorted(set(ids))
        owners, precedence = self.root_of(connection, chosen), precedence_of(connection)
        for some in _chunks(sorted({owners.get(one, one) for one in chosen})):
            found: dict[int, list[_Row]] = {one: [] for one in some}
            either = or_(statement.c.person_id.in_(some), statement.c.part_of.in_(some))
            for row in connection.execute(_ROWS.where(either).order_by(statement.c.person_id)):
                found[row.part_of or row.person_id].append(_row(row))
            made = [one for root, rows in found.items() for one in _made(root, rows, precedence)]
            self._write(connection, made)
        if chosen:
            connection.execute(update(organisation).values(version=organisation.c.version + 1))

    def reorder(self, connection: Connection, precedence: Precedence) -> int:
        """Let sources speak in this order from now on; return how many persons of several rows were made anew."""
        upsert(connection, kept, {"id": 1, "stated": precedence.stated()}, keys=("id",))
        query = select(statement.c.part_of).where(statement.c.part_of.is_not(None)).distinct()
        roots = connection.execute(query).scalars().all()
        self.make(connection, roots)
        return len(roots)

    def rows_of(self, connection: Connection, root: int) -> list[Person]:
        """Return the rows of a person as their sources state them, the own one first; none when it is only one."""
        return dict(self.several(connection, root)).get(root, [])

    def several(self, connection: Connection, *roots: int) -> Iterator[tuple[int, list[Person]]]:
        """Yield (id, rows) likewise for these persons of several rows, or for all of them; those who wait left out."""
        whose = select(statement.c.part_of).where(statement.c.part_of.is_not(None))
        whose = whose.where(statement.c.part_of.in_(roots)) if roots else whose
        query = _ROWS.where(or_(statement.c.person_id.in_(whose), statement.c.part_of.in_(whose)))
        whole = func.coalesce(statement.c.part_of, statement.c.person_id)
        query = query.order_by(whole, statement.c.person_id != whole, statement.c.person_id)
        for root, rows in groupby(map(_row, connection.execute(query)), lambda row: row.part_of or row.id):
            found = list(rows)
            if not found[0].waits:
                yield root, [as_gone(row.stated, row.gone_on) for row in found]

    def _write(self, connection: Connection, made: Sequence[_Made]) -> None:
        rows = []
        for one in made:
            facts = person_facts(one.person)
            turn = None if one.gone_on else next_change(one.person, self._today())
            said = {"facts": facts, "digest": digest_of(facts), "gone_on": one.gone_on, "next_change": turn}
            rows.append(
                {"row": one.person.id, "changed_at": self._clock(), **{f"new_{name}": said[name] for name in said}}
            )
        if rows:
            names = ("facts", "digest", "gone_on", "next_change")
            values = {name: bindparam(f"new_{name}", type_=person.c[name].type) for name in names}
            mine = update(person).where(person.c.id == bindparam("row"))
            connection.execute(mine.values(**values, changed_at=bindparam("changed_at", type_=Moment)), rows)
            kept = {f"made{tail}": values[name] for name, tail in _MADE}
            connection.execute(update(statement).where(statement.c.person_id == bindparam("row")).values(**kept), rows)
        plain = [one.person.id for one in made if one.plain]
        for some in _chunks(plain):
            connection.execute(delete(statement).where(statement.c.person_id.in_(some)))

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


def precedence_of(connection: Connection) -> Precedence:
    """Return the order by which persons of several rows are made at present."""
    stated = connection.execute(select(kept.c.stated)).scalar()
    return AS_THEY_CAME if stated is None else Precedence.of(stated)


def _made(root: int, rows: Sequence[_Row], precedence: Precedence) -> Iterator[_Made]:
    """Yield what holds for one person and all parts of it."""
    first = next(row for row in rows if row.id == root)
    parts = [row for row in rows if row.id != root]
    for part in parts:
        yield _Made(replace(part.stated, status=JOINED), part.gone_on)
    if parts:
        whole = one_of([as_gone(row.stated, row.gone_on) for row in (first, *parts)], precedence)
        gone = _gone_on(first, parts, precedence)
        yield _Made(replace(whole, status=WAITING) if first.waits else whole, gone)
    elif first.waits:
        yield _Made(replace(first.stated, status=WAITING), first.gone_on)
    else:
        yield _Made(first.stated, first.gone_on, plain=True)


def _gone_on(first: _Row, parts: Sequence[_Row], precedence: Precedence) -> date | None:
    """Return the day since which the person is gone: when all rows are that say who works here."""
    days = {row.stated: row.gone_on for row in (first, *parts)}
    employing = [days[stated] for stated in precedence.employing(list(days))]
    return None if None in employing else first.gone_on or max(day for day in employing if day is not None)


def _row(row: Any) -> _Row:
    stated = person_from(row.facts, id=row.person_id, uuid=row.uuid, source=row.source, key=row.key)
    return _Row(row.person_id, stated, row.gone_on, row.part_of, row.waits)


def _of(column: Any) -> Any:
    return select(column).where(_MINE).scalar_subquery()


def _chosen(source: str, keys: Collection[str] | None) -> list[Any]:
    """Return conditions that choose all rows of a source, or those with these keys in parts."""
    if keys is None:
        return [person.c.source == source]
    return [and_(person.c.source == source, person.c.key.in_(some)) for some in _chunks(sorted(keys))]


def _chunks(values: Any) -> Iterable[Any]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
