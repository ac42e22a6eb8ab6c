"""Pairs that may be one, and what was decided about them: remembered for ever, by the names that sources gave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, cast, get_args

from sqlalchemy import Connection, Row, and_, bindparam, func, insert, or_, select, tuple_, update

from provisioners.correlation.rules import Weighed
from sso_bridge.store.narrowing import Way, during, equals, narrowed
from sso_bridge.store.tables.correlation import correlation_pair as table
from sso_bridge.store.tables.organisation import person

Kind = Literal["people", "account"]
State = Literal["open", "later", "proposed", "same", "different", "void"]
STATES: tuple[State, ...] = ("open", "later", "proposed", "same", "different", "void")
PENDING = ("open", "later", "proposed")
"""Not decided yet. `void`: it went away by itself before anybody decided."""
NAME = ("kind", "where", "key", "source", "number")
SAID = ("score", "strong", "rules", "last_at")
AT_ONCE = 200
WAYS: Final[Mapping[str, Way]] = {
    "kind": equals(table.c.kind), "by": equals(table.c.decided_by), **during(table.c.last_at),
    "state": lambda name: table.c.state.in_(PENDING if name == "pending" else (name,)),
    "where": lambda name: or_(table.c["where"] == name, table.c.source == name),
}  # fmt: skip
RULE = "rule"
"""Who has decided what was certain."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a pair is about: a row (source, number) and another, or an account (platform, remote id) and a person."""

    kind: Kind
    where: str
    key: str
    source: str
    number: str

    @classmethod
    def of_people(cls, one: tuple[str, str], other: tuple[str, str]) -> Name:
        """Return the name of two rows, the same whichever comes first."""
        first, second = sorted((one, other))
        return cls("people", *first, *second)


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair as it is kept. `moved` is what joining it has changed, so that it can be undone."""

    id: int
    name: Name
    score: int
    strong: bool
    rules: tuple[str, ...]
    state: State
    first_at: datetime
    last_at: datetime
    proposed_by: str
    decided_by: str
    decided_at: datetime | None
    why: str
    moved: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        """Return whether somebody has still to decide."""
        return self.state in PENDING


class Pairs:
    """Every method joins the open transaction."""

    def keep(self, connection: Connection, found: Mapping[Name, Weighed], now: datetime) -> dict[Name, Pair]:
        """Keep what the rules say of these pairs and return them; a decision that was made stays."""
        known = self.named(connection, found)
        changed = [
            {"row": pair.id, "new": "open" if pair.state == "void" else pair.state, **_said(found[name], now)}
            for name, pair in known.items()
        ]
        if changed:
            values = {name: bindparam(f"said_{name}", type_=table.c[name].type) for name in SAID}
            mine = update(table).where(table.c.id == bindparam("row")).values(**values, state=bindparam("new"))
            connection.execute(mine, changed)
        new = [
            {
                **_columns(name),
                **_undecided(),
                **{key: _said(weighed, now)[f"said_{key}"] for key in SAID},
                "first_at": now,
            }
            for name, weighed in found.items()
            if name not in known
        ]
        if new:
            connection.execute(insert(table), new)
        return self.named(connection, found)

    def named(self, connection: Connection, names: Iterable[Name]) -> dict[Name, Pair]:
        """Return those of these pairs that are known."""
        columns = tuple_(*(table.c[name] for name in NAME))
        wanted = sorted({tuple(_columns(name).values()) for name in names})
        found: dict[Name, Pair] = {}
        for start in range(0, len(wanted), AT_ONCE):
            query = select(table).where(columns.in_(wanted[start : start + AT_ONCE]))
            found.update((pair.name, pair) for pair in map(_pair, connection.execute(query)))
        return found

    def undecided(self, connection: Connection, platform: str) -> frozenset[int]:
        """Return the people of whom somebody has still to say whether an account of this platform is theirs."""
        whose = and_(person.c.source == table.c.source, person.c.key == table.c.number)
        query = select(person.c.id).join(table, whose).where(table.c.kind == "account", table.c.state.in_(PENDING))
        return frozenset(connection.execute(query.where(table.c["where"] == platform)).scalars())

    def certain(self, connection: Connection, pairs: Iterable[Pair], moved: Mapping[int, Mapping[str, Any]]) -> None:
        """Keep that these are one because a rule is certain of it; `moved` by the number of the pair."""
        rows = [{"row": pair.id, "said_why": pair.rules[0], "said_moved": moved[pair.id]} for pair in pairs]
        if rows:
            values = {name: bindparam(f"said_{name}", type_=table.c[name].type) for name in ("why", "moved")}
            mine = update(table).where(table.c.id == bindparam("row"))
            connection.execute(mine.values(**values, state="same", decided_by=RULE, decided_at=table.c.last_at), rows)

    def get(self, connection: Connection, number: int) -> Pair:
        """Return one; LookupError when there is none."""
        row = connection.execute(select(table).where(table.c.id == number)).first()
        if row is None:
            raise LookupError(number)
        return _pair(row)

    def about(self, connection: Connection, kind: Kind, place: tuple[str, str], states: Iterable[str]) -> list[Pair]:
        """Return the pairs in which this row, account or person is, in one of these states."""
        first = and_(table.c["where"] == place[0], table.c.key == place[1])
        second = and_(table.c.source == place[0], table.c.number == place[1])
        query = select(table).where(table.c.kind == kind, or_(first, second), table.c.state.in_(sorted(states)))
        return [_pair(row) for row in connection.execute(query.order_by(table.c.id))]

    def page(
        self,
        connection: Connection,
        limit: int,
        before: int | None,
        wanted: Mapping[str, Any],
    ) -> list[Pair]:
        """Return the newest ones that are wanted."""
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        query = query if before is None else query.where(table.c.id < before)
        return [_pair(row) for row in connection.execute(narrowed(query, WAYS, wanted))]

    def of_platform(self, connection: Connection, platform: str, states: Iterable[str]) -> list[Pair]:
        """Return the pairs of accounts on this platform in one of these states."""
        mine = (table.c.kind == "account", table.c["where"] == platform, table.c.state.in_(sorted(states)))
        return [_pair(row) for row in connection.execute(select(table).where(*mine).order_by(table.c.id))]

    def counts(self, connection: Connection) -> dict[tuple[str, str], int]:
        """Return how many there are by kind and state."""
        query = select(table.c.kind, table.c.state, func.count()).group_by(table.c.kind, table.c.state)
        return {(row[0], row[1]): row[2] for row in connection.execute(query)}

    def pending(self, connection: Connection) -> dict[str, int]:
        """Return for how many of each kind somebody has still to decide."""
        counts = self.counts(connection)
        return {
            kind: sum(number for (of, state), number in counts.items() if of == kind and state in PENDING)
            for kind in get_args(Kind)
        }

    def set(self, connection: Connection, ids: Iterable[int], state: State, **values: Any) -> None:
        """Change what is kept of these pairs."""
        chosen = sorted(set(ids))
        for start in range(0, len(chosen), 500):
            mine = table.c.id.in_(chosen[start : start + 500])
            connection.execute(update(table).where(mine).values(state=state, **values))


def _said(weighed: Weighed, now: datetime) -> dict[str, Any]:
    said = {"score": weighed.score, "strong": weighed.strong, "rules": list(weighed.rules), "last_at": now}
    return {f"said_{name}": value for name, value in said.items()}


def _undecided() -> dict[str, Any]:
    return {"state": "open", "proposed_by": "", "decided_by": "", "decided_at": None, "why": "", "moved": {}}


def _columns(name: Name) -> dict[str, str]:
    return {"kind": name.kind, "where": name.where, "key": name.key, "source": name.source, "number": name.number}


def _pair(row: Row[Any]) -> Pair:
    said = row._mapping  # noqa: SLF001 - the documented way to columns with names like `where`
    return Pair(
        id=row.id,
        name=Name(row.kind, said["where"], said["key"], row.source, row.number),
        score=row.score,
        strong=row.strong,
        rules=tuple(row.rules),
        state=cast("State", row.state),
        first_at=row.first_at,
        last_at=row.last_at,
        proposed_by=row.proposed_by,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        why=row.why,
        moved=row.moved,
    )
