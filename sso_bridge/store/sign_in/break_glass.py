"""Break-glass accounts in the database."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, select, update

from sso_bridge.break_glass.account import Account
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.second_factor import break_glass as table
from sso_bridge.store.upsert import upsert


class StoredAccounts:
    """Fulfils `break_glass.account.Accounts`."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def get(self, name: str) -> Account | None:
        """Return one."""
        with self.store.reading() as connection:
            row = connection.execute(select(table).where(table.c.name == name)).one_or_none()
        return None if row is None else Account(*row)

    def all(self) -> tuple[Account, ...]:
        """Return all, by name."""
        with self.store.reading() as connection:
            return tuple(Account(*row) for row in connection.execute(select(table).order_by(table.c.name)))

    def put(self, account: Account) -> None:
        """Keep one, in place of the one of this name."""
        with self.store.writing() as connection:
            upsert(connection, table, asdict(account), keys=("name",))

    def use(self, account: Account, step: int, now: datetime) -> bool:
        """Note the step, and the moment of the first use; exactly one caller gets True for a code."""
        still = (table.c.name == account.name) & (table.c.sealed == account.sealed) & (table.c.counter < step)
        first = func.coalesce(table.c.broken_at, now, type_=table.c.broken_at.type)
        with self.store.writing() as connection:
            return connection.execute(update(table).where(still).values(counter=step, broken_at=first)).rowcount == 1

    def remove(self, name: str) -> bool:
        """Forget one; False when there is none."""
        with self.store.writing() as connection:
            return connection.execute(delete(table).where(table.c.name == name)).rowcount == 1
