"""One `oidc` workplace of the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""What an ID token may be signed with; there is no `none` and no HMAC to configure (RP-03)."""

WELL_KNOWN: Final = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Names and habits of one provider.

    `client_secret` is a reference, empty with `private_key_jwt`. `audiences` are other clients whose names may stand in
    our ID tokens beside ours. `link_claim` holds HR's employee number. `directory` is the workplace that is asked for
    the state of the account in `directory_claim` (LD-07). `assertion_audience` is whom a client assertion is made out
    to. `assurance` is the authentication context class of its sign-ins where the provider tells none.
    """

    name: str
    issuer: str
    client_id: str
    client_secret: str = ""
    client_auth: str = "client_secret_basic"
    assertion_audience: str = "issuer"
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    algorithms: tuple[str, ...] = ("RS256", "ES256")
    audiences: tuple[str, ...] = ()
    response_mode: str = "query"
    acr_values: tuple[str, ...] = ()
    userinfo: bool = False
    link_claim: str = "employee_number"
    groups_claim: str = "groups"
    directory: str = ""
    directory_claim: str = "preferred_username"
