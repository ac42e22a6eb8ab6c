"""What an administrator decides about a platform that signs in by OpenID Connect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

Algorithm = Literal["RS256", "ES256"]
TokenAuthMethod = Literal["client_secret_basic", "client_secret_post", "none"]
SubjectKind = Literal["pairwise", "uuid"]

SCOPES = ("openid", "profile", "email", "address", "phone", "groups", "offline_access")
"""Every scope this provider knows, in the order discovery shows them."""

_ADDRESS = re.compile(r"(?P<scheme>[a-z][a-z0-9.+-]*):(?P<place>[!-\[\]^-~]+)")
_HOST = re.compile(r"//[^/?@#]+(?=[/?]|$)")
_THIS_MACHINE = re.compile(r"//(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]{1,5})?(?=[/?]|$)")
_LOOPBACK = re.compile(r"http://(?:127\.0\.0\.1|\[::1\])(?P<port>:[1-9][0-9]{0,4})?(?P<rest>/[!-~]*)")


@dataclass(frozen=True, slots=True)
class Client:
    """One platform as an OpenID client.

    `secrets` are references (`env:NAME`, `file:PATH`) or `sha256:<hex>` of a generated secret; at most two, so that a
    secret can be changed without an outage. Empty only with `token_auth_method` "none". `id_token_claims` are released
    claims that also go into the ID token, for platforms that never ask userinfo. Raises ValueError on a contradiction.
    """

    platform: str
    client_id: str
    redirect_uris: frozenset[str]
    secrets: tuple[str, ...] = ()
    token_auth_method: TokenAuthMethod = "client_secret_basic"  # noqa: S105
    scopes: frozenset[str] = frozenset(SCOPES) - {"offline_access"}
    id_token_alg: Algorithm = "RS256"  # noqa: S105 - an algorithm
    id_token_claims: frozenset[str] = frozenset()
    refresh: bool = False
    subject: SubjectKind = "pairwise"
    post_logout_redirect_uris: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse settings under which a check would have nothing to check against."""
        if not self.client_id or not self.redirect_uris:
            raise ValueError("an OpenID client needs a client_id and at least one redirect_uri")
        if self.public == bool(self.secrets):
            raise ValueError("a client has secrets, or the token_auth_method none, not both and not neither")
        for address in self.redirect_uris | self.post_logout_redirect_uris:
            if not _registrable(address, native=self.public):
                raise ValueError("a client's addresses are absolute https addresses without fragment or wildcard")
        if len(self.secrets) > 2:  # noqa: PLR2004 - the old one and the new one (OP-10)
            raise ValueError("a client has at most two secrets")

    @property
    def public(self) -> bool:
        """Return whether this client cannot keep a secret."""
        return self.token_auth_method == "none"  # noqa: S105 - a method, no secret

    def may_return_to(self, address: str) -> bool:
        """Return whether this is a registered redirect_uri, character by character (RFC 9700 2.1).

        The one freedom is the port of a loopback address of a public native client (RFC 8252 7.3).
        """
        if address in self.redirect_uris:
            return True
        asked = _LOOPBACK.fullmatch(address) if self.public else None
        return asked is not None and any(
            known is not None and _without_port(known) == _without_port(asked)
            for known in map(_LOOPBACK.fullmatch, self.redirect_uris)
        )

    def grantable(self, scopes: tuple[str, ...]) -> tuple[str, ...]:
        """Return the asked scopes that are registered for this client; the others are left out (OIDC Core 3.1.2.1)."""
        allowed = self.scopes - {"offline_access"} | ({"offline_access"} if self.refresh else set())
        return tuple(dict.fromkeys(scope for scope in scopes if scope in allowed))


class Clients(Protocol):
    """Where clients are looked up: the configuration of this moment, without platforms that are switched off."""

    def by_id(self, client_id: str) -> Client | None:
        """Return the client with this exact client_id, or None."""
        ...


def _registrable(address: str, *, native: bool) -> bool:
    """Return whether an address may be registered at all: https, http on this machine, or an app's own scheme.

    A reversed domain name as scheme belongs to a native app (RFC 8252 7.1) and is for public clients only.
    """
    parts = _ADDRESS.fullmatch(address)
    if parts is None or set("*#") & set(parts["place"]):
        return False
    if parts["scheme"] == "https":
        return _HOST.match(parts["place"]) is not None
    if parts["scheme"] == "http":
        return _THIS_MACHINE.match(parts["place"]) is not None
    return native and "." in parts["scheme"]


def _without_port(match: re.Match[str]) -> str:
    return match.string[: match.start("rest")].removesuffix(match["port"] or "") + match["rest"]
