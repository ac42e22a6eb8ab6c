"""Is this ID token signed by the provider, for us, for this sign-in, now? In the order of OpenID Connect Core 3.1.3.7.

Nothing in the token can switch a check off (AL-114617); what cannot be checked is a refusal.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused
from sso_bridge.login.authenticate.oidc_rp.jose import BadToken, Unverified, take_apart, verified
from sso_bridge.login.authenticate.oidc_rp.jwks import KnownKey, ProviderKeys

SKEW = timedelta(seconds=60)
OLDEST = timedelta(minutes=10)
LONGEST_SUBJECT = 255
TYPES = frozenset({"jwt"})
Claims = Mapping[str, Any]
AcceptsIssuer = Callable[[Claims, KnownKey], bool]


@dataclass(frozen=True, slots=True)
class Expected:
    """What this very sign-in expects of its token. `began_at` is when the person was sent away.

    `max_age` in seconds, None when the age of the sign-in does not matter.
    """

    nonce: str
    began_at: datetime
    max_age: int | None = None
    access_token: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Reads the tokens of one provider. `client_id` is us; `audiences` may stand beside us."""

    keys: ProviderKeys
    client_id: str
    algorithms: tuple[str, ...]
    accepts_issuer: AcceptsIssuer
    clock: Clock
    audiences: tuple[str, ...] = ()

    def id_token(self, text: Any, expected: Expected) -> Claims:
        """Return the claims of a valid ID token; SignInRefused with the reason of the first check that failed."""
        if not isinstance(text, str) or not text:
            raise SignInRefused("id_token_missing", "the provider sent no ID token")
        try:
            token = take_apart(text, self.algorithms, TYPES)
            claims = self.signed(token)
            self.for_us(claims)
            self._now(claims)
            _for_this_sign_in(claims, token, expected)
            self._fresh(claims, expected)
        except BadToken as bad:
            raise SignInRefused(bad.reason.replace("token_", "id_token_", 1), f"the ID token: {bad}") from None
        return claims

    def signed(self, token: Unverified, *, stranger: bool = False) -> Claims:
        """Return the claims under a signature of the provider's; BadToken. Tells nothing about issuer or audience."""
        tried = self.keys.candidates(token.kid, token.algorithm, stranger=stranger)
        if not tried:
            raise BadToken("token_key", "the provider has published no such key")
        found = _by_any(token, tried) or _by_any(
            token, self.keys.changed(token.kid, token.algorithm, tried, stranger=stranger)
        )
        if found is None:
            raise BadToken("token_signature", "its signature is wrong")
        claims, known = found
        if known.gone_at is not None and moment(claims, "iat") > known.gone_at + SKEW:
            raise BadToken("token_key", "it was signed with a key the provider had given up before")
        if not self.accepts_issuer(claims, known):
            raise BadToken("token_issuer", "it is from another issuer")
        return claims

    def for_us(self, claims: Claims) -> None:
        """Raise BadToken unless we are the audience, and nobody else but the audiences we were told to trust."""
        said = claims.get("aud")
        audience = [said] if isinstance(said, str) else said
        if not isinstance(audience, list) or self.client_id not in audience:
            raise BadToken("token_audience", "it is not for us")
        if any(one != self.client_id and one not in self.audiences for one in audience):
            raise BadToken("token_audience", "it is for others as well, who are not listed in `audiences`")
        party = claims.get("azp")
        if party is None and len(audience) == 1:
            return
        if party != self.client_id:
            raise BadToken("token_authorized_party", "it was made out to another client")

    def _now(self, claims: Claims) -> None:
        now = self.clock()
        if moment(claims, "exp") <= now - SKEW:
            raise BadToken("token_expired", "it has expired; or our clock is fast")
        issued = moment(claims, "iat")
        if issued > now + SKEW:
            raise BadToken("token_early", "it was issued in the future; or our clock is slow")
        if issued < now - OLDEST - SKEW:
            raise BadToken("token_old", "it was issued too long ago")
        if "nbf" in claims and moment(claims, "nbf") > now + SKEW:
            raise BadToken("token_early", "it is not valid yet; or our clock is slow")

    def _fresh(self, claims: Claims, expected: Expected) -> None:
        """Check the age of the sign-in itself where it matters (OP-18): a provider may ignore what we asked."""
        if expected.max_age is None:
            if "auth_time" in claims:
                moment(claims, "auth_time")
            return
        signed_in = moment(claims, "auth_time")
        if signed_in > self.clock() + SKEW:
            raise BadToken("token_early", "the sign-in lies in the future")
        if signed_in < expected.began_at - timedelta(seconds=expected.max_age) - SKEW:
            raise BadToken("token_sign_in_too_old", "the provider did not ask the person to sign in again")


def moment(claims: Claims, name: str) -> datetime:
    """Return a time of the claims; BadToken when it is missing or no sane number."""
    value = claims.get(name)
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not 0 <= value < 1 << 40:  # type: ignore[operator]
        raise BadToken(f"token_{name}", f"its {name} is missing or no time")
    try:
        return datetime.fromtimestamp(float(value), tz=UTC)  # type: ignore[arg-type]
    except (OverflowError, OSError, ValueError):
        raise BadToken(f"token_{name}", f"its {name} is no time") from None


def subject_of(claims: Claims, name: str = "sub") -> str:
    """Return a subject as it stands, byte for byte; BadToken when it is empty, too long or has control characters."""
    subject = claims.get(name)
    if not isinstance(subject, str) or not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise BadToken("token_subject", f"its {name} is missing or unusable")
    if not subject.isprintable():
        raise BadToken("token_subject", f"its {name} has characters that cannot be printed")
    return subject


def half_hash(text: str, algorithm: str) -> str:
    """Return the left half of the hash that belongs to an algorithm (Core 3.1.3.6)."""
    digest = hashlib.new(f"sha{algorithm[2:]}", text.encode("ascii", "replace")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _by_any(token: Unverified, keys: list[KnownKey]) -> tuple[Claims, KnownKey] | None:
    for known in keys:
        claims = verified(token, known.key)
        if claims is not None:
            return claims, known
    return None


def _for_this_sign_in(claims: Claims, token: Unverified, expected: Expected) -> None:
    subject_of(claims)
    if "events" in claims:
        raise BadToken("token_type", "it is a logout token")
    if not expected.nonce or not same(claims.get("nonce"), expected.nonce):
        raise BadToken("token_nonce", "it belongs to another sign-in")
    for name, about in (("at_hash", expected.access_token), ("c_hash", expected.code)):
        if name in claims and not same(claims[name], half_hash(about, token.algorithm)):
            raise BadToken(f"token_{name}", f"its {name} does not fit")


def same(said: Any, known: str) -> bool:
    """Compare in constant time."""
    return isinstance(said, str) and hmac.compare_digest(said.encode("utf-8", "replace"), known.encode())
