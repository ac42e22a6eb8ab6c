"""Second factors and recovery codes; each code counts once, whoever races."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import and_, delete, func, insert, select, update

from sso_bridge.second_factor.ports import MOST, Factor
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.second_factor import recovery_code
from sso_bridge.store.tables.second_factor import second_factor as table
from sso_bridge.store.upsert import insert_new


class StoredFactors:
    """Fulfils `second_factor.ports.Factors`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def of_person(self, person_id: int) -> tuple[Factor, ...]:
        """Return a person's factors, oldest first."""
        query = select(table).where(table.c.person_id == person_id).order_by(table.c.added_at, table.c.id)
        with self.store.reading() as connection:
            return tuple(Factor(**row._mapping) for row in connection.execute(query))  # noqa: SLF001  its public way

    def ready(self, person_id: int) -> bool:
        """Return whether the person has one (`login.ports.SecondFactors`)."""
        with self.store.reading() as connection:
            found = connection.execute(select(table.c.id).where(table.c.person_id == person_id).limit(1)).first()
        return found is not None

    def add(self, factor: Factor) -> bool:
        """Keep one; False when the person has `MOST` already, or the credential is somebody's."""
        with self.store.writing() as connection:
            connection.execute(select(person.c.id).where(person.c.id == factor.person_id).with_for_update()).first()
            count = select(func.count()).where(table.c.person_id == factor.person_id)
            if connection.execute(count).scalar_one() >= MOST:
                return False
            insert_new(connection, table, asdict(factor))
            # Read back: not every driver counts what went in.
            return connection.execute(select(table.c.id).where(table.c.id == factor.id)).first() is not None

    def use(self, factor: Factor, counter: int, now: datetime) -> bool:
        """Move the counter on; False when another request moved it that far first. A key may always count 0."""
        unused = table.c.counter < counter
        if factor.kind == "webauthn" and counter == 0:
            unused = table.c.counter == 0
        moved = update(table).where(table.c.id == factor.id, unused).values(counter=counter, used_at=now)
        with self.store.writing() as connection:
            return connection.execute(moved).rowcount == 1

    def remove(self, person_id: int, id_: str) -> bool:
        """Forget one; False when the person has none of this id. Without factors recovery codes are void."""
        with self.store.writing() as connection:
            gone = connection.execute(delete(table).where(table.c.id == id_, table.c.person_id == person_id))
            if not self.of_person(person_id):
                connection.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
            return gone.rowcount == 1

    def clear(self, person_id: int) -> int:
        """Forget all of a person, and the recovery codes; how many factors."""
        with self.store.writing() as connection:
            connection.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
            return connection.execute(delete(table).where(table.c.person_id == person_id)).rowcount

    def codes_left(self, person_id: int) -> int:
        """Return how many recovery codes are unused."""
        query = select(func.count()).where(recovery_code.c.person_id == person_id)
        with self.store.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def replace_codes(self, person_id: int, hashes: Iterable[bytes], now: datetime) -> None:
        """Keep new recovery codes; the old ones are void."""
        rows = [{"person_id": person_id, "code_hash": one, "made_at": now} for one in hashes]
        with self.store.writing() as connection:
            connection.execute(delete(recovery_code).where(recovery_code.c.person_id == person_id))
            connection.execute(insert(recovery_code), rows)

    def spend(self, person_id: int, code_hash: bytes) -> bool:
        """Use a recovery code up; exactly one caller gets True."""
        which = and_(recovery_code.c.person_id == person_id, recovery_code.c.code_hash == code_hash)
        with self.store.writing() as connection:
            return connection.execute(delete(recovery_code).where(which)).rowcount == 1
