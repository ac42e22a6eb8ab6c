"""Pages of what is kept, for people who look: newest first, or in order, from a place on. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select

from mappings.people import Person
from provisioners.sync.plan.change import Change, from_canonical
from sso_bridge.login.trace import TraceRecord
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.traces import to_trace
from sso_bridge.store.staff.imports import Import, to_import
from sso_bridge.store.staff.people import COLUMNS, to_person
from sso_bridge.store.tables.imports import hr_import
from sso_bridge.store.tables.ledger import action, approval, job, run
from sso_bridge.store.tables.login import sign_in_trace
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.sync import plan, plan_item

MOST_READ = 20_000
"""So many changes of a plan are looked through for one page, however few of them match."""

Rows = Sequence[Mapping[str, Any]]


class Overview:
    """Each page has at most `limit` entries; `before` and `after` are the place of the last entry seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def plans(self, limit: int, before: int | None = None) -> Rows:
        """Return the newest plans: everything but their changes."""
        return self._newest(select(plan), plan.c.id, limit, before)

    def plan(self, number: int) -> Mapping[str, Any] | None:
        """Return one plan without its changes."""
        found = self._rows(select(plan).where(plan.c.id == number))
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

    def runs(self, limit: int, before: int | None = None, state: str | None = None) -> Rows:
        """Return the newest runs without their actions."""
        query = select(run.c.id, run.c.plan, run.c.state, run.c.by, run.c.opened_at, run.c.finished_at)
        return self._newest(query if state is None else query.where(run.c.state == state), run.c.id, limit, before)

    def actions(self, number: int, limit: int, after: int, wanted: Mapping[str, str]) -> Rows:
        """Return the actions of a run in order."""
        query = select(action).where(action.c.run == number, action.c.seq > after)
        for name, value in wanted.items():
            query = query.where(action.c[name] == value)
        return self._rows(query.order_by(action.c.seq).limit(limit))

    def jobs(self, limit: int, before: int | None = None, state: str | None = None) -> Rows:
        """Return the newest jobs."""
        query = select(job) if state is None else select(job).where(job.c.state == state)
        return self._newest(query, job.c.id, limit, before)

    def imports(
        self, limit: int, before: int | None = None, *, source: str | None = None, state: str | None = None
    ) -> list[tuple[int, Import]]:
        """Return the newest imports, with their places."""
        query = select(hr_import)
        for column, value in ((hr_import.c.source, source), (hr_import.c.state, state)):
            query = query if value is None else query.where(column == value)
        return [(row.id, to_import(row)) for row in self._raw(_newest(query, hr_import.c.id, limit, before))]

    def traces(
        self, limit: int, before: str | None = None, *, person_id: int | None = None, **wanted: str | None
    ) -> list[TraceRecord]:
        """Return the newest sign-ins, from the one with the reference `before` on."""
        table = sign_in_trace
        query = select(table).order_by(table.c.began_at.desc(), table.c.reference.desc()).limit(limit)
        if person_id is not None:
            query = query.where(table.c.person_id == person_id)
        for name, value in wanted.items():
            query = query if value is None else query.where(table.c[name] == value)
        if before is not None:
            at = select(table.c.began_at).where(table.c.reference == before).scalar_subquery()
            older = or_(table.c.began_at < at, and_(table.c.began_at == at, table.c.reference < before))
            query = query.where(older)
        return [to_trace(row) for row in self._raw(query)]

    def people(self, limit: int, after: int, text: str = "") -> list[Person]:
        """Return people in the order of our ids whose number, address, login or name holds the text."""
        query = select(*COLUMNS).where(person.c.id > after).order_by(person.c.id).limit(limit)
        for word in text.split()[:5]:
            said = [person.c.facts[name].as_string() for name in SEARCHED]
            query = query.where(or_(*(_holds(one, word) for one in (person.c.key, *said))))
        return [to_person(row) for row in self._raw(query)]

    def _newest(self, query: Select[Any], column: Any, limit: int, before: int | None) -> Rows:
        return self._rows(_newest(query, column, limit, before))

    def _rows(self, query: Select[Any]) -> Rows:
        return [dict(row._mapping) for row in self._raw(query)]  # noqa: SLF001  SQLAlchemy's public name

    def _raw(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._store.reading() as connection:
            return connection.execute(query).all()


SEARCHED = ("email", "username", "given_name", "preferred_name", "name_prefix", "family_name", "partner_name")


def _holds(column: Any, word: str) -> Any:
    return func.lower(column).contains(word.lower(), autoescape=True)


def _newest(query: Select[Any], column: Any, limit: int, before: int | None) -> Select[Any]:
    return (query if before is None else query.where(column < before)).order_by(column.desc()).limit(limit)
