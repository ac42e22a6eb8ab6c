"""API tokens in the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select, update

from sso_bridge.admin.bounds import UNBOUND, Bounds, Inside, same_unit
from sso_bridge.admin.tokens import ApiToken, check_request, make_text, matches, public_id
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.tokens import api_token

NOBODY = b"\x00" * 32
LONGEST_LINE = 50
NOTE_USE_EVERY = timedelta(minutes=1)
_LISTS = ("scopes", "units", "platforms")
_COLUMNS = [column for column in api_token.c if column.name != "digest"]


class Tokens:
    """Makes, checks, lists and revokes tokens. Callers record what they do in the audit."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def create(
        self,
        name: str,
        role: str,
        *,
        scopes: Iterable[str] = ("admin",),
        lifetime: timedelta = timedelta(days=90),
        created_by: str,
        by: ApiToken | None = None,
        source: str = "",
        bounds: Bounds = UNBOUND,
        inside: Inside = same_unit,
    ) -> tuple[ApiToken, str]:
        """Return what is kept and the text to show once; TokenRefused as in `check_request`."""
        kept_role, kept_scopes = check_request(name, role, scopes, lifetime, by, source, bounds, inside)
        now = self._clock()
        public, text, digest = make_text()
        token = ApiToken(public, name, kept_role, kept_scopes, now, created_by, now + lifetime, source=source,
                         units=bounds.units, platforms=bounds.platforms)  # fmt: skip
        self._keep(token, digest)
        return token, text

    def check(self, text: str) -> ApiToken | None:
        """Return the token this is, or None when it is unknown, expired or revoked; note that it was used."""
        now = self._clock()
        with self._store.reading() as connection:
            row = connection.execute(select(api_token).where(api_token.c.id == public_id(text))).one_or_none()
        if not matches(text, row.digest if row else NOBODY) or row is None:
            return None
        token = _token(row)
        if not token.is_good(now):
            return None
        if token.last_used_at is None or now - token.last_used_at >= NOTE_USE_EVERY:
            with self._store.writing() as connection:
                connection.execute(update(api_token).where(api_token.c.id == token.id).values(last_used_at=now))
        return token

    def _keep(self, token: ApiToken, digest: bytes) -> None:
        values: dict[str, Any] = {column.name: getattr(token, column.name) for column in _COLUMNS}
        values |= {name: list(values[name]) for name in _LISTS}
        with self._store.writing() as connection:
            connection.execute(insert(api_token).values(**values, digest=digest))

    def all(self) -> list[ApiToken]:
        """Return every token, newest first, the revoked and expired ones too."""
        with self._store.reading() as connection:
            rows = connection.execute(select(*_COLUMNS).order_by(api_token.c.created_at.desc(), api_token.c.id)).all()
        return [_token(row) for row in rows]

    def by_id(self, token_id: str) -> ApiToken | None:
        """Return what is known about one token."""
        with self._store.reading() as connection:
            row = connection.execute(select(*_COLUMNS).where(api_token.c.id == token_id)).one_or_none()
        return _token(row) if row else None

    def line_of(self, actor: str) -> tuple[str, ...]:
        """Return the actor, and for a token who made it, who made that one ...: all these are one hand (AD-08)."""
        line = [actor]
        while line[-1].startswith("token:") and len(line) < LONGEST_LINE:
            token = self.by_id(line[-1].removeprefix("token:"))
            if token is None or token.created_by in line:
                break
            line.append(token.created_by)
        return tuple(line)

    def revoke(self, token_id: str) -> bool:
        """End a token at once; False when there is none with this id, or it has ended already."""
        still_good = (api_token.c.id == token_id) & api_token.c.revoked_at.is_(None)
        with self._store.writing() as connection:
            return (
                connection.execute(update(api_token).where(still_good).values(revoked_at=self._clock())).rowcount == 1
            )


def _token(row: Any) -> ApiToken:
    values = {column.name: getattr(row, column.name) for column in _COLUMNS}
    return ApiToken(**values | {name: tuple(values[name]) for name in _LISTS})
