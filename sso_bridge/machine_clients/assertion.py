"""Assertions of machine clients (RFC 7523, `private_key_jwt`): signed by the client's own key, for us, once, right now.

The only file of this room that knows joserfc.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST: Final = 8 * 1024
FRESH: Final = timedelta(minutes=5)
SKEW: Final = timedelta(seconds=60)
SMALLEST_RSA: Final = 2048
ALGORITHMS: Final[Mapping[str, tuple[str, ...]]] = {
    "RSA": ("RS256", "PS256"), "P-256": ("ES256",), "P-384": ("ES384",), "Ed25519": ("EdDSA", "Ed25519"),
}  # fmt: skip
PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
Key = RSAKey | ECKey | OKPKey


class BadAssertion(Exception):
    """Not an assertion of this client for us, right now; the message is for our log."""


class BadKey(Exception):
    """Not a public key that a client may use; the message says why."""


def subject_of(assertion: str) -> str:
    """Return whom an assertion is about, unverified; empty when it cannot be read. Only good for finding the keys."""
    try:
        found = _part(assertion, 1).get("sub", "")
    except BadAssertion:
        return ""
    return found if isinstance(found, str) else ""


def verify(
    assertion: str, client: str, keys: Sequence[Mapping[str, Any]], audiences: Collection[str], now: datetime
) -> tuple[str, datetime]:
    """Return the `jti` and the end of an assertion of this client; BadAssertion."""
    header = _part(assertion, 0)
    if set(header) - {"alg", "kid", "typ"} or header.get("typ", "JWT") not in {"JWT", "client-authentication+jwt"}:
        raise BadAssertion("a header parameter that has no business here")
    known = [one for one in keys if one.get("kid") == header.get("kid")]
    if len(known) != 1:
        raise BadAssertion("no such key")
    key, allowed = read_key(known[0])
    if header.get("alg") not in allowed:
        raise BadAssertion("another algorithm than the key is for")
    try:
        claims = jwt.decode(assertion, key, algorithms=[str(header["alg"])]).claims
    except (JoseError, ValueError, TypeError) as wrong:
        raise BadAssertion(f"signature or payload ({type(wrong).__name__})") from None
    if claims.get("iss") != client or claims.get("sub") != client:
        raise BadAssertion("issuer and subject must be the client")
    audience = claims.get("aud")
    if (audience[0] if isinstance(audience, list) and len(audience) == 1 else audience) not in audiences:
        raise BadAssertion("for another audience")
    ends = _moment(claims, "exp")
    if not now < ends + SKEW or ends > now + FRESH + SKEW:
        raise BadAssertion("ended, or valid for longer than five minutes")
    if any(name in claims and _moment(claims, name) > now + SKEW for name in ("iat", "nbf")):
        raise BadAssertion("from the future")
    number = claims.get("jti")
    if not isinstance(number, str) or not 0 < len(number) <= 200:  # noqa: PLR2004  a name, not a text
        raise BadAssertion("without jti")
    return number, ends


def read_key(jwk: Mapping[str, Any]) -> tuple[Key, tuple[str, ...]]:
    """Return a public key and the algorithms it is for; BadKey."""
    if PRIVATE & set(jwk):
        raise BadKey("holds a private part: make a new key, and send its public part only")
    if not isinstance(jwk.get("kid"), str) or not jwk["kid"] or len(jwk["kid"]) > 100:  # noqa: PLR2004  as above
        raise BadKey("needs a kid")
    kind = "RSA" if jwk.get("kty") == "RSA" else str(jwk.get("crv", ""))
    if kind not in ALGORITHMS or jwk.get("use", "sig") != "sig":
        raise BadKey(f"must be a signing key of one of these kinds: {', '.join(ALGORITHMS)}")
    sort: type[Key] = RSAKey if kind == "RSA" else OKPKey if kind == "Ed25519" else ECKey
    try:
        if kind == "RSA" and _bits(str(jwk.get("n"))) < SMALLEST_RSA:
            raise BadKey(f"must have {SMALLEST_RSA} bits or more")
        key = sort.import_key(dict(jwk))
    except (JoseError, ValueError, TypeError, KeyError):
        raise BadKey("cannot be read") from None
    allowed = ALGORITHMS[kind]
    stated = jwk.get("alg")
    return key, allowed if stated is None else tuple(one for one in allowed if one == stated)


def _bits(number: str) -> int:
    """Return how long a number of a JWK is; the library only warns of short ones."""
    return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))).bit_length()


def _part(assertion: str, number: int) -> dict[str, Any]:
    parts = assertion.split(".")
    if len(assertion) > LONGEST or not assertion.isascii() or len(parts) != 3 or not all(parts):  # noqa: PLR2004  RFC 7515 3.1
        raise BadAssertion("not a compact JWS")
    try:
        found = json.loads(base64.urlsafe_b64decode(parts[number] + "=" * (-len(parts[number]) % 4)))
    except (ValueError, RecursionError):
        raise BadAssertion("cannot be read") from None
    if not isinstance(found, dict):
        raise BadAssertion("cannot be read")
    return found


def _moment(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 40:
        raise BadAssertion(f"no {name}")
    return datetime.fromtimestamp(value, UTC)
