"""Pages of what is kept, for people who look: newest first, or in order, from a place on. Reads only.

`wanted` holds filters by name; what each means in SQL stands in the table of its list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, or_, select

from provisioners.sync.plan.change import Change, from_canonical
from sso_bridge.login.trace import TraceRecord
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import Way, during, equals, narrowed
from sso_bridge.store.sign_in.traces import to_trace
from sso_bridge.store.staff.imports import Import, to_import
from sso_bridge.store.tables.imports import hr_import
from sso_bridge.store.tables.ledger import action, approval, job, run
from sso_bridge.store.tables.login import sign_in_trace
from sso_bridge.store.tables.sync import plan, plan_item

AT, BEGIN, LONGEST_MOMENT = "at-", datetime(1970, 1, 1, tzinfo=UTC), 17
"""A moment as a place in a list: so many microseconds after this one."""
MOST_READ = 20_000
"""So many changes of a plan are looked through for one page, however few of them match."""

Rows = Sequence[Mapping[str, Any]]
Filters = Mapping[str, Any]
NONE: Final[Filters] = {}


def _touches(platform: str) -> ColumnElement[bool]:
    """Return whether a plan has changes on this platform."""
    said: ColumnElement[Any] = plan.c.counts[platform].as_string()
    return said.is_not(None)


PLANS: Final[Mapping[str, Way]] = {"platform": _touches, "by": equals(plan.c.made_by), **during(plan.c.made_at)}
RUNS: Final[Mapping[str, Way]] = {
    "state": equals(run.c.state), "plan": equals(run.c.plan), "by": equals(run.c.by),
    "platform": lambda name: exists().where(plan.c.id == run.c.plan, _touches(name)), **during(run.c.opened_at),
}  # fmt: skip
ACTIONS: Final[Mapping[str, Way]] = {name: equals(action.c[name]) for name in ("state", "platform", "kind", "code")}
JOBS: Final[Mapping[str, Way]] = {
    **{name: equals(job.c[name]) for name in ("state", "what", "by")}, **during(job.c.created_at),
}  # fmt: skip
IMPORTS: Final[Mapping[str, Way]] = {
    "source": equals(hr_import.c.source), "state": equals(hr_import.c.state), "by": equals(hr_import.c.actor),
    **during(hr_import.c.started_at),
}  # fmt: skip
TRACES: Final[Mapping[str, Way]] = {
    **{name: equals(sign_in_trace.c[name]) for name in ("platform", "workplace", "outcome", "reason", "protocol")},
    "person_id": equals(sign_in_trace.c.person_id), **during(sign_in_trace.c.began_at),
}  # fmt: skip


class Overview:
    """Each page has at most `limit` entries; `before` and `after` are the place of the last entry seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plans(self, now: datetime, limit: int, before: int | None = None, wanted: Filters = NONE) -> Rows:
        """Return the newest plans with the state they are in: everything but their changes."""
        state = state_of_plan(now)
        ways = {**PLANS, "state": equals(state)}
        return self._newest(narrowed(select(plan, state.label("state")), ways, wanted), plan.c.id, limit, before)

    def plan(self, number: int, now: datetime | None = None) -> Mapping[str, Any] | None:
        """Return one plan without its changes; with its state at that moment, if one is given."""
        query = select(plan) if now is None else select(plan, state_of_plan(now).label("state"))
        found = self._rows(query.where(plan.c.id == number))
        return found[0] if found else None

    def approvals(self, number: int) -> Rows:
        """Return who approved a plan, newest first."""
        return self._rows(select(approval).where(approval.c.plan == number).order_by(approval.c.id.desc()).limit(20))

    def changes(
        self, number: int, limit: int, after: int, wanted: Mapping[str, str], person_id: int | None = None
    ) -> tuple[list[tuple[int, Change]], int | None]:
        """Return the changes that have these values, with their positions, and the place to go on from."""
        query = select(plan_item.c.position, plan_item.c.body).where(
            plan_item.c.plan_id == number, plan_item.c.position > after
        )
        if person_id is not None:
            query = query.where(plan_item.c.person_id == person_id)
        found: list[tuple[int, Change]] = []
        with self._store.reading() as connection:
            rows = connection.execute(query.order_by(plan_item.c.position).limit(MOST_READ + 1)).all()
        for count, row in enumerate(rows):
            if len(found) == limit or count == MOST_READ:
                return found, rows[count - 1].position
            change = from_canonical(row.body)
            if all(getattr(change, name) == value for name, value in wanted.items()):
                found.append((row.position, change))
        return found, None

    def runs(self, limit: int, before: int | None = None, wanted: Filters = NONE) -> Rows:
        """Return the newest runs without their actions."""
        query = select(run.c.id, run.c.plan, run.c.state, run.c.by, run.c.opened_at, run.c.finished_at)
        return self._newest(narrowed(query, RUNS, wanted), run.c.id, limit, before)

    def actions(self, number: int, limit: int, after: int, wanted: Filters = NONE) -> Rows:
        """Return the actions of a run in order."""
        query = narrowed(select(action).where(action.c.run == number, action.c.seq > after), ACTIONS, wanted)
        return self._rows(query.order_by(action.c.seq).limit(limit))

    def jobs(self, limit: int, before: int | None = None, wanted: Filters = NONE) -> Rows:
        """Return the newest jobs."""
        return self._newest(narrowed(select(job), JOBS, wanted), job.c.id, limit, before)

    def imports(self, limit: int, before: int | None = None, wanted: Filters = NONE) -> list[tuple[int, Import]]:
        """Return the newest imports, with their places."""
        query = _newest(narrowed(select(hr_import), IMPORTS, wanted), hr_import.c.id, limit, before)
        return [(row.id, to_import(row)) for row in self._raw(query)]

    def traces(self, limit: int, before: str | None = None, wanted: Filters = NONE) -> list[TraceRecord]:
        """Return the newest sign-ins, from the one with the reference `before` on."""
        return [to_trace(row) for row in self._raw(traces_query(limit, before, wanted))]

    def _newest(self, query: Select[Any], column: Any, limit: int, before: int | None) -> Rows:
        return self._rows(_newest(query, column, limit, before))

    def _rows(self, query: Select[Any]) -> Rows:
        return [dict(row._mapping) for row in self._raw(query)]  # noqa: SLF001  SQLAlchemy's public name

    def _raw(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._store.reading() as connection:
            return connection.execute(query).all()


def moment_place(moment: datetime) -> str:
    """Return a moment as a place in the list of sign-ins, for whoever may not know the one that is there."""
    return f"{AT}{(moment - BEGIN) // timedelta(microseconds=1)}"


def is_moment(place: str) -> bool:
    """Return whether a place in the list of sign-ins is a moment; otherwise it is the words of one."""
    number = place.removeprefix(AT)
    return place.startswith(AT) and number.isdecimal() and len(number) <= LONGEST_MOMENT


def traces_query(limit: int, before: str | None, wanted: Filters) -> Select[Any]:
    """Return the question for a page of sign-ins; references are words, so the time says which is older."""
    table = sign_in_trace
    query = narrowed(select(table), TRACES, wanted)
    if before is not None and is_moment(before):
        query = query.where(table.c.began_at <= BEGIN + timedelta(microseconds=int(before.removeprefix(AT))))
    elif before is not None:
        at = select(table.c.began_at).where(table.c.reference == before).scalar_subquery()
        query = query.where(or_(table.c.began_at < at, and_(table.c.began_at == at, table.c.reference < before)))
    return query.order_by(table.c.began_at.desc(), table.c.reference.desc()).limit(limit)


def state_of_plan(now: datetime) -> ColumnElement[str]:
    """Return what became of a plan: `rolled_out`, `empty`, `approved` (now), or `waiting`."""
    begun, items = exists().where(run.c.plan == plan.c.id), exists().where(plan_item.c.plan_id == plan.c.id)
    good = exists().where(approval.c.plan == plan.c.id, approval.c.until > now)
    return case((begun, "rolled_out"), (~items, "empty"), (good, "approved"), else_="waiting")


def _newest(query: Select[Any], column: Any, limit: int, before: int | None) -> Select[Any]:
    return (query if before is None else query.where(column < before)).order_by(column.desc()).limit(limit)
