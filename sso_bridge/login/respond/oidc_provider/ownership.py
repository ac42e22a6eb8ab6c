"""Revocation (RFC 7009) and introspection (RFC 7662): only the owner of a token learns or changes anything (OP-17)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.login.respond.oidc_provider.client import Client
from sso_bridge.login.respond.oidc_provider.client_auth import CHALLENGE
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.login.respond.oidc_provider.ports import Grant, Grants, Kind, Standing, Token
from sso_bridge.login.respond.oidc_provider.secrets_at_rest import digest

KINDS: tuple[Kind, ...] = ("access", "refresh")


@dataclass(frozen=True, slots=True)
class Ownership:
    """What a client may do with a token besides using it."""

    issuer: str
    grants: Grants
    standing: Standing
    audit: AuditTrail
    clock: Clock

    def revoke(self, client: Client, given: Mapping[str, str]) -> None:
        """Kill an access token, or with a refresh token its whole family; silent about tokens of others."""
        with self.grants.atomically():
            found = self._owned(client, given)
            if found is None:
                return
            token, grant = found
            if token.kind == "refresh":
                self.grants.revoke_grant(grant.id)
            else:
                self.grants.revoke_token(token.hash)
            sides = {"state": "good"}, {"state": "revoked", "kind": token.kind}
            self.audit.record(
                Event("openid.revoked", f"client:{client.client_id}", f"client:{grant.client_id}", *sides)
            )

    def introspect(self, client: Client, given: Mapping[str, str]) -> dict[str, Any]:
        """Return what a living token of this client stands for, and only `active: false` for any other."""
        if client.public:
            raise OAuthError("invalid_client", "A public client cannot ask this.", status=401, challenge=CHALLENGE)
        found = self._owned(client, given)
        if found is None:
            return {"active": False}
        token, grant = found
        if self.clock() >= token.ends_at or not self.standing.stands(grant.platform, grant.person_id, grant.session_id):
            return {"active": False}
        return {
            "active": True,
            "scope": " ".join(token.scopes),
            "client_id": grant.client_id,
            "token_type": "Bearer" if token.kind == "access" else "refresh_token",
            "sub": grant.subject,
            "aud": grant.client_id,
            "iss": self.issuer,
            "iat": int(token.issued_at.timestamp()),
            "exp": int(token.ends_at.timestamp()),
        }

    def _owned(self, client: Client, given: Mapping[str, str]) -> tuple[Token, Grant] | None:
        if "token" not in given:
            raise OAuthError("invalid_request", "The token is missing.")
        for kind in KINDS:
            found = self.grants.find(kind, digest(kind, given["token"]))
            if found is not None:
                return found if found[1].belongs_to(client) else None
        return None
