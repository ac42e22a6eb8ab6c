"""The token endpoint of machine clients (RFC 6749 4.4), and the end of a token (RFC 7009).

Access tokens are opaque, not JWTs (RFC 9068 is for resource servers that cannot ask): ours looks each one up, so that
revoking a token, its client or the token of who made it counts from the next call on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.login.ports import Limit, Throttle
from sso_bridge.login.respond.oidc_provider.client_auth import Call
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.machine_clients.authentication import Authentication
from sso_bridge.machine_clients.client import LIFETIME, METHODS
from sso_bridge.machine_clients.ports import AccessTokens

ISSUER_PATH: Final = "/admin"
TOKEN_PATH: Final = "/admin/oauth/token"  # noqa: S105  an address
REVOKE_PATH: Final = "/admin/oauth/revoke"
RESOURCES: Final = ("/admin/v1", "/hr/v1", "/scim/v2")
OFTEN: Final = (60, 5.0)
"""So many tokens at once, then one in so many seconds, for each client."""


@dataclass(frozen=True, slots=True)
class TokenDesk:
    """Issues and ends access tokens. `public_url` is the bridge's own address."""

    authentication: Authentication
    tokens: AccessTokens
    throttle: Throttle
    audit: AuditTrail
    clock: Clock
    public_url: str

    def issue(self, call: Call) -> Mapping[str, Any]:
        """Return a token answer (RFC 6749 5.1); OAuthError."""
        given = call.parameters()
        client = self.authentication.client(call, given)
        grant = given.get("grant_type")
        if grant is None:
            raise OAuthError("invalid_request", "grant_type is missing.")
        if grant != "client_credentials":
            raise OAuthError("unsupported_grant_type", "Only client_credentials is known here.")
        resource = given.get("resource")
        if resource is not None and resource not in {f"{self.public_url}{path}" for path in RESOURCES}:
            raise OAuthError("invalid_target", "The resource is none of ours.")
        scopes = tuple(dict.fromkeys(given["scope"].split(" "))) if "scope" in given else client.scopes
        if not set(scopes) <= set(client.scopes):
            raise OAuthError("invalid_scope", "The client has not all of these scopes.")
        wait = self.throttle.take([Limit(f"access token\x1f{client.id}", *OFTEN)], self.clock())
        if wait:
            raise OAuthError("temporarily_unavailable", "Too many tokens.", status=429, retry_after=wait)
        token, text = self.tokens.issue(client, scopes)
        after = {"token": token.id, "scopes": list(scopes), "expires_at": token.expires_at.isoformat()}
        self.audit.record(Event("client.token_issued", client.actor, client.actor, after=after, address=call.address))
        seconds = int(LIFETIME.total_seconds())
        return {"access_token": text, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(scopes)}

    def revoke(self, call: Call) -> Mapping[str, Any]:
        """End a token; a client that names no token of its own learns nothing (RFC 7009 2.2)."""
        given = call.parameters()
        client = self.authentication.client(call, given)
        if "token" not in given:
            raise OAuthError("invalid_request", "token is missing.")
        self.tokens.revoke_of(client.id, given["token"])
        return {}

    def metadata(self) -> Mapping[str, Any]:
        """Return what discovery tells (RFC 8414)."""
        ways = {"auth_methods_supported": list(METHODS)}
        signing = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
        told: dict[str, Any] = {
            "issuer": f"{self.public_url}{ISSUER_PATH}",
            "token_endpoint": f"{self.public_url}{TOKEN_PATH}",
            "revocation_endpoint": f"{self.public_url}{REVOKE_PATH}",
            "grant_types_supported": ["client_credentials"],
            "response_types_supported": [],
            "scopes_supported": ["admin", "hr", "scim"],
            "service_documentation": f"{self.public_url}/admin/docs",
        }
        for end in ("token", "revocation"):
            told |= {f"{end}_endpoint_{name}": value for name, value in ways.items()}
            told[f"{end}_endpoint_auth_signing_alg_values_supported"] = signing
        return told
