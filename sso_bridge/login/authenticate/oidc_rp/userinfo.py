"""More claims, from the userinfo endpoint (OpenID Connect Core 5.3): about the ID token's subject, or not believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.authenticate.oidc_rp.discovery import Metadata
from sso_bridge.login.authenticate.oidc_rp.id_token import Claims
from sso_bridge.login.authenticate.oidc_rp.wire import get_json

PROTOCOL = frozenset({"iss", "aud", "exp", "iat", "nbf", "nonce", "azp", "acr", "amr", "auth_time", "sid", "events"})
"""What only a signed token may say."""


def with_userinfo(session: requests.Session, metadata: Metadata, claims: Claims, access_token: str) -> Claims:
    """Return the claims with those of userinfo below them; WorkplaceDown, or SignInRefused for another subject."""
    if not metadata.userinfo_endpoint:
        raise WorkplaceDown("the provider has no userinfo endpoint; set `userinfo: false`")
    told: Mapping[str, Any] = get_json(
        session, metadata.userinfo_endpoint, "userinfo endpoint", {"Authorization": f"Bearer {access_token}"}
    )
    if told.get("sub") != claims["sub"] or not isinstance(told.get("sub"), str):
        raise SignInRefused("userinfo_subject", "userinfo is about somebody else than the ID token")
    # Whether an address was verified belongs to that address: the token's own is not made better by another one.
    passed = PROTOCOL | {"email_verified"} if "email" in claims else PROTOCOL
    return {**{name: value for name, value in told.items() if name not in passed}, **claims}
