"""The userinfo endpoint: what the scopes of an access token show (OIDC Core 5.3, RFC 6750)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sso_bridge.clock import Clock
from sso_bridge.login.respond.oidc_provider.claims import visible
from sso_bridge.login.respond.oidc_provider.client import Clients
from sso_bridge.login.respond.oidc_provider.client_auth import FORM, Call
from sso_bridge.login.respond.oidc_provider.errors import OAuthError
from sso_bridge.login.respond.oidc_provider.parameters import BadParameters, parse
from sso_bridge.login.respond.oidc_provider.ports import Grants, Standing
from sso_bridge.login.respond.oidc_provider.secrets_at_rest import digest

REALM = 'Bearer realm="sso_bridge"'


@dataclass(frozen=True, slots=True)
class UserInfo:
    """Answers for whoever bears a living access token; every refusal is an OAuthError with its challenge."""

    grants: Grants
    clients: Clients
    standing: Standing
    clock: Clock

    def tell(self, call: Call) -> dict[str, Any]:
        """Return `sub` and the claims the token's scopes show."""
        found = self.grants.find("access", digest("access", _bearer(call)))
        if found is None:
            raise _invalid_token()
        token, grant = found
        client = self.clients.by_id(grant.client_id)
        if client is None or not grant.belongs_to(client) or self.clock() >= token.ends_at:
            raise _invalid_token()
        if not self.standing.stands(grant.platform, grant.person_id, grant.session_id):
            raise _invalid_token()
        return {**visible(grant.claims, token.scopes, grant.asked_claims.get("userinfo", ())), "sub": grant.subject}


def _bearer(call: Call) -> str:
    """Return the token of the header or of the form body: one place, never the address (RFC 6750 2.3, OP-15)."""
    try:
        fields = parse(call.body) if call.content_type.partition(";")[0].strip().lower() == FORM else {}
        query = parse(call.query)
    except BadParameters as bad:
        raise _invalid_request() from bad
    places = (*call.authorization, *((f"Bearer {fields['access_token']}",) if "access_token" in fields else ()))
    if "access_token" in query or len(places) > 1:
        raise _invalid_request()
    scheme, _, token = places[0].partition(" ") if places else ("", "", "")
    if scheme.lower() != "bearer" or not token.strip():
        raise OAuthError("invalid_token", status=401, challenge=REALM)
    return token.strip()


def _invalid_request() -> OAuthError:
    text = "The access token comes once, in the Authorization header or in the form body."
    return OAuthError("invalid_request", text, challenge=f'{REALM}, error="invalid_request"')


def _invalid_token() -> OAuthError:
    text = "The access token is not valid or has ended."
    return OAuthError("invalid_token", text, status=401, challenge=f'{REALM}, error="invalid_token"')
