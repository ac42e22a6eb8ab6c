"""Reading a provider's keys and tokens, the only file of the relying party that knows joserfc.

Surprises: joserfc ignores `jwk`, `jku`, `x5u` and `x5c` in a header and takes an RSA key of any size for RS256, with a
warning only; the checks are here (OP-14, RP-03). Importing a key costs more than verifying with it: each is once.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

Key = RSAKey | ECKey
LONGEST = 16 * 1024
MOST_KEYS = 100
SMALLEST_RSA, LARGEST_RSA = 2048, 16384
CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
PARTS = {"RSA": ("kty", "n", "e"), "EC": ("kty", "crv", "x", "y")}
HEADER = frozenset({"alg", "kid", "typ", "x5t", "x5t#S256", "cty"})
"""What a token may say about itself; anything that brings or points at a key, and `crit`, is a refusal."""


class BadToken(Exception):
    """A text that is no token of this provider; `reason` is the audit's, the message the administrator's."""

    def __init__(self, reason: str, cause: str) -> None:
        self.reason = reason
        super().__init__(cause)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A published key: what it is called, what it may verify, for which issuer (Entra says so), and its numbers."""

    kid: str
    algorithms: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    issuer: str = ""
    loaded: Key = field(compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Unverified:
    """A token taken apart. `algorithm` and `kid` are claims of whoever sent it; nothing else is to be had yet."""

    text: str = field(repr=False)
    algorithm: str
    kid: str


def public_jwk(private_key: Any, kid: str, algorithm: str) -> dict[str, Any]:
    """Return the public part of an RSA key of ours, as a provider reads it."""
    return {**RSAKey.import_key(private_key).as_dict(private=False), "use": "sig", "alg": algorithm, "kid": kid}


def read_keys(document: Mapping[str, Any]) -> list[PublicKey]:
    """Return the keys of a JWKS that can verify signatures; others are passed over (RFC 7517 5)."""
    listed = document.get("keys")
    return list(_usable(listed[:MOST_KEYS])) if isinstance(listed, list) else []


def fitting(key: PublicKey, algorithm: str) -> bool:
    """Return whether this key may have made a signature of that algorithm: an RSA key never means HMAC."""
    return algorithm in key.algorithms


def take_apart(token: str, allowed: tuple[str, ...], types: frozenset[str]) -> Unverified:
    """Return the parts of a compact JWS of one of these types, whose algorithm is on the configured list; BadToken."""
    parts = token.split(".")
    if len(token) > LONGEST or not token.isascii() or len(parts) != 3 or not all(parts):  # noqa: PLR2004 - RFC 7515 3.1
        raise BadToken("token_shape", "it is not a compact JWS of reasonable length")
    try:
        header = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise BadToken("token_shape", "its header cannot be read") from None
    if not isinstance(header, dict) or set(header) - HEADER:
        raise BadToken("token_header", "its header has a parameter that is not understood, or brings a key")
    algorithm, kid, kind = header.get("alg"), header.get("kid", ""), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or algorithm not in allowed:
        raise BadToken("token_algorithm", f"it is not signed with one of {', '.join(allowed)}")
    if not isinstance(kid, str) or not isinstance(kind, str):
        raise BadToken("token_header", "its key id or type is not text")
    if kind.lower().removeprefix("application/") not in types:
        raise BadToken("token_type", "it is another kind of token")
    return Unverified(token, algorithm, kid)


def verified(token: Unverified, key: PublicKey) -> dict[str, Any] | None:
    """Return the claims when this key signed the token, None when it did not; BadToken when they are no object."""
    try:
        signed = jws.deserialize_compact(token.text, key.loaded, algorithms=[token.algorithm])
    except (JoseError, ValueError, TypeError):
        return None
    try:
        claims = json.loads(signed.payload)
    except (ValueError, RecursionError):
        raise BadToken("token_shape", "its payload is not JSON") from None
    if not isinstance(claims, dict):
        raise BadToken("token_shape", "its payload is not a JSON object")
    return claims


def _usable(listed: list[Any]) -> Iterator[PublicKey]:
    for jwk in listed:
        if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig":
            continue
        operations = jwk.get("key_ops", ["verify"])
        names = PARTS.get(str(jwk.get("kty")))
        if names is None or not isinstance(operations, list) or "verify" not in operations:
            continue
        public = {name: jwk.get(name) for name in names}
        if all(isinstance(value, str) for value in public.values()) and (made := _made(jwk, public)) is not None:
            yield made


def _made(jwk: Mapping[str, Any], public: Mapping[str, Any]) -> PublicKey | None:
    """Return the key, of its public numbers only; None when it is weak, broken or of a kind we have no use for."""
    try:
        loaded, algorithms = _load(public)
    except (JoseError, ValueError, TypeError):
        return None
    said, kid = jwk.get("alg"), jwk.get("kid", "")
    if said is not None:
        algorithms = tuple(one for one in algorithms if one == said)
    if not algorithms or not isinstance(kid, str):
        return None
    issuer = jwk.get("issuer", "")
    numbers = tuple(sorted((name, str(value)) for name, value in public.items()))
    return PublicKey(kid, algorithms, numbers, issuer if isinstance(issuer, str) else "", loaded=loaded)


def _load(public: Mapping[str, Any]) -> tuple[Key, tuple[str, ...]]:
    if public["kty"] == "RSA":
        modulus = int.from_bytes(base64.urlsafe_b64decode(public["n"] + "=" * (-len(public["n"]) % 4)))
        if not SMALLEST_RSA <= modulus.bit_length() <= LARGEST_RSA:
            raise ValueError("an RSA key that is too small, or too large to be meant")
        return RSAKey.import_key(dict(public)), RSA_ALGORITHMS
    if public["crv"] not in CURVES:
        raise ValueError("another curve")
    return ECKey.import_key(dict(public)), (CURVES[public["crv"]],)
