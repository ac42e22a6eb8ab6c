"""The OpenID responder: the successful answer is a one-time code, kept inside the transaction of the sign-in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sso_bridge.clock import Clock
from sso_bridge.errors import (
    AssuranceNotMet,
    BadRequest,
    BridgeError,
    LoginRequired,
    TooManyAttempts,
    UnknownPlatform,
    WorkplaceDown,
)
from sso_bridge.login.asked import Answer, Asked, Released, SignedIn
from sso_bridge.login.respond.oidc_provider.answers import Return
from sso_bridge.login.respond.oidc_provider.client import Client, Clients
from sso_bridge.login.respond.oidc_provider.lifetimes import Lifetimes
from sso_bridge.login.respond.oidc_provider.ports import Grant, Grants
from sso_bridge.login.respond.oidc_provider.secrets_at_rest import digest, new_secret

_TOLD: tuple[tuple[type[BridgeError], str], ...] = (
    (LoginRequired, "login_required"),
    (AssuranceNotMet, "unmet_authentication_requirements"),
    (WorkplaceDown, "temporarily_unavailable"),
    (TooManyAttempts, "temporarily_unavailable"),
    (BridgeError, "access_denied"),
)


@dataclass(frozen=True, slots=True)
class OidcResponder:
    """Fulfils `respond.contract.Responder` for OpenID Connect."""

    issuer: str
    clients: Clients
    grants: Grants
    clock: Clock
    lifetimes: Lifetimes
    protocol: str = "oidc"

    def answer(self, asked: Asked, who: SignedIn, released: Released) -> Answer:
        """Return the code; LoginRequired when the platform expects somebody else, BadRequest when it is gone."""
        client, target = self._place(asked)
        note = asked.details
        if note["hint"] not in {"", released.subject}:
            raise LoginRequired("somebody else is signed in than the id_token_hint names")
        code, now = new_secret("code"), self.clock()
        self.grants.add(
            Grant(
                id=secrets.token_urlsafe(16),
                client_id=client.client_id,
                platform=client.platform,
                session_id=who.session_id,
                person_id=who.person_id,
                subject=released.subject,
                scopes=tuple(note["scopes"]),
                claims=released.claims,
                redirect_uri=target.redirect_uri,
                code_challenge=note["challenge"],
                nonce=note["nonce"],
                authenticated_at=who.authenticated_at if who.dated else None,
                method=who.method,
                assurance=who.assurance,
                code_hash=digest("code", code),
                code_ends_at=now + self.lifetimes.code,
                ends_at=now
                + (self.lifetimes.refresh if "offline_access" in note["scopes"] else self.lifetimes.access * 2),
                asked_claims={place: tuple(names) for place, names in note["claims"].items()},
            )
        )
        return target.carry(self.issuer, {"code": code})

    def refuse(self, asked: Asked, why: BridgeError) -> Answer | None:
        """Return the error answer, without the cause, or None when there is no client and address to send it to."""
        if isinstance(why, BadRequest):
            return None
        try:
            _client, target = self._place(asked)
        except BadRequest:
            return None
        for kind, error in _TOLD:
            if isinstance(why, kind):
                return target.refuse(self.issuer, error)
        return None

    def _place(self, asked: Asked) -> tuple[Client, Return]:
        """Look the client up again: an attempt may wait ten minutes, and a platform may be switched off meanwhile."""
        client = self.clients.by_id(asked.details["client_id"])
        if client is None or client.platform != asked.platform:
            raise UnknownPlatform("the client of this sign-in is gone or switched off")
        if not client.may_return_to(asked.details["redirect_uri"]):
            raise BadRequest("the redirect_uri of this sign-in is no longer registered")
        return client, Return(asked.details["redirect_uri"], asked.details["state"], asked.details["mode"])
