"""Machine clients for administrators: make, look, renew the secret, adopt, revoke (AD-04, AD-05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from sso_bridge.admin.access import Platforms, Units
from sso_bridge.admin.asking import By, Filtered
from sso_bridge.admin.bounds import BOTH, Bounds
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.preconditions import SEEN, check_present
from sso_bridge.admin.tokens import ApiToken, Role, check_request
from sso_bridge.api.problems import Conflict, Flaw, Invalid, NotFound
from sso_bridge.api.route import Answer, Call, Route, Taken, Told
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.configuration.document.editing import tag_of
from sso_bridge.machine_clients.assertion import BadKey, read_key
from sso_bridge.machine_clients.client import MachineClient, Method, digest_of
from sso_bridge.machine_clients.making import ClientRefused, Wish, as_audit, made, renewed
from sso_bridge.store.administration.clients import MachineClients
from sso_bridge.store.administration.tokens import Tokens

BASE = "/admin/v1/clients"
CLIENT_ID = {"type": "string", "pattern": "^[0-9a-f]{16}$", "maxLength": 16}
EXAMPLE = {"name": "adoption dashboard", "role": "viewer", "platforms": ["chat"]}
SAME = ("id", "name", "role", "method", "created_at", "created_by", "expires_at", "last_used_at", "revoked_at")


class Which(Filtered):
    """Which clients."""

    state: Literal["good", "revoked", "expired", "orphaned"] | None = None
    role: Role | None = None
    by: By | None = Field(default=None, description="Made or adopted by this administrator.")


class NewClient(Taken):
    """What a client may do at most, and how it proves who it is. Its id and its secret are not the caller's choice."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Role
    scopes: Annotated[tuple[str, ...], Field(min_length=1, max_length=10)] = ("admin",)
    days: Annotated[int, Field(ge=1, le=365)] = 365
    units: Units = ()
    platforms: Platforms = ()
    method: Method = Field(default="client_secret_basic", description="How it proves who it is at the token endpoint.")
    keys: Annotated[tuple[dict[str, Any], ...], Field(max_length=5)] = Field(
        default=(), description="For `private_key_jwt`: its public keys as JWKs, each with a `kid`."
    )


class ClientTold(Told):
    """What is known about a client."""

    id: str = Field(description="The `client_id`.")
    etag: str = Field(description="What `If-Match` takes; it is another one after each change of yours or others.")
    name: str
    role: Role
    scopes: list[str]
    units: list[str]
    platforms: list[str]
    method: Method
    kids: list[str] = Field(description="The ids of its keys.")
    state: str = Field(description="`good`, `revoked`, `expired`, or `orphaned`: who made it has no such rights now.")
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class MadeClient(ClientTold):
    """A client with its secret, shown this once; null for one that has keys."""

    client_secret: str | None = Field(examples=["ssobs_..."])


class ClientList(Told):
    """All clients."""

    items: list[ClientTold]


