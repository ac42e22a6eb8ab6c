"""Sign-ins under way, bound to the browser that began them; each is used once, whoever races."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from sso_bridge.login.asked import Asked
from sso_bridge.login.ports import Attempt
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.login import sign_in_attempt as table

_ADD = insert(table)
_FIND = select(table).where(
    table.c.id_hash == bindparam("id_hash"),
    table.c.secret_hash == bindparam("secret_hash"),
    table.c.used_at.is_(None),
    table.c.ends_at > bindparam("moment"),
)
_USE = (
    update(table)
    .where(
        table.c.id_hash == bindparam("which"),
        table.c.used_at.is_(None),
        table.c.ends_at > bindparam("moment"),
    )
    .values(used_at=bindparam("moment"))
)


class Attempts:
    """Fulfils `login.ports.Attempts`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, attempt: Attempt) -> None:
        """Keep a new attempt."""
        row = {
            "id_hash": attempt.id_hash,
            "secret_hash": attempt.secret_hash,
            "asked": asdict(attempt.asked),
            "reference": attempt.reference,
            "began_at": attempt.began_at,
            "ends_at": attempt.ends_at,
        }
        with self.store.writing() as connection:
            connection.execute(_ADD, row)

    def find(self, id_hash: bytes, secret_hash: bytes, now: datetime) -> Attempt | None:
        """Return the open attempt of this id and browser, or None."""
        with self.store.reading() as connection:
            row = connection.execute(_FIND, {"id_hash": id_hash, "secret_hash": secret_hash, "moment": now}).first()
        if row is None:
            return None
        return Attempt(
            id_hash=row.id_hash,
            secret_hash=row.secret_hash,
            asked=asked_from(row.asked),
            reference=row.reference,
            began_at=row.began_at,
            ends_at=row.ends_at,
        )

    def use(self, id_hash: bytes, now: datetime) -> bool:
        """Mark it used; exactly one caller gets True."""
        with self.store.writing() as connection:
            return connection.execute(_USE, {"which": id_hash, "moment": now}).rowcount == 1

    def forget(self, before: datetime) -> int:
        """Delete attempts that were over before that moment; how many."""
        with self.store.writing() as connection:
            return connection.execute(delete(table).where(table.c.ends_at < before)).rowcount


def asked_from(written: dict[str, Any]) -> Asked:
    """Return what was asked, from the JSON it was kept as."""
    return Asked(**{**written, "acr_values": tuple(written["acr_values"])})
