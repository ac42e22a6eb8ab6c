"""API tokens as rows, for those who keep them and for those who depend on them."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection, select

from sso_bridge.admin.tokens import ApiToken
from sso_bridge.store.tables.tokens import api_token

LISTS: Final = ("scopes", "units", "platforms")
COLUMNS: Final = tuple(column for column in api_token.c if column.name != "digest")


def token_by_id(connection: Connection, token_id: str) -> ApiToken | None:
    """Return what is known about one token."""
    row = connection.execute(select(*COLUMNS).where(api_token.c.id == token_id)).one_or_none()
    return to_token(row) if row else None


def to_token(row: Any) -> ApiToken:
    """Return the token of a row."""
    values = {column.name: getattr(row, column.name) for column in COLUMNS}
    return ApiToken(**values | {name: tuple(values[name]) for name in LISTS})


def to_row(token: ApiToken) -> dict[str, Any]:
    """Return the row of a token, without its digest."""
    values = {column.name: getattr(token, column.name) for column in COLUMNS}
    return values | {name: list(values[name]) for name in LISTS}
