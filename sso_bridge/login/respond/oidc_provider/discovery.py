"""What we say about ourselves (OIDC Discovery 3, RFC 8414): true to what is served, and nothing weak."""

from __future__ import annotations

from typing import Any

from sso_bridge.login.authenticate.contract import MFA
from sso_bridge.login.respond.oidc_provider.client import SCOPES
from sso_bridge.login.respond.oidc_provider.request import MODES, PROMPTS
from sso_bridge.login.respond.oidc_provider.tokens import GRANT_TYPES

ENDPOINTS = {
    "authorization_endpoint": "/oidc/authorize",
    "token_endpoint": "/oidc/token",
    "userinfo_endpoint": "/oidc/userinfo",
    "jwks_uri": "/oidc/jwks",
    "revocation_endpoint": "/oidc/revoke",
    "introspection_endpoint": "/oidc/introspect",
    "end_session_endpoint": "/oidc/logout",
}
CLAIMS = (
    "iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash", "name", "given_name",
    "family_name", "preferred_username", "email", "email_verified", "groups",
)  # fmt: skip


def document(issuer: str) -> dict[str, Any]:
    """Return the metadata for this issuer, which comes from the settings and never from a request (OP-22).

    Of assurances only two factors are promised: those we can ask for ourselves.
    """
    with_secret = ["client_secret_basic", "client_secret_post"]
    return {
        "issuer": issuer,
        **{name: issuer + path for name, path in ENDPOINTS.items()},
        "response_types_supported": ["code"],
        "response_modes_supported": list(MODES),
        "grant_types_supported": list(GRANT_TYPES),
        "subject_types_supported": ["pairwise", "public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "token_endpoint_auth_methods_supported": [*with_secret, "none"],
        "revocation_endpoint_auth_methods_supported": [*with_secret, "none"],
        "introspection_endpoint_auth_methods_supported": with_secret,
        "code_challenge_methods_supported": ["S256"],
        "scopes_supported": list(SCOPES),
        "claims_supported": list(CLAIMS),
        "claim_types_supported": ["normal"],
        "acr_values_supported": [MFA],
        "prompt_values_supported": list(PROMPTS),
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }
