"""API tokens as rows, for those who keep them and for those who depend on them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select

from sso_bridge.admin.bounds import UNBOUND, Bounds
from sso_bridge.admin.tokens import ApiToken
from sso_bridge.store.tables.machine_clients import machine_client
from sso_bridge.store.tables.tokens import api_token

LISTS: Final = ("scopes", "units", "platforms")
COLUMNS: Final = tuple(column for column in api_token.c if column.name != "digest")


def token_by_id(connection: Connection, token_id: str) -> ApiToken | None:
    """Return what is known about one token."""
    row = connection.execute(select(*COLUMNS).where(api_token.c.id == token_id)).one_or_none()
    return to_token(row) if row else None


def bounds_of(connection: Connection, actor: str) -> Bounds:
    """Return the bounds of a token or client, whether it still opens anything or not; none for anybody else."""
    kind, _, number = actor.partition(":")
    table = {"token": api_token, "client": machine_client}.get(kind)
    if table is None:
        return UNBOUND
    row = connection.execute(select(table.c.units, table.c.platforms).where(table.c.id == number)).one_or_none()
    return Bounds(tuple(row.units), tuple(row.platforms)) if row else UNBOUND


def to_token(row: Any) -> ApiToken:
    """Return the token of a row."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    return ApiToken(**values | {name: tuple(values[name]) for name in LISTS})


def to_row(token: ApiToken) -> dict[str, Any]:
    """Return the row of a token, without its digest."""
    values = {column.name: getattr(token, column.name) for column in COLUMNS}
    return values | {name: list(values[name]) for name in LISTS}
