"""Whom HR names as whose manager, to be found from above: who works below somebody, without reading everybody.

All jobs count, of whatever day; so more people may be found than work there today, never fewer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.organisation import person, reporting
from sso_bridge.store.upsert import insert_plain

CHUNK = 500


def keep_managers(connection: Connection, stated: Mapping[int, Mapping[str, Any]]) -> None:
    """Keep whom the facts of these people name as managers, by HR number; what was kept before is forgotten."""
    ids = list(stated)
    for start in range(0, len(ids), CHUNK):
        connection.execute(delete(reporting).where(reporting.c.person_id.in_(ids[start : start + CHUNK])))
    rows = [
        (id_, manager)
        for id_, facts in stated.items()
        for manager in sorted({str(job["manager"]) for job in facts.get("assignments", ()) if job.get("manager")})
    ]
    insert_plain(connection, reporting, ("person_id", "manager"), rows)


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
