"""Machine clients in the database; whether one stands follows who made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from sso_bridge.admin.tokens import covers
from sso_bridge.clock import Clock
from sso_bridge.machine_clients.client import KeptSecret, MachineClient
from sso_bridge.store.administration.token_rows import token_by_id
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.machine_clients import machine_client as table

NOTE_USE_EVERY = timedelta(minutes=1)
_LISTS = ("scopes", "units", "platforms")


class MachineClients:
    """Fulfils `machine_clients.ports.Clients`, and serves the admin API. Callers record what they do in the audit."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def add(self, client: MachineClient) -> None:
        """Keep a new client."""
        with self.store.writing() as connection:
            connection.execute(insert(table).values(**_row(client)))

    def all(self) -> list[MachineClient]:
        """Return every client, newest first, the revoked and expired ones too."""
        with self.store.reading() as connection:
            rows = connection.execute(select(table).order_by(table.c.created_at.desc(), table.c.id)).all()
        return [_client(row) for row in rows]

    def get(self, client_id: str) -> MachineClient | None:
        """Return one client."""
        with self.store.reading() as connection:
            return client_by_id(connection, client_id)

    def held(self, client_id: str) -> MachineClient | None:
        """Return one client, which nobody else changes until the end of the open transaction."""
        with self.store.writing() as connection:
            row = connection.execute(select(table).where(table.c.id == client_id).with_for_update()).one_or_none()
        return _client(row) if row else None

    def good(self, client_id: str) -> MachineClient | None:
        """Return a client that may ask for tokens now (`stands`)."""
        with self.store.reading() as connection:
            found = client_by_id(connection, client_id)
            return found if found is not None and stands(connection, found, self.clock()) else None

    def stands(self, client: MachineClient) -> bool:
        """Return whether it may ask for tokens now."""
        with self.store.reading() as connection:
            return stands(connection, client, self.clock())

    def state(self, client: MachineClient) -> str:
        """Return `good`, `revoked`, `expired`, or `orphaned`: who made it has no such rights now."""
        if client.revoked_at is not None:
            return "revoked"
        if not client.is_good(self.clock()):
            return "expired"
        return "good" if self.stands(client) else "orphaned"

    def note_use(self, client_id: str) -> None:
        """Note that it asked."""
        now = self.clock()
        stale = table.c.last_used_at.is_(None) | (table.c.last_used_at <= now - NOTE_USE_EVERY)
        with self.store.writing() as connection:
            connection.execute(update(table).where(table.c.id == client_id, stale).values(last_used_at=now))

    def change(self, client: MachineClient, **values: Any) -> MachineClient:
        """Return the client with other values, which are kept."""
        changed = replace(client, **values)
        kept = {name: value for name, value in _row(changed).items() if name in values}
        with self.store.writing() as connection:
            connection.execute(update(table).where(table.c.id == client.id).values(**kept))
        return changed


def client_by_id(connection: Connection, client_id: str) -> MachineClient | None:
    """Return one client."""
    row = connection.execute(select(table).where(table.c.id == client_id)).one_or_none()
    return _client(row) if row else None


def stands(connection: Connection, client: MachineClient, now: datetime) -> bool:
    """Return whether a client opens anything now: not without the rights of who made it, as they are now (AD-04).

    One that was made on the command line depends on nobody. One that was made with a token ends with that token, until
    somebody else adopts it.
    """
    if not client.is_good(now):
        return False
    if not client.created_by.startswith("token:"):
        return True
    maker = token_by_id(connection, client.created_by.removeprefix("token:"))
    return (
        maker is not None
        and maker.is_good(now)
        and covers(maker, client.role, client.scopes, client.bounds, lambda _unit, _units: True)
    )


def _row(client: MachineClient) -> dict[str, Any]:
    values = {column.name: getattr(client, column.name) for column in table.c}
    secrets = [asdict(one) | {"ends_at": one.ends_at.isoformat() if one.ends_at else None} for one in client.secrets]
    return values | {name: list(values[name]) for name in _LISTS} | {
        "secrets": secrets, "keys": [dict(one) for one in client.keys],
    }  # fmt: skip


def _client(row: Row[Any]) -> MachineClient:
    values = {column.name: getattr(row, column.name) for column in table.c}
    return MachineClient(**values | {name: tuple(values[name]) for name in _LISTS} | {
        "secrets": tuple(_secret(one) for one in row.secrets), "keys": tuple(row.keys),
    })  # fmt: skip


def _secret(kept: Mapping[str, Any]) -> KeptSecret:
    ends = kept["ends_at"]
    return KeptSecret(kept["digest"], datetime.fromisoformat(ends) if ends else None)
