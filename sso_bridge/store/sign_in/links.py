"""Links between workplace subjects and people: written once, changed by two administrators only (ID-01)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, or_, select

from sso_bridge.store.engine import Store
from sso_bridge.store.tables.correlation import person_statement as statement
from sso_bridge.store.tables.login import link
from sso_bridge.store.upsert import insert_new

_PERSON = (
    select(func.coalesce(statement.c.part_of, link.c.person_id))
    .outerjoin_from(link, statement, statement.c.person_id == link.c.person_id)
    .where(link.c.workplace == bindparam("workplace"), link.c.subject_key == bindparam("subject_key"))
)
_SUBJECT = select(link.c.subject_key).where(
    link.c.workplace == bindparam("workplace"), link.c.person_id == bindparam("person")
)


class Links:
    """Fulfils `login.ports.Links`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def person_of(self, workplace: str, subject_key: str) -> int | None:
        """Return the person this subject is linked to; the whole person, when it is linked to a part of one."""
        with self.store.reading() as connection:
            return connection.execute(_PERSON, {"workplace": workplace, "subject_key": subject_key}).scalar()

    def subject_of(self, workplace: str, person_id: int) -> str | None:
        """Return the subject key by which this workplace knows the person."""
        with self.store.reading() as connection:
            return connection.execute(_SUBJECT, {"workplace": workplace, "person": person_id}).scalar()

    def add(self, workplace: str, subject_key: str, person_id: int, by: str, now: datetime) -> bool:
        """Link; False, and nothing changed, when either side is linked to another at this workplace."""
        row = {"workplace": workplace, "subject_key": subject_key, "person_id": person_id}
        with self.store.writing() as connection:
            insert_new(connection, link, row | {"made_by": by, "made_at": now})
            # Read back: not every driver counts what went in, and of two who race for one link both are right.
            return self.person_of(workplace, subject_key) == person_id

    def replace(self, workplace: str, subject_key: str, person_id: int, by: str, now: datetime) -> tuple[str, ...]:
        """Link them whatever was before at this workplace; return the subjects that are nobody's any more."""
        either = or_(link.c.person_id == person_id, link.c.subject_key == subject_key)
        mine = (link.c.workplace == workplace) & either
        row = {"workplace": workplace, "subject_key": subject_key, "person_id": person_id}
        with self.store.writing() as connection:
            before = connection.execute(select(link.c.subject_key).where(mine)).scalars().all()
            connection.execute(delete(link).where(mine))
            connection.execute(insert(link), row | {"made_by": by, "made_at": now})
        return tuple(one for one in before if one != subject_key)
