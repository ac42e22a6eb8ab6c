"""The action ledger: rows leased in batches, settled by their owner only, on SQLite and PostgreSQL.

Leasing on one platform is serialised (BEGIN IMMEDIATE on SQLite, an advisory lock on PostgreSQL), so that two workers
never hold actions of one target; rows that a settling transaction has locked are skipped, not waited for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from provisioners.sync.plan.change import Change, Phase, from_canonical
from provisioners.sync.rollout.contract import Action, Basis, Result
from provisioners.sync.rollout.retry import told
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.ledger import action, run
from sso_bridge.store.tables.sync import plan

LEASE = timedelta(seconds=15)
CHUNK = 500


def is_open(table: FromClause = action) -> ColumnElement[bool]:
    """Return the condition as the partial indexes have it; SQLite uses them only when it is written out."""
    return table.c.state.in_([literal_column("'waiting'"), literal_column("'leased'")])


class ActionLedger:
    """Fulfils `rollout.contract.ActionLedger` and `ports.Ledger`."""

    def __init__(self, store: Store, clock: Clock, *, lease: timedelta = LEASE) -> None:
        self._store = store
        self._clock = clock
        self._lease = lease

    def platforms(self) -> tuple[str, ...]:
        """Return the platforms on which something is still to be done in an open run."""
        found: list[str] = []
        with self._store.reading() as connection:
            while True:  # one step in the index for each platform, however many actions are open
                after = action.c.platform > (found[-1] if found else "")
                name = connection.execute(select(func.min(action.c.platform)).where(is_open(), after)).scalar_one()
                if name is None:
                    return tuple(found)
                found.append(name)

    def lease(self, platform: str, owner: str, limit: int) -> Sequence[Action]:
        """Take due actions of the oldest run that has any, in order, all of one phase."""
        with self._store.writing() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"lease {platform}"))))
            now = self._clock()
            for number, basis in _open_runs(connection):
                phase = connection.execute(_first_phase(number, platform, now)).scalar_one_or_none()
                if phase is None:
                    continue
                rows = connection.execute(_due(number, platform, phase, owner, now).limit(limit)).all()
                if rows:
                    _move(connection, [row.id for row in rows], state="leased", owner=owner, until=now + self._lease)
                    return [_action(row, number, basis) for row in rows]
        return ()

    def resting(self, run_id: int, platform: str, people: Iterable[int]) -> dict[int, float]:
        """Return in how many seconds the accounts of these people, if still open in this run, are tried again."""
        now, found = self._clock(), {}
        mine = (action.c.platform == platform, action.c.run == run_id, action.c.phase == int(Phase.ACCOUNTS), is_open())
        targets = [f"person:{one}" for one in people]
        with self._store.reading() as connection:
            if not targets or connection.execute(select(action.c.id).where(*mine).limit(1)).first() is None:
                return {}
            columns = select(action.c.target, action.c.not_before).where(*mine, action.c.kind != "account_update")
            for start in range(0, len(targets), CHUNK):
                chunk = columns.where(action.c.target.in_(targets[start : start + CHUNK]))
                for target, not_before in connection.execute(chunk):
                    rest = (not_before - now).total_seconds() if not_before else 0.0
                    found[int(target.removeprefix("person:"))] = max(0.0, rest)
        return found

    def busy(self, platform: str, targets: Iterable[str]) -> frozenset[str]:
        """Return those of these accounts and groups for which something is still to be done, in any run."""
        wanted, found = list(targets), set[str]()
        with self._store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                some = action.c.target.in_(wanted[start : start + CHUNK])
                query = select(action.c.target).where(action.c.platform == platform, some, is_open())
                found.update(connection.execute(query).scalars())
        return frozenset(found)

    def begin(self, actions: Iterable[Action], owner: str) -> frozenset[int]:
        """Count an attempt for those that are still ours."""
        with self._store.writing() as connection:
            ours = self._ours(connection, [one.id for one in actions], owner)
            if ours:
                until = self._clock() + self._lease
                begun = update(action).where(action.c.id.in_(ours))
                connection.execute(begun.values(attempts=action.c.attempts + 1, until=until))
            return ours

    def settle(self, results: Iterable[Result], owner: str) -> frozenset[int]:
        """Write results of those that are still ours."""
        found = {result.action.id: result for result in results}
        with self._store.writing() as connection:
            ours = self._ours(connection, list(found), owner)
            if ours:
                connection.execute(_SETTLE, [_row(found[number], self._clock()) for number in sorted(ours)])
            return ours

    def release(self, actions: Iterable[Action], owner: str) -> None:
        """Give back what was leased and not begun."""
        with self._store.writing() as connection:
            ours = self._ours(connection, [one.id for one in actions], owner)
            _move(connection, ours, state="waiting", owner=None, until=None)

    def stop(self, run_id: int, platform: str, owner: str, why: Exception) -> None:
        """Skip what is open of this run on this platform; calls under way elsewhere are settled by their owners."""
        code, error = getattr(why, "code", "connector_fault"), f"the platform was stopped: {told(why)}"
        free = or_(action.c.state == "waiting", action.c.owner == owner, action.c.until <= self._clock())
        with self._store.writing() as connection:
            connection.execute(
                update(action)
                .where(action.c.run == run_id, action.c.platform == platform, is_open(), free)
                .values(state="skipped", owner=None, until=None, code=code, error=error, done_at=self._clock())
            )

    def renew(self, owner: str) -> None:
        """Keep the leases of a living worker."""
        with self._store.writing() as connection:
            mine = select(action.c.id).where(action.c.owner == owner, is_open()).order_by(action.c.id)
            ids = connection.execute(mine.with_for_update(skip_locked=True)).scalars().all()
            _move(connection, ids, until=self._clock() + self._lease)

    def done_since(self, platform: str, kinds: Iterable[str], since: datetime) -> int:
        """Return how many single changes of these kinds were carried out since then."""
        query = select(func.coalesce(func.sum(action.c.achieved), 0)).where(
            action.c.platform == platform, action.c.kind.in_(list(kinds)), action.c.done_at >= since
        )
        with self._store.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def still_open(self, platform: str, kinds: Iterable[str], besides: Iterable[int]) -> int:
        """Return how many single changes of these kinds are still to be made, but for the accounts of these people."""
        query = select(func.coalesce(func.sum(action.c.weight), 0)).where(
            action.c.platform == platform, action.c.kind.in_(list(kinds)), is_open(), _not_of(besides)
        )
        with self._store.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def small_since(self, platform: str, kinds: Iterable[str], since: datetime, besides: Iterable[int]) -> int:
        """Return how many accounts, but for these people's, or memberships plans after changes moved since then."""
        made = action.alias()
        new = exists().where(
            made.c.run == action.c.run, made.c.target == action.c.target, made.c.kind == "account_create"
        )
        mine = (_small(platform, kinds, since), _not_of(besides), or_(action.c.kind != "account_update", ~new))
        whose = action.c.target.startswith("person:")
        people = select(func.count(action.c.target.distinct())).where(*mine, whose)
        moved = case((is_open(), action.c.weight), else_=action.c.achieved)
        rest = select(func.coalesce(func.sum(moved), 0)).where(*mine, ~whose)
        with self._store.reading() as connection:
            return int(connection.execute(people).scalar_one()) + int(connection.execute(rest).scalar_one())

    def small_updates(self, platform: str, since: datetime) -> Iterator[Change]:
        """Yield the updates of accounts that plans after changes have made since then, or are still to make."""
        mine = _small(platform, ["account_update"], since)
        with self._store.reading() as connection:
            for text in connection.execute(select(action.c.change).where(mine)).scalars():
                yield from_canonical(text)

    def _ours(self, connection: Connection, ids: Sequence[int], owner: str) -> frozenset[int]:
        query = select(action.c.id).where(action.c.id.in_(ids), action.c.owner == owner, action.c.state == "leased")
        return frozenset(connection.execute(query.order_by(action.c.id).with_for_update()).scalars())


