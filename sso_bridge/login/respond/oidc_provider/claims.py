"""Which released claims a client gets: by scope (OIDC Core 5.4) and by the `claims` parameter (5.5).

What may leave at all is the platform's release list, decided before we are asked; here it only gets less (OP-12).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from mappings.desired import Value

EMAIL = frozenset({"email", "email_verified"})
ADDRESS = frozenset({"address"})
PHONE = frozenset({"phone_number", "phone_number_verified"})
PROTOCOL = frozenset(
    (
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "jti",
        "nonce",
        "auth_time",
        "acr",
        "amr",
        "azp",
        "at_hash",
        "c_hash",
        "sid",
    )
)
"""Claims that only the provider itself may state; a mapping cannot overwrite them."""

LONGEST = 8192


class BadClaims(Exception):
    """The claims parameter is not the JSON of OIDC Core 5.5."""


def visible(claims: Mapping[str, Value], scopes: Iterable[str], named: Iterable[str] = ()) -> dict[str, Value]:
    """Return the released claims that these scopes, or the claims parameter by name, ask for.

    `groups` comes with its own scope and with `profile`; a claim that no standard scope names comes with `profile`.
    """
    asked = frozenset(scopes)
    by_name = frozenset(named)
    return {
        name: value
        for name, value in claims.items()
        if name not in PROTOCOL and (name in by_name or not asked.isdisjoint(_scopes_of(name)))
    }


def _scopes_of(name: str) -> frozenset[str]:
    for scope, names in (("email", EMAIL), ("address", ADDRESS), ("phone", PHONE)):
        if name in names:
            return frozenset({scope})
    return frozenset({"groups", "profile"}) if name == "groups" else frozenset({"profile"})


def parse_claims(text: str) -> Mapping[str, Any]:
    """Return the claims parameter as a mapping of mappings; raise BadClaims when it is anything else."""
    if not text:
        return {}
    if len(text) > LONGEST:
        raise BadClaims
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as wrong:
        raise BadClaims from wrong
    if not isinstance(found, dict) or not all(isinstance(found.get(p, {}), dict) for p in ("userinfo", "id_token")):
        raise BadClaims
    return found


def asked_claims(claims: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the claim names asked for in `userinfo` and in `id_token`."""
    return {place: tuple(claims[place])[:64] for place in ("userinfo", "id_token") if claims.get(place)}


def essential_acr(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the assurance the platform insists on (OIDC Core 5.5.1.1); `acr_values` alone is only a wish."""
    wish = claims.get("id_token", {}).get("acr")
    return _acr(wish) if isinstance(wish, dict) and wish.get("essential") is True else ()


def wished_acr(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the assurance the platform would like without insisting on it."""
    wish = claims.get("id_token", {}).get("acr")
    return _acr(wish) if isinstance(wish, dict) and wish.get("essential") is not True else ()


def _acr(wish: Mapping[str, Any]) -> tuple[str, ...]:
    values = wish.get("values", [wish.get("value")])
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