@dataclass(frozen=True, slots=True)
class ClientRoutes:
    """The routes of machine clients."""

    clients: MachineClients
    tokens: Tokens
    audit: AuditTrail
    clock: Clock
    reach: Reach

    def routes(self) -> tuple[Route, ...]:
        """Return them."""
        one: dict[str, Any] = {"parameters": {"client": CLIENT_ID}, "within": BOTH}
        etag: dict[str, Any] = {"answer_headers": {"ETag": "The state of the client, for `If-Match`."}}
        return (
            Route("GET", BASE, "tokens.manage", self.all, "All machine clients", query=Which,
                  result=ClientList, within=BOTH,
                  description="With delegated rights: those that were made with this token."),
            Route("POST", BASE, "tokens.manage", self.make, "Make a machine client", body=NewClient, example=EXAMPLE,
                  status=201, result=MadeClient, within=BOTH, **etag,
                  description="It gets access tokens for 30 minutes at `/admin/oauth/token` (OAuth 2.0 client "
                  "credentials). It never may do more than the token it was made with, and ends with that token."),
            Route("GET", f"{BASE}/{{client}}", "tokens.manage", self.read, "One machine client", result=ClientTold,
                  **etag, **one),
            Route("POST", f"{BASE}/{{client}}/secret", "tokens.manage", self.renew, "Make a new secret",
                  description="The old one counts for 24 more hours. Only for who made it, or has adopted it.",
                  headers=(SEEN,), result=MadeClient, problems=(400, 409, 412, 428), **etag, **one),
            Route("POST", f"{BASE}/{{client}}/adopt", "tokens.manage", self.adopt, "Answer for a client from now on",
                  description="It then depends on this token instead of the one it was made with.",
                  result=ClientTold, problems=(409, 422), **one),
            Route("DELETE", f"{BASE}/{{client}}", "tokens.manage", self.revoke, "End a client and its tokens at once",
                  result=ClientTold, problems=(409,), **one),
        )  # fmt: skip

    def all(self, call: Call) -> Answer:
        """Return all clients that are the caller's business."""
        asked: Which = call.query
        mine = (ClientTold(**self._told(one)) for one in self.clients.all() if self._is_mine(call.token, one))
        items = [
            one for one in mine
            if asked.state in {None, one.state} and asked.role in {None, one.role}
            and asked.by in {None, one.created_by}
        ]  # fmt: skip
        return Answer(ClientList(items=items))

    def make(self, call: Call) -> Answer:
        """Make a client."""
        asked: NewClient = call.body
        bounds, lifetime = Bounds(asked.units, asked.platforms), timedelta(days=asked.days)
        role, scopes = check_request(
            asked.name, asked.role, asked.scopes, lifetime, call.token, "", bounds, self.reach.inside
        )
        _check_keys(asked)
        wish = Wish(asked.name, role, scopes, lifetime, bounds, asked.method, asked.keys)
        client, secret = made(wish, by=call.actor, now=self.clock())
        with self.clients.store.writing():
            self.clients.add(client)
            self._note("client.created", call, client, as_audit(client))
        return Answer(MadeClient(**self._told(client), client_secret=secret or None), _etag(client))

    def read(self, call: Call) -> Answer:
        """Return one client."""
        found = self._known(call)
        return Answer(ClientTold(**self._told(found)), _etag(found))

    def renew(self, call: Call) -> Answer:
        """Give a client a second secret; the first one ends after the overlap."""
        with self.clients.store.writing():
            return self._renewed(call, self._open(call))

    def _renewed(self, call: Call, found: MachineClient) -> Answer:
        if call.actor not in self.tokens.line_of(found.actor):  # its secret would make one person two hands (AD-08)
            raise Conflict("it was made by another hand: adopt it first, and answer for it")
        try:
            kept, secret, ends = renewed(found, self.clock())
        except ClientRefused as why:
            raise Conflict(str(why)) from None
        check_present(call.request, _tag(found))
        changed = self.clients.change(found, secrets=kept)
        self._note("client.secret_renewed", call, changed, {"old_ends_at": ends.isoformat()})
        return Answer(MadeClient(**self._told(changed), client_secret=secret), _etag(changed))

    def adopt(self, call: Call) -> Answer:
        """Let a client depend on the caller."""
        found = self._open(call)
        lifetime = max(found.expires_at - self.clock(), timedelta(seconds=1))
        check_request(found.name, found.role, found.scopes, lifetime, call.token, "", found.bounds, self.reach.inside)
        with self.clients.store.writing():
            changed = self.clients.change(found, created_by=call.actor)
            self._note("client.adopted", call, changed, {"from": found.created_by})
        return Answer(ClientTold(**self._told(changed)))

    def revoke(self, call: Call) -> Answer:
        """End a client; its tokens open nothing from this moment."""
        found = self._open(call)
        with self.clients.store.writing():
            changed = self.clients.change(found, revoked_at=self.clock())
            self._note("client.revoked", call, changed, {"state": "revoked"}, {"state": self.clients.state(found)})
        return Answer(ClientTold(**self._told(changed)))

    def _known(self, call: Call, *, held: bool = False) -> MachineClient:
        """Return the client of the path; `held` so that nobody else changes it in the meantime."""
        number = call.path["client"]
        found = self.clients.held(number) if held else self.clients.get(number)
        if found is None or not self._is_mine(call.token, found):
            raise NotFound
        return found

    def _open(self, call: Call) -> MachineClient:
        found = self._known(call, held=True)
        if found.revoked_at is not None:
            raise Conflict("the client was revoked already")
        return found

    def _is_mine(self, by: ApiToken, client: MachineClient) -> bool:
        return not by.bounds.kinds or by.actor in self.tokens.line_of(client.actor)

    def _note(
        self,
        what: str,
        call: Call,
        client: MachineClient,
        after: dict[str, Any] | None,
        before: dict[str, Any] | None = None,
    ) -> None:
        self.audit.record(Event(what, call.actor, client.actor, before, after, reference=call.request_id))

    def _told(self, client: MachineClient) -> dict[str, Any]:
        return {name: getattr(client, name) for name in SAME} | {
            "scopes": list(client.scopes), "units": list(client.units), "platforms": list(client.platforms),
            "kids": [str(one["kid"]) for one in client.keys], "state": self.clients.state(client),
            "etag": _etag(client)["ETag"],
        }  # fmt: skip


def _tag(client: MachineClient) -> str:
    """Return what names the state of a client; that it was used is no part of it."""
    told = [client.id, client.name, client.role, client.created_by, client.revoked_at and client.revoked_at.isoformat()]
    return tag_of([*told, *(digest_of(one.digest) for one in client.secrets)])


def _etag(client: MachineClient) -> dict[str, str]:
    return {"ETag": f'"{_tag(client)}"'}


def _check_keys(asked: NewClient) -> None:
    if (asked.method == "private_key_jwt") != bool(asked.keys):
        detail = "are needed for private_key_jwt" if not asked.keys else "are for private_key_jwt only"
        raise Invalid(errors=[Flaw(detail=detail, pointer="#/keys")])
    if len({str(one.get("kid")) for one in asked.keys}) != len(asked.keys):
        raise Invalid(errors=[Flaw(detail="must differ in their kid", pointer="#/keys")])
    for number, one in enumerate(asked.keys):
        try:
            read_key(one)
        except BadKey as why:
            raise Invalid(errors=[Flaw(detail=str(why), pointer=f"#/keys/{number}")]) from None