def _small(platform: str, kinds: Iterable[str], since: datetime) -> ColumnElement[bool]:
    """Return the condition for what plans after changes have done since then, or are still to do."""
    after = select(run.c.id).join(plan, plan.c.id == run.c.plan).where(plan.c.scope["after"].as_string() == "changes")
    done = and_(action.c.done_at >= since, action.c.achieved > 0)
    mine = (action.c.platform == platform, action.c.kind.in_(list(kinds)), or_(done, is_open()))
    return and_(*mine, action.c.run.in_(after))


def _not_of(people: Iterable[int]) -> ColumnElement[bool]:
    return action.c.target.not_in([f"person:{one}" for one in people])


def _open_runs(connection: Connection) -> list[tuple[int, Basis]]:
    """Return the open runs, oldest first, with what their plans were made from."""
    columns = (run.c.id, plan.c.on, plan.c.revision, plan.c.organisation, plan.c.scope)
    query = select(*columns).join_from(run, plan, plan.c.id == run.c.plan).where(run.c.state == "open")
    return [
        (row.id, Basis(row.on, row.revision, row.organisation, "rollback" in row.scope, row.scope.get("elsewhere", "")))
        for row in connection.execute(query.order_by(run.c.id))
    ]


def _action(row: Row[Any], number: int, basis: Basis) -> Action:
    change = from_canonical(row.change)
    return Action(row.id, number, row.seq, change, basis, row.attempts, tuple((row.result or {}).get("members", ())))


