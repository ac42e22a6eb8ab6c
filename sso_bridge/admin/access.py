"""Tokens, the caller itself, and what is connected."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from sso_bridge.admin.asking import By, Filtered, Name
from sso_bridge.admin.bounds import BOTH, Bounds
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.permissions import held_by
from sso_bridge.admin.tokens import ApiToken, Role
from sso_bridge.api.problems import Conflict, NotFound
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.configuration.live import LiveConfiguration
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.shadows import StoredShadows

BASE = "/admin/v1"
Units = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=128)], ...], Field(max_length=50)]
Platforms = Annotated[tuple[Name, ...], Field(max_length=50)]
TOKEN_ID = {"type": "string", "pattern": "^[0-9a-f]{16}$", "maxLength": 16}


class WhichTokens(Filtered):
    """Which tokens."""

    state: Literal["good", "expired", "revoked"] | None = None
    role: Role | None = None
    scope: Literal["admin", "hr", "scim"] | None = None
    by: By | None = Field(default=None, description="Made by this administrator.")


class NewToken(Taken):
    """How much a new token may do, where, and for how long. Who made it and its id are not the caller's to choose."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Role
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=10)] = ("admin",)
    days: Annotated[int, Field(ge=1, le=365)] = 90
    source: Annotated[str, Field(max_length=64, pattern="^([a-z0-9][a-z0-9_-]*)?$")] = Field(
        default="", description="The HR source that a token for SCIM is bound to."
    )
    units: Units = Field(default=(), description="Only people of these units and what is below them (delegation).")
    platforms: Platforms = Field(default=(), description="Only these platforms (delegation).")


class TokenTold(Told):
    """What is known about a token; the token itself is not kept."""

    id: str
    name: str
    role: Role
    scopes: list[str]
    source: str
    units: list[str] = Field(description="Only people of these units and what is below them; empty: everybody.")
    platforms: list[str] = Field(description="Only these platforms; empty: all.")
    state: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeToken(TokenTold):
    """A new token with its text, shown this once."""

    token: str = Field(examples=["ssob_..."])


class TokenList(Told):
    """All tokens."""

    items: list[TokenTold]


class Me(Told):
    """The token that asks."""

    id: str
    name: str
    role: Role
    scopes: list[str]
    units: list[str]
    platforms: list[str]
    expires_at: datetime
    permissions: list[str]


class Connected(Told):
    """One workplace or platform of the configuration that holds."""

    name: str
    title: str
    kind: str = Field(description="The kind of workplace, or the platform's sign-in protocol.")
    enabled: bool
    connector: str | None = None
    mapping: str | None = None
    met: bool | None = Field(default=None, description="Whether its accounts were ever read in full.")


class ConnectedList(Told):
    """Everything that is connected, of one sort."""

    items: list[Connected]


