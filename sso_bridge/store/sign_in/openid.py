"""Grants and tokens of the OpenID provider in the database; fulfils `oidc_provider.ports.Grants`.

"Used once" is one UPDATE that only an unused row can match: the database decides between two who come at once, in
two threads, two processes or on two machines alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select, update

from mappings.desired import Value
from sso_bridge.clock import Clock
from sso_bridge.login.respond.oidc_provider.ports import Grant, Kind, Token
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.openid import openid_grant, openid_token

_GRANT = tuple(openid_grant.c[field.name] for field in fields(Grant) if field.name != "revoked")
_TOKEN = tuple(openid_token.c[field.name] for field in fields(Token))
_TAKE_CODE = (
    update(openid_grant)
    .where(openid_grant.c.code_hash == bindparam("sought"), openid_grant.c.code_used_at.is_(None))
    .values(code_used_at=bindparam("now"))
    .returning(*_GRANT, openid_grant.c.revoked_at)
)
_BY_CODE = select(*_GRANT, openid_grant.c.revoked_at).where(openid_grant.c.code_hash == bindparam("sought"))
_TAKE_REFRESH = (
    update(openid_token)
    .where(
        openid_token.c.hash == bindparam("sought"),
        openid_token.c.kind == "refresh",
        openid_token.c.used_at.is_(None),
        openid_token.c.revoked_at.is_(None),
    )
    .values(used_at=bindparam("now"))
    .returning(openid_token.c.hash)
)
_BOTH = select(*_TOKEN, *_GRANT, openid_grant.c.revoked_at.label("grant_revoked_at")).join_from(
    openid_token, openid_grant
)
_BY_TOKEN = _BOTH.where(openid_token.c.hash == bindparam("sought"), openid_token.c.kind == bindparam("kind"))
_LIVING = _BY_TOKEN.where(
    openid_token.c.used_at.is_(None), openid_token.c.revoked_at.is_(None), openid_grant.c.revoked_at.is_(None)
)
_ADD = insert(openid_grant)
_ISSUE = insert(openid_token)


class OpenIdGrants:
    """Keeps what `oidc_provider` gives away."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def atomically(self) -> AbstractContextManager[Connection]:
        """Open or join a write transaction."""
        return self._store.writing()

    def add(self, grant: Grant) -> None:
        """Keep a new grant with its unused code."""
        row = {column.name: getattr(grant, column.name) for column in _GRANT}
        with self._store.writing() as connection:
            connection.execute(_ADD, {**row, **_plain(grant)})

    def take_code(self, code_hash: bytes, now: datetime) -> tuple[Grant, bool] | None:
        """Mark the code used; say whether it was the first use."""
        with self._store.writing() as connection:
            row = connection.execute(_TAKE_CODE, {"sought": code_hash, "now": now}).one_or_none()
            first = row is not None
            row = row or connection.execute(_BY_CODE, {"sought": code_hash}).one_or_none()
        return (_grant(row, 0, revoked=row.revoked_at is not None), first) if row else None

    def take_refresh(self, token_hash: bytes, now: datetime) -> tuple[Token, Grant, bool] | None:
        """Mark the refresh token used; say whether it was the first use."""
        with self._store.writing() as connection:
            first = connection.execute(_TAKE_REFRESH, {"sought": token_hash, "now": now}).one_or_none() is not None
            row = connection.execute(_BY_TOKEN, {"sought": token_hash, "kind": "refresh"}).one_or_none()
        return (*_pair(row), first) if row else None

    def issue(self, tokens: Sequence[Token]) -> None:
        """Keep new tokens."""
        rows = [
            {**{column.name: getattr(token, column.name) for column in _TOKEN}, "scopes": list(token.scopes)}
            for token in tokens
        ]
        with self._store.writing() as connection:
            connection.execute(_ISSUE, rows)

    def find(self, kind: Kind, token_hash: bytes) -> tuple[Token, Grant] | None:
        """Return a living token and its living grant."""
        with self._store.reading() as connection:
            row = connection.execute(_LIVING, {"sought": token_hash, "kind": kind}).one_or_none()
        return _pair(row) if row else None

    def revoke_token(self, token_hash: bytes) -> None:
        """Kill one token."""
        self._stamp(openid_token, openid_token.c.hash == token_hash)

    def revoke_grant(self, grant_id: str) -> None:
        """Kill a grant; its tokens die with it, because every look-up asks the grant."""
        self._stamp(openid_grant, openid_grant.c.id == grant_id)

    def revoke_session(self, session_id: str) -> None:
        """Kill everything a bridge session gave away."""
        self._stamp(openid_grant, openid_grant.c.session_id == session_id)

    def revoke_person(self, person_id: int) -> None:
        """Kill everything one person's sign-ins gave away (SE-04)."""
        self._stamp(openid_grant, openid_grant.c.person_id == person_id)

    def refresh_claims(self, grant_id: str, claims: Mapping[str, Value]) -> None:
        """Replace the claims of a grant."""
        with self._store.writing() as connection:
            connection.execute(update(openid_grant).where(openid_grant.c.id == grant_id).values(claims=dict(claims)))

    def prune(self, before: datetime) -> int:
        """Forget grants that ended before this moment, with their tokens; return how many."""
        with self._store.writing() as connection:
            return connection.execute(delete(openid_grant).where(openid_grant.c.ends_at < before)).rowcount

    def _stamp(self, table: Table, which: Any) -> None:
        with self._store.writing() as connection:
            connection.execute(
                update(table).where(which, table.c.revoked_at.is_(None)).values(revoked_at=self._clock())
            )


def _plain(grant: Grant) -> dict[str, Any]:
    return {
        "scopes": list(grant.scopes),
        "method": list(grant.method),
        "claims": dict(grant.claims),
        "asked_claims": {place: list(names) for place, names in grant.asked_claims.items()},
    }


def _pair(row: Row[*tuple[Any, ...]]) -> tuple[Token, Grant]:
    token = Token(*row[: len(_TOKEN)])
    return (
        Token(token.hash, token.kind, token.grant_id, tuple(token.scopes), token.issued_at, token.ends_at),
        _grant(row, len(_TOKEN), revoked=row.grant_revoked_at is not None),
    )


def _grant(row: Row[*tuple[Any, ...]], start: int, *, revoked: bool) -> Grant:
    values = dict(zip((column.name for column in _GRANT), row[start:], strict=False))
    values["scopes"] = tuple(values["scopes"])
    values["method"] = tuple(values["method"])
    values["asked_claims"] = {place: tuple(names) for place, names in values["asked_claims"].items()}
    return Grant(**values, revoked=revoked)