_SETTLE = (
    update(action)
    .where(action.c.id == bindparam("row"))
    .values(
        {
            "state": bindparam("new_state"),
            "owner": None,
            "until": None,
            "not_before": bindparam("new_not_before"),
            "code": bindparam("new_code"),
            "error": bindparam("new_error"),
            "result": bindparam("new_result"),
            "achieved": bindparam("new_achieved"),
            "done_at": bindparam("new_done_at"),
        }
    )
)


def _row(result: Result, now: datetime) -> dict[str, Any]:
    return {
        "row": result.action.id,
        "new_state": result.state,
        "new_not_before": result.not_before,
        "new_code": result.code or None,
        "new_error": result.error or None,
        "new_result": dict(result.detail),
        "new_achieved": result.achieved,
        "new_done_at": None if result.state == "waiting" else now,
    }


def _first_phase(number: int, platform: str, now: datetime) -> Select[Any]:
    """Return the first phase with something to do or under way.

    What is only waiting for another try does not hold up the phases after it: the gate sees to those who need it.
    """
    rests = and_(action.c.state == "waiting", action.c.not_before.is_not(None), action.c.not_before > now)
    return (
        select(action.c.phase)
        .where(action.c.run == number, action.c.platform == platform, is_open(), ~rests)
        .order_by(action.c.phase)
        .limit(1)
    )


def _due(number: int, platform: str, phase: int, owner: str, now: datetime) -> Select[Any]:
    """Due actions whose target nobody else writes to and whose predecessors on that target are over (PR-10)."""
    other = action.alias()
    blocked = exists().where(
        other.c.platform == action.c.platform,
        other.c.target == action.c.target,
        other.c.id != action.c.id,
        is_open(other),
        or_(
            and_(other.c.state == "leased", other.c.owner != owner, other.c.until > now),
            and_(other.c.run == number, other.c.id < action.c.id, other.c.not_before > now),
        ),
    )
    due = or_(
        and_(action.c.state == "waiting", or_(action.c.not_before.is_(None), action.c.not_before <= now)),
        and_(action.c.state == "leased", action.c.until <= now),
    )
    return (
        select(action.c.id, action.c.seq, action.c.change, action.c.attempts, action.c.result)
        .where(
            action.c.run == number,
            action.c.platform == platform,
            action.c.phase == phase,
            is_open(),
            due,
            ~blocked,
        )
        .order_by(action.c.id)
        .with_for_update(skip_locked=True)
    )


def _move(connection: Connection, ids: Iterable[int], **values: Any) -> None:
    if ids := list(ids):
        connection.execute(update(action).where(action.c.id.in_(ids)).values(**values))