class AccessRoutes:
    """The routes of tokens, of the caller and of what is connected."""

    def __init__(
        self, store: Store, tokens: Tokens, audit: AuditTrail, live: LiveConfiguration, shadows: StoredShadows,
        clock: Clock, reach: Reach,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._store = store
        self._tokens = tokens
        self._audit = audit
        self._live = live
        self._shadows = shadows
        self._clock = clock

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"token": TOKEN_ID}, "result": TokenTold}
        return (
            Route("GET", f"{BASE}/me", "self.read", self.me, "What this token is and may do", result=Me,
                  within=BOTH),
            Route("GET", f"{BASE}/tokens", "tokens.manage", self.all, "All tokens", query=WhichTokens,
                  result=TokenList,
                  description="With delegated rights: this token, and those that were made with it.", within=BOTH),
            Route("POST", f"{BASE}/tokens", "tokens.manage", self.make, "Make a token",
                  description="It is shown this once. Nobody makes one that may do more than their own.",
                  body=NewToken, example={"name": "hr export", "role": "viewer", "scopes": ["hr"]}, status=201,
                  result=MadeToken, within=BOTH),
            Route("DELETE", f"{BASE}/tokens/{{token}}", "tokens.manage", self.revoke, "End a token at once",
                  problems=(409,), within=BOTH, **one),
            Route("GET", f"{BASE}/workplaces", "platforms.read", self.workplaces, "Workplaces", result=ConnectedList),
            Route("GET", f"{BASE}/platforms", "platforms.read", self.platforms, "Platforms", result=ConnectedList,
                  within=BOTH),
        )  # fmt: skip

    def me(self, call: Call) -> Answer:
        """Return the caller's token."""
        token = call.token
        return Answer(Me(id=token.id, name=token.name, role=token.role, scopes=list(token.scopes),
                         units=list(token.units), platforms=list(token.platforms), expires_at=token.expires_at,
                         permissions=held_by(token)))  # fmt: skip

    def all(self, call: Call) -> Answer:
        """Return all tokens that are the caller's business."""
        asked: WhichTokens = call.query
        mine = (TokenTold(**self._told(one)) for one in self._tokens.all() if self._is_mine(call.token, one))
        items = [
            one for one in mine
            if asked.state in {None, one.state} and asked.role in {None, one.role}
            and asked.by in {None, one.created_by} and (asked.scope is None or asked.scope in one.scopes)
        ]  # fmt: skip
        return Answer(TokenList(items=items))

    def make(self, call: Call) -> Answer:
        """Make a token."""
        asked: NewToken = call.body
        with self._store.writing():
            token, text = self._tokens.create(
                asked.name, asked.role, scopes=asked.scopes, lifetime=timedelta(days=asked.days),
                created_by=call.actor, by=call.token, source=asked.source,
                bounds=Bounds(asked.units, asked.platforms), inside=self._reach.inside,
            )  # fmt: skip
            after = {"name": token.name, "role": token.role, "scopes": list(token.scopes),
                     "source": token.source, "units": list(token.units),
                     "platforms": list(token.platforms)}  # fmt: skip
            self._audit.record(Event("token.created", call.actor, token.id, after=after, reference=call.request_id))
        return Answer(MadeToken(**self._told(token), token=text))

    def revoke(self, call: Call) -> Answer:
        """End a token."""
        number = call.path["token"]
        with self._store.writing():
            known = self._tokens.by_id(number)
            if known is None or not self._is_mine(call.token, known):
                raise NotFound
            if not self._tokens.revoke(number):
                raise Conflict("the token was revoked already")
            sides: dict[str, Any] = {"before": {"state": "good"}, "after": {"state": "revoked"}}
            self._audit.record(Event("token.revoked", call.actor, number, **sides, reference=call.request_id))
            token = self._tokens.by_id(number)
        if token is None:
            raise NotFound
        return Answer(TokenTold(**self._told(token)))

    def workplaces(self, _call: Call) -> Answer:
        """Return the workplaces."""
        found = self._live.current().configuration.workplaces
        items = [Connected(name=name, title=one.title, kind=one.kind, enabled=True) for name, one in found.items()]
        return Answer(ConnectedList(items=items))

    def platforms(self, call: Call) -> Answer:
        """Return the platforms that the caller reaches."""
        items = [
            Connected(name=name, title=one.title, kind=one.login.protocol, enabled=one.enabled, mapping=one.mapping,
                      connector=one.connector, met=self._shadows.contacted(name))
            for name, one in self._live.current().configuration.platforms.items()
            if self._reach.platform(call.token, name)
        ]  # fmt: skip
        return Answer(ConnectedList(items=items))

    def _is_mine(self, by: ApiToken, token: ApiToken) -> bool:
        return not by.bounds.kinds or by.actor in self._tokens.line_of(token.actor)

    def _told(self, token: ApiToken) -> dict[str, Any]:
        state = "good" if token.is_good(self._clock()) else "revoked" if token.revoked_at else "expired"
        names = ("id", "name", "role", "source", "created_at", "created_by", "expires_at", "last_used_at", "revoked_at")
        return {name: getattr(token, name) for name in names} | {
            "scopes": list(token.scopes), "units": list(token.units), "platforms": list(token.platforms),
            "state": state,
        }  # fmt: skip
