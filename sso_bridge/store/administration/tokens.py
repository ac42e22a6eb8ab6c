"""API tokens in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update

from sso_bridge.admin.bounds import UNBOUND, Bounds, Inside, same_unit
from sso_bridge.admin.tokens import ApiToken, check_request, make_text, matches, public_id
from sso_bridge.clock import Clock
from sso_bridge.machine_clients.client import LIFETIME, MachineClient
from sso_bridge.store.administration.clients import client_by_id, stands
from sso_bridge.store.administration.token_rows import COLUMNS, bounds_of, to_row, to_token, token_by_id
from sso_bridge.store.engine import Store
from sso_bridge.store.tables.machine_clients import machine_client
from sso_bridge.store.tables.tokens import api_token

NOBODY = b"\x00" * 32
LONGEST_LINE = 50
NOTE_USE_EVERY = timedelta(minutes=1)


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
        token = to_token(row)
        if not token.is_good(now) or not self._client_stands(token):
            return None
        token = self._with_makers(token)
        if token.last_used_at is None or now - token.last_used_at >= NOTE_USE_EVERY:
            with self._store.writing() as connection:
                connection.execute(update(api_token).where(api_token.c.id == token.id).values(last_used_at=now))
        return token

    def _client_stands(self, token: ApiToken) -> bool:
        """Return whether the client of an access token may still do as much; a token that somebody made has none."""
        if not token.client:
            return True
        with self._store.reading() as connection:
            client = client_by_id(connection, token.client)
            return client is not None and stands(connection, client, self._clock())

    def _with_makers(self, token: ApiToken) -> ApiToken:
        """Return the token with the bounds of those it comes from; one without bounds comes from nobody who has any."""
        if not token.bounds.kinds:
            return token
        with self._store.reading() as connection:
            found = [bounds_of(connection, one) for one in self.line_of(token.created_by)]
        return replace(token, makers=tuple(one for one in found if one.kinds))

    def _keep(self, token: ApiToken, digest: bytes) -> None:
        with self._store.writing() as connection:
            connection.execute(insert(api_token).values(**to_row(token), digest=digest))

    def all(self) -> list[ApiToken]:
        """Return every token that somebody made, newest first, the revoked and expired ones too."""
        with self._store.reading() as connection:
            rows = connection.execute(
                select(*COLUMNS).where(api_token.c.client == "").order_by(api_token.c.created_at.desc(), api_token.c.id)
            ).all()
        return [to_token(row) for row in rows]

    def by_id(self, token_id: str) -> ApiToken | None:
        """Return what is known about one token."""
        with self._store.reading() as connection:
            return token_by_id(connection, token_id)

    def acting(self, actor: str) -> ApiToken | None:
        """Return how far somebody reaches now who acts with a token or client; None when it opens nothing any more."""
        kind, _, number = actor.partition(":")
        now = self._clock()
        if kind == "token":
            found = self.by_id(number)
            return self._with_makers(found) if found is not None and found.is_good(now) else None
        if kind != "client":
            return None
        with self._store.reading() as connection:
            client = client_by_id(connection, number)
            if client is None or not stands(connection, client, now):
                return None
        return self._with_makers(_of_client(client, "", client.scopes, now))

    def line_of(self, actor: str) -> tuple[str, ...]:
        """Return the actor, and for a token or client who made it, who made that one ...: all one hand (AD-08)."""
        line = [actor]
        while len(line) < LONGEST_LINE and (maker := self._maker(line[-1])) and maker not in line:
            line.append(maker)
        return tuple(line)

    def _maker(self, actor: str) -> str:
        kind, _, number = actor.partition(":")
        table = {"token": api_token, "client": machine_client}.get(kind)
        if table is None:
            return ""
        with self._store.reading() as connection:
            return connection.execute(select(table.c.created_by).where(table.c.id == number)).scalar() or ""

    def issue(self, client: MachineClient, scopes: Iterable[str]) -> tuple[ApiToken, str]:
        """Return a new access token of a client and its text; those of the client that have ended are forgotten."""
        now = self._clock()
        public, text, digest = make_text()
        token = _of_client(client, public, scopes, now)
        with self._store.writing() as connection:
            ended = (api_token.c.client == client.id) & (api_token.c.expires_at <= now - LIFETIME)
            connection.execute(delete(api_token).where(ended))
            self._keep(token, digest)
        return token, text

    def revoke_of(self, client_id: str, text: str) -> None:
        """End this access token, when it is one of this client."""
        found = self.check(text)
        if found is not None and found.client == client_id:
            self.revoke(found.id)

    def revoke(self, token_id: str) -> bool:
        """End a token at once; False when there is none with this id, or it has ended already."""
        still_good = (api_token.c.id == token_id) & api_token.c.revoked_at.is_(None)
        with self._store.writing() as connection:
            return (
                connection.execute(update(api_token).where(still_good).values(revoked_at=self._clock())).rowcount == 1
            )


def _of_client(client: MachineClient, public: str, scopes: Iterable[str], now: datetime) -> ApiToken:
    return ApiToken(public, client.name, client.role, tuple(scopes), now, client.actor, now + LIFETIME,
                    units=client.units, platforms=client.platforms, client=client.id)  # fmt: skip
