"""The token endpoint: a code, or a refresh token, becomes new tokens (RFC 6749 4.1.3 and 6).

Taking the code and keeping the tokens is one write transaction; a refusal that must leave a mark (a code or refresh
token used twice kills everything of its sign-in) is written first and raised after the transaction has been kept.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.login.respond.oidc_provider.client import Client
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.login.respond.oidc_provider.id_token import IdTokens
from sso_bridge.login.respond.oidc_provider.lifetimes import Lifetimes
from sso_bridge.login.respond.oidc_provider.ports import Grant, Grants, Standing, Token
from sso_bridge.login.respond.oidc_provider.secrets_at_rest import digest, new_secret

_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
GRANT_TYPES = ("authorization_code", "refresh_token")


@dataclass(frozen=True, slots=True)
class _Issued:
    grant: Grant
    scopes: tuple[str, ...]
    access: str
    refresh: str


class TokenEndpoint:
    """Trades for an authenticated client. Every refusal is an OAuthError."""

    def __init__(
        self,
        grants: Grants,
        standing: Standing,
        audit: AuditTrail,
        clock: Clock,
        lifetimes: Lifetimes,
        id_tokens: IdTokens,
    ) -> None:
        self._grants = grants
        self._standing = standing
        self._audit = audit
        self._clock = clock
        self._lifetimes = lifetimes
        self._id_tokens = id_tokens
        self._kinds: dict[str, Callable[[Client, Mapping[str, str]], _Issued | OAuthError]] = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
        }

    def trade(self, client: Client, given: Mapping[str, str]) -> dict[str, Any]:
        """Return the token answer of RFC 6749 5.1 and OIDC Core 3.1.3.3."""
        kind = given.get("grant_type", "")
        if not kind:
            raise OAuthError("invalid_request", "The grant_type is missing.")
        if kind not in self._kinds:
            raise OAuthError("unsupported_grant_type", "This grant_type is not supported.")
        with self._grants.atomically():
            issued = self._kinds[kind](client, given)
        if isinstance(issued, OAuthError):
            raise issued
        return {
            "access_token": issued.access,
            "token_type": "Bearer",
            "expires_in": int(self._lifetimes.access.total_seconds()),
            "scope": " ".join(issued.scopes),
            "id_token": self._id_tokens.make(client, issued.grant, issued.access, first=kind == "authorization_code"),
            **({"refresh_token": issued.refresh} if issued.refresh else {}),
        }

    def _by_code(self, client: Client, given: Mapping[str, str]) -> _Issued | OAuthError:
        if "code" not in given:
            raise OAuthError("invalid_request", "The code is missing.")
        now = self._clock()
        taken = self._grants.take_code(digest("code", given["code"]), now)
        if taken is None:
            raise _invalid_grant()
        grant, first = taken
        if not first:
            return self._burn(grant, "openid.code_reused", client)
        if now >= grant.code_ends_at or not _redeems(client, given, grant) or not self._stands(grant):
            return self._burn(grant, "openid.code_refused", client)
        return self._issue(client, grant, grant.scopes)

    def _by_refresh(self, client: Client, given: Mapping[str, str]) -> _Issued | OAuthError:
        if "refresh_token" not in given:
            raise OAuthError("invalid_request", "The refresh_token is missing.")
        now = self._clock()
        taken = self._grants.take_refresh(digest("refresh", given["refresh_token"]), now)
        if taken is None:
            raise _invalid_grant()
        token, grant, first = taken
        if not first:
            return self._burn(grant, "openid.refresh_reused", client)
        if not grant.belongs_to(client) or grant.revoked:
            raise _invalid_grant()  # raised inside the transaction: the owner's token stays unused
        scopes = tuple(dict.fromkeys(given.get("scope", "").split())) or token.scopes
        if not set(scopes) <= set(token.scopes):
            raise OAuthError("invalid_scope", "More was asked than was granted.")
        still = client.grantable(grant.scopes)
        ended = now >= min(token.ends_at, grant.ends_at) or "offline_access" not in still
        released = (
            None if ended or not self._stands(grant) else self._standing.released(grant.platform, grant.person_id)
        )
        if released is None or released.subject != grant.subject:
            return self._burn(grant, "openid.refresh_refused", client)
        self._grants.refresh_claims(grant.id, released.claims)
        return self._issue(client, grant, tuple(scope for scope in scopes if scope in still))

    def _stands(self, grant: Grant) -> bool:
        return self._standing.stands(grant.platform, grant.person_id, grant.session_id)

    def _issue(self, client: Client, grant: Grant, scopes: tuple[str, ...]) -> _Issued:
        now = self._clock()
        access = new_secret("access")
        kept = [Token(digest("access", access), "access", grant.id, scopes, now, now + self._lifetimes.access)]
        refresh = ""
        if client.refresh and "offline_access" in grant.scopes:
            refresh = new_secret("refresh")
            end = min(now + self._lifetimes.refresh_idle, grant.ends_at)
            # A narrower scope narrows this access token only; the next refresh token keeps the grant's (RFC 6749 6).
            kept.append(Token(digest("refresh", refresh), "refresh", grant.id, grant.scopes, now, end))
        self._grants.issue(kept)
        return _Issued(grant, scopes, access, refresh)

    def _burn(self, grant: Grant, what: str, client: Client) -> OAuthError:
        """Kill everything of this sign-in: whoever sent this, the secret has been in the wrong hands (OP-07, OP-16)."""
        self._grants.revoke_grant(grant.id)
        self._audit.record(Event(what, actor=f"client:{client.client_id}", target=f"client:{grant.client_id}"))
        return _invalid_grant()


def _redeems(client: Client, given: Mapping[str, str], grant: Grant) -> bool:
    """Check that a code is used by its client, with its redirect_uri and verifier (RFC 6749 4.1.3, OP-06)."""
    same = grant.belongs_to(client) and given.get("redirect_uri", "") == grant.redirect_uri
    return same and not grant.revoked and _proves(given.get("code_verifier", ""), grant)


def _proves(verifier: str, grant: Grant) -> bool:
    """RFC 7636 4.6. A grant without a challenge cannot exist (OP-05), and an empty one proves nothing."""
    if not grant.code_challenge or not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(create_s256_code_challenge(verifier).encode(), grant.code_challenge.encode())


def _invalid_grant() -> OAuthError:
    return OAuthError("invalid_grant", "The code or token is not valid, has ended, or was used before.")
