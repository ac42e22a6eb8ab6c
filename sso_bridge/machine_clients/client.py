"""A machine client: who made it, how much it may do, and how it proves who it is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from sso_bridge.admin.bounds import Bounds
from sso_bridge.admin.tokens import Role

Method = Literal["client_secret_basic", "client_secret_post", "private_key_jwt"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
SECRET_PREFIX: Final = "ssobs_"  # noqa: S105  what scanners of repositories look for
OVERLAP: Final = timedelta(hours=24)
"""So long both secrets count after a new one was made."""

LIFETIME: Final = timedelta(minutes=30)
"""How long an access token lives."""


@dataclass(frozen=True, slots=True)
class KeptSecret:
    """The SHA-256 of a secret, and when it ends; None for the newest."""

    digest: str
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MachineClient:
    """What is known about a client. `keys` are its public keys (JWKs) for `private_key_jwt`."""

    id: str
    name: str
    role: Role
    scopes: tuple[str, ...]
    method: Method
    created_at: datetime
    created_by: str
    expires_at: datetime
    units: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    secrets: tuple[KeptSecret, ...] = ()
    keys: tuple[Mapping[str, Any], ...] = ()
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def actor(self) -> str:
        """Return who acts with it, for the audit."""
        return f"client:{self.id}"

    @property
    def bounds(self) -> Bounds:
        """Return how far it reaches."""
        return Bounds(self.units, self.platforms)

    def is_good(self, now: datetime) -> bool:
        """Return whether it may ask for tokens now."""
        return self.revoked_at is None and now < self.expires_at

    def knows(self, secret: str, now: datetime) -> bool:
        """Return whether this is one of its secrets, compared in constant time."""
        given = digest_of(secret)
        good = [one.digest for one in self.secrets if one.ends_at is None or now < one.ends_at]
        return any(hmac.compare_digest(given, one) for one in good)


def new_secret() -> str:
    """Return a new secret of 256 random bits, to be shown once."""
    return SECRET_PREFIX + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """Return the SHA-256 of a secret; a slow hash would add nothing to 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
