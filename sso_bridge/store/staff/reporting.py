"""Whom HR names as whose manager, to be found from above: who works below somebody, without reading everybody.

All jobs count, of whatever day; so more people may be found than work there today, never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, or_, select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.organisation import person, reporting

_NEW = insert(reporting).from_select(
    ["person_id", "manager"],
    select(person.c.id, bindparam("named", type_=reporting.c.manager.type)).where(
        person.c.source == bindparam("of"), person.c.key == bindparam("called")
    ),
)
_OLD = delete(reporting).where(
    reporting.c.person_id.in_(
        select(person.c.id).where(person.c.source == bindparam("of"), person.c.key == bindparam("called"))
    )
)


def keep_managers(connection: Connection, source: str, stated: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Keep whom these people's facts name as managers, by HR number; what was kept of them before is forgotten."""
    gone, rows = [], []
    for key, facts in stated:
        gone.append({"of": source, "called": key})
        managers = {str(job["manager"]) for job in facts.get("assignments", ()) if job.get("manager")}
        rows += [{"of": source, "called": key, "named": manager} for manager in sorted(managers)]
    if gone:
        connection.execute(_OLD, gone)
    if rows:
        connection.execute(_NEW, rows)


class Reporting:
    """Answers who works below whom."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def below(self, ids: Iterable[int], most: int) -> frozenset[int] | None:
        """Return who is below these people, on all levels, without themselves; None when there are more than `most`."""
        above, found = set(ids), set[int]()
        ahead = set(above)
        with self._store.reading() as connection:
            while ahead:
                if len(ahead) > most:
                    return None
                new = self._directly(connection, ahead) - found - above
                found |= new
                ahead = new
        return None if len(found) > most else frozenset(found)

    @staticmethod
    def _directly(connection: Connection, ids: set[int]) -> set[int]:
        part = select(statement.c.person_id).where(statement.c.part_of.in_(ids))
        keys = select(person.c.key).where(or_(person.c.id.in_(ids), person.c.id.in_(part)))
        whole = func.coalesce(statement.c.part_of, reporting.c.person_id)
        query = select(whole).outerjoin_from(reporting, statement, statement.c.person_id == reporting.c.person_id)
        return set(connection.execute(query.where(reporting.c.manager.in_(keys))).scalars())
