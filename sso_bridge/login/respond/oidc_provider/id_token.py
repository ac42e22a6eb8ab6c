"""The ID token: who signed in, when and how, for exactly one client (OIDC Core 2, OP-13)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from sso_bridge.clock import Clock
from sso_bridge.login.respond.oidc_provider.claims import visible
from sso_bridge.login.respond.oidc_provider.client import Client
from sso_bridge.login.respond.oidc_provider.jose import Jose
from sso_bridge.login.respond.oidc_provider.lifetimes import Lifetimes
from sso_bridge.login.respond.oidc_provider.ports import Grant

UNSPECIFIED = "urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified"
"""The class of a sign-in of whose strength nothing is known: SAML must state one, an ID token says nothing."""


@dataclass(frozen=True, slots=True)
class IdTokens:
    """Makes ID tokens with the algorithm the client chose."""

    issuer: str
    jose: Jose
    clock: Clock
    lifetimes: Lifetimes

    def make(self, client: Client, grant: Grant, access_token: str, *, first: bool) -> str:
        """Return a signed ID token; at a refresh (not `first`) without nonce, and with the old auth_time (12.2)."""
        now = int(self.clock().timestamp())
        wanted = (*client.id_token_claims, *grant.asked_claims.get("id_token", ()))
        claims: dict[str, Any] = {
            **visible(grant.claims, (), wanted),
            "iss": self.issuer,
            "sub": grant.subject,
            "aud": client.client_id,
            "iat": now,
            "exp": now + int(self.lifetimes.id_token.total_seconds()),
            "sid": session_name(grant.session_id, client.client_id),
            "at_hash": half_hash(access_token),
        }
        if grant.authenticated_at is not None:
            claims["auth_time"] = int(grant.authenticated_at.timestamp())
        if grant.assurance not in {"", UNSPECIFIED}:
            claims["acr"] = grant.assurance
        if grant.method:
            claims["amr"] = list(grant.method)
        if first and grant.nonce:
            claims["nonce"] = grant.nonce
        return self.jose.sign(client.id_token_alg, claims)


def half_hash(token: str) -> str:
    """Return at_hash: the left half of SHA-256, as both RS256 and ES256 want it (OIDC Core 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()[:16]).rstrip(b"=").decode()


def session_name(session_id: str, client_id: str) -> str:
    """Return this session's name for this client: two platforms cannot recognise one visit by it (IDP-07)."""
    return hashlib.sha256(f"sid\0{session_id}\0{client_id}".encode()).hexdigest()[:32]
