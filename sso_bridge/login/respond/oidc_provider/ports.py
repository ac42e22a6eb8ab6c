"""What the OpenID provider needs from the outside. Secrets reach these ports only as SHA-256 (OP-06, OP-16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from mappings.desired import Value
from sso_bridge.login.asked import Released
from sso_bridge.login.respond.oidc_provider.client import Client

Kind = Literal["access", "refresh"]
Purpose = Literal["oidc-rs256", "oidc-es256"]
PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class Grant:
    """What one sign-in gave to one client; every code and token of that sign-in hangs on it and dies with it."""

    id: str
    client_id: str
    platform: str
    session_id: str
    person_id: int
    subject: str
    scopes: tuple[str, ...]
    claims: Mapping[str, Value]
    redirect_uri: str
    code_challenge: str
    nonce: str
    authenticated_at: datetime | None
    method: tuple[str, ...]
    assurance: str
    code_hash: bytes
    code_ends_at: datetime
    ends_at: datetime
    asked_claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    revoked: bool = False

    def belongs_to(self, client: Client) -> bool:
        """Return whether this client got it; a client_id that moved to another platform is another client."""
        return (self.client_id, self.platform) == (client.client_id, client.platform)


@dataclass(frozen=True, slots=True)
class Token:
    """An access or refresh token as it is kept; the token itself is known to the client only."""

    hash: bytes
    kind: Kind
    grant_id: str
    scopes: tuple[str, ...]
    issued_at: datetime
    ends_at: datetime


class Grants(Protocol):
    """Keeps grants and tokens. `take_*` succeed for exactly one caller, however many ask at once."""

    def atomically(self) -> AbstractContextManager[object]:
        """Open (or join) the one write transaction a decision and its effect belong to."""
        ...

    def add(self, grant: Grant) -> None:
        """Keep a new grant with its unused code."""
        ...

    def take_code(self, code_hash: bytes, now: datetime) -> tuple[Grant, bool] | None:
        """Mark the code used. Return its grant and whether this was the first use, or None for an unknown code."""
        ...

    def take_refresh(self, token_hash: bytes, now: datetime) -> tuple[Token, Grant, bool] | None:
        """Mark the refresh token used. Return it, its grant and whether this was the first use, or None."""
        ...

    def issue(self, tokens: Sequence[Token]) -> None:
        """Keep new tokens of a grant."""
        ...

    def find(self, kind: Kind, token_hash: bytes) -> tuple[Token, Grant] | None:
        """Return a token that is neither used up nor revoked, and its grant when that is not revoked, or None."""
        ...

    def revoke_token(self, token_hash: bytes) -> None:
        """Kill one token."""
        ...

    def revoke_grant(self, grant_id: str) -> None:
        """Kill a grant with every token of it."""
        ...

    def refresh_claims(self, grant_id: str, claims: Mapping[str, Value]) -> None:
        """Replace what userinfo tells by what the rules say today."""
        ...


class Standing(Protocol):
    """Asked whenever a token is used: does what it rests on still stand (SE-04, SE-05)?"""

    def stands(self, platform: str, person_id: int, session_id: str) -> bool:
        """Return whether the platform is on, the person active today, and the session not revoked or logged out."""
        ...

    def released(self, platform: str, person_id: int) -> Released | None:
        """Return what the rules release today, or None when the person is no longer in scope."""
        ...


class SigningKey(Protocol):
    """A key as the ring hands it out."""

    @property
    def kid(self) -> str:
        """Return the name the JWKS lists it under."""
        ...

    @property
    def algorithm(self) -> str:
        """Return `RS256` or `ES256`."""
        ...

    @property
    def private_key(self) -> PrivateKey:
        """Return the loaded key; the ring serves others too, but gives RSA and EC keys for these purposes."""
        ...


class Keys(Protocol):
    """The ring of signing keys, purposes `oidc-rs256` and `oidc-es256`."""

    def signing(self, purpose: Purpose) -> SigningKey:
        """Return the key that signs now."""
        ...

    def published(self, purpose: Purpose) -> Sequence[SigningKey]:
        """Return every key a platform may meet: the next, the current, and retired ones with living tokens."""
        ...
