"""Signing and reading JWTs, the only file that knows joserfc.

Reading: one algorithm list, keys from our own ring by `kid`, at most 16 KiB; `jwk`, `jku`, `x5u`, `x5c` and `crit` in a
header are a refusal, not a hint (OP-14). joserfc ignores the first four, hence the check here.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from sso_bridge.login.respond.oidc_provider.ports import Keys, Purpose, SigningKey

PURPOSES: dict[str, Purpose] = {"RS256": "oidc-rs256", "ES256": "oidc-es256"}
LONGEST = 16 * 1024
SMALLEST_RSA = 2048


class BadToken(Exception):
    """A text that is not a JWT of ours for this use."""


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """Whom and which session an ID token of ours was about, and which client it was for."""

    client_id: str
    subject: str
    session: str


class Jose:
    """Signs with the ring's current keys and reads only what they, or their retired sisters, signed."""

    def __init__(self, keys: Keys, issuer: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._loaded: dict[str, RSAKey | ECKey] = {}

    def sign(self, algorithm: str, claims: Mapping[str, Any]) -> str:
        """Return a compact JWS with `kid`; raise ValueError for any algorithm but RS256 and ES256 (OP-13)."""
        if algorithm not in PURPOSES:
            raise ValueError(f"no ID token is signed with {algorithm!r}")
        key = self._keys.signing(PURPOSES[algorithm])
        return jwt.encode({"alg": algorithm, "kid": key.kid}, dict(claims), self._load(key), algorithms=[algorithm])

    def published(self) -> list[dict[str, Any]]:
        """Return the public JWKs of every key a platform may meet (RFC 7517 5)."""
        return [
            {**self._load(key).as_dict(private=False), "use": "sig", "alg": key.algorithm, "kid": key.kid}
            for purpose in PURPOSES.values()
            for key in self._keys.published(purpose)
        ]

    def read_own_id_token(self, token: str, client_id: str = "") -> IdTokenHint:
        """Return what an ID token of ours says, ended or not; BadToken unless it is ours and for that client."""
        claims = self._verified(token)
        audience = claims.get("aud")
        if claims.get("iss") != self._issuer or not isinstance(audience, str) or client_id not in {"", audience}:
            raise BadToken("another issuer or audience")
        if not isinstance(claims.get("sub"), str) or "events" in claims:
            raise BadToken("not an ID token")
        return IdTokenHint(audience, claims["sub"], str(claims.get("sid", "")))

    def _verified(self, token: str) -> Mapping[str, Any]:
        header = _header(token)
        if set(header) - {"alg", "kid", "typ"} or header.get("typ", "JWT") != "JWT":
            raise BadToken("a header parameter that is not ours")
        algorithm, kid = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or not isinstance(kid, str) or algorithm not in PURPOSES:
            raise BadToken("algorithm or kid not allowed")
        key = next((key for key in self._keys.published(PURPOSES[algorithm]) if key.kid == kid), None)
        if key is None:
            raise BadToken("no such key")
        try:
            return jwt.decode(token, self._load(key), algorithms=[algorithm]).claims
        except (JoseError, ValueError, TypeError) as wrong:
            raise BadToken("signature or payload") from wrong

    def _load(self, key: SigningKey) -> RSAKey | ECKey:
        """Wrap a key once: wrapping costs more than signing. The ring holds few keys, so this stays small."""
        loaded = self._loaded.get(key.kid)
        if loaded is None:
            loaded = self._loaded[key.kid] = _wrapped(key)
        return loaded


def _wrapped(key: SigningKey) -> RSAKey | ECKey:
    private = key.private_key
    if isinstance(private, EllipticCurvePrivateKey):
        return ECKey.import_key(private)
    if not isinstance(private, RSAPrivateKey) or private.key_size < SMALLEST_RSA:
        raise ValueError("an ID token is signed with an EC key or an RSA key of 2048 bits or more")
    return RSAKey.import_key(private)


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".")
    if len(token) > LONGEST or not token.isascii() or len(parts) != 3 or not all(parts):  # noqa: PLR2004 - RFC 7515 3.1
        raise BadToken("not a compact JWS")
    try:
        header = json.loads(base64.urlsafe_b64decode(parts[0] + "=" * (-len(parts[0]) % 4)))
    except (ValueError, binascii.Error, RecursionError) as wrong:
        raise BadToken("broken header") from wrong
    if not isinstance(header, dict):
        raise BadToken("broken header")
    return header
