"""The whole OpenID provider, put together once per process from the parts the composition root brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sso_bridge.audit.events import AuditTrail
from sso_bridge.clock import Clock
from sso_bridge.login.limits import FailureLimit
from sso_bridge.login.ports import Throttle
from sso_bridge.login.respond.oidc_provider.client import Clients
from sso_bridge.login.respond.oidc_provider.client_auth import ClientAuthentication
from sso_bridge.login.respond.oidc_provider.discovery import document
from sso_bridge.login.respond.oidc_provider.id_token import IdTokens
from sso_bridge.login.respond.oidc_provider.jose import Jose
from sso_bridge.login.respond.oidc_provider.lifetimes import Lifetimes
from sso_bridge.login.respond.oidc_provider.logout import LogoutRequests
from sso_bridge.login.respond.oidc_provider.ownership import Ownership
from sso_bridge.login.respond.oidc_provider.ports import Grants, Keys, Standing
from sso_bridge.login.respond.oidc_provider.request import AuthorizationRequests
from sso_bridge.login.respond.oidc_provider.responder import OidcResponder
from sso_bridge.login.respond.oidc_provider.tokens import TokenEndpoint
from sso_bridge.login.respond.oidc_provider.userinfo import UserInfo

FAILURES = (20, 5.0)
"""How often a client may fail to prove itself from one network at once, and the seconds to the next try."""


@dataclass(frozen=True, slots=True)
class Provider:
    """One attribute per endpoint; `web/oidc.py` serves them, the sign-in flow uses `responder`."""

    issuer: str
    requests: AuthorizationRequests
    responder: OidcResponder
    authentication: ClientAuthentication
    tokens: TokenEndpoint
    userinfo: UserInfo
    ownership: Ownership
    logout: LogoutRequests
    jose: Jose
    metadata: dict[str, Any]


def build(
    issuer: str,
    clients: Clients,
    grants: Grants,
    standing: Standing,
    keys: Keys,
    audit: AuditTrail,
    clock: Clock,
    resolve: Callable[[str], str],
    throttle: Throttle,
    lifetimes: Lifetimes | None = None,
) -> Provider:
    """Return the provider. `issuer` is the settings' public_url, used without a slash at the end."""
    issuer = issuer.rstrip("/")
    lives = lifetimes or Lifetimes()
    jose = Jose(keys, issuer)
    return Provider(
        issuer=issuer,
        requests=AuthorizationRequests(clients, jose),
        responder=OidcResponder(issuer, clients, grants, clock, lives),
        authentication=ClientAuthentication(clients, resolve, FailureLimit("client", *FAILURES, throttle, clock)),
        tokens=TokenEndpoint(grants, standing, audit, clock, lives, IdTokens(issuer, jose, clock, lives)),
        userinfo=UserInfo(grants, clients, standing, clock),
        ownership=Ownership(issuer, grants, standing, audit, clock),
        logout=LogoutRequests(clients, jose),
        jose=jose,
        metadata=document(issuer),
    )
