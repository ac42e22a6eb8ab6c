"""API tokens: what they look like, how much they allow, how long they live (AD-05)."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

from sso_bridge.admin.bounds import UNBOUND, Bounds, Inside, same_unit

Role = Literal["viewer", "mapper", "operator", "owner"]
ROLES: tuple[Role, ...] = get_args(Role)
"""What tokens may be made for; `INCLUDES` says which may do what."""

INCLUDES: Mapping[Role, frozenset[Role]] = {
    "viewer": frozenset({"viewer"}),
    "mapper": frozenset({"viewer", "mapper"}),
    "operator": frozenset({"viewer", "operator"}),
    "owner": frozenset(ROLES),
}
"""A mapper writes rules and an operator rolls out: neither can do the other's work, only an owner both (AD-08)."""

SCOPES: tuple[str, ...] = ("admin", "hr", "scim")
"""Which part of the outside a token opens: the admin API, the HR intake, the SCIM server."""

LONGEST = timedelta(days=365)
PREFIX = "ssob_"
_SHAPE = re.compile(r"ssob_([0-9a-f]{16})_([A-Za-z0-9_-]{43})")


class TokenRefused(Exception):
    """A token must not be made like that; the message says why."""

    code = "token_refused"


@dataclass(frozen=True, slots=True)
class ApiToken:
    """What is known about a token. The token itself was shown once and is not kept.

    `source` is the one HR source that it is bound to; the SCIM server lets no other token in. `makers` are the bounds
    of those it comes from, who made it and who made that one ...: nobody is reached whom one of them does not reach.
    """

    id: str
    name: str
    role: Role
    scopes: tuple[str, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    source: str = ""
    units: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    client: str = ""
    makers: tuple[Bounds, ...] = ()

    @property
    def actor(self) -> str:
        """Return who acts with it, for the audit."""
        return f"client:{self.client}" if self.client else f"token:{self.id}"

    @property
    def bounds(self) -> Bounds:
        """Return how far it reaches; a token without bounds reaches everybody and everything."""
        return Bounds(self.units, self.platforms)

    def is_good(self, now: datetime) -> bool:
        """Return whether it opens anything now."""
        return self.revoked_at is None and now < self.expires_at

    def may(self, role: Role, scope: str = "admin") -> bool:
        """Return whether it allows what takes this role, in this part."""
        return scope in self.scopes and role in INCLUDES[self.role]


def make_text() -> tuple[str, str, bytes]:
    """Return a new token: its public id, its text (256 random bits, to be shown once) and the digest to keep."""
    public = secrets.token_hex(8)
    text = f"{PREFIX}{public}_{secrets.token_urlsafe(32)}"
    return public, text, digest(text)


def digest(text: str) -> bytes:
    """Return the SHA-256 of a token. A slow hash would add nothing: nobody guesses 256 random bits."""
    return hashlib.sha256(text.encode()).digest()


def public_id(text: str) -> str:
    """Return the id inside a token's text, empty when it has not the shape of one."""
    found = _SHAPE.fullmatch(text)
    return found.group(1) if found else ""


def matches(text: str, kept: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(digest(text), kept)


def check_request(
    name: str,
    role: str,
    scopes: Iterable[str],
    lifetime: timedelta,
    by: ApiToken | None,
    source: str = "",
    bounds: Bounds = UNBOUND,
    inside: Inside = same_unit,
) -> tuple[Role, tuple[str, ...]]:
    """Return role and scopes as they will be kept; TokenRefused when they are unknown, too wide or too long.

    `by` is the token that asks for another one: it cannot give what it has not (AD-04). The command line has none.
    """
    wanted = tuple(sorted(set(scopes)))
    known: tuple[Role, ...] = tuple(one for one in ROLES if one == role)
    if by is not None and by.created_by.startswith("break_glass:"):
        raise TokenRefused("a break-glass token makes no others: nothing outlives the emergency")
    if by is not None and by.client:
        raise TokenRefused("a machine client makes no tokens and no clients: people do")
    if not known:
        raise TokenRefused(f"the role must be one of: {', '.join(ROLES)}")
    if not wanted or not set(wanted) <= set(SCOPES):
        raise TokenRefused(f"the scopes must be some of: {', '.join(SCOPES)}")
    if not name.strip() or len(name) > 100 or not name.isprintable():  # noqa: PLR2004  a name, not a text
        raise TokenRefused("a token needs a name of at most 100 printable characters")
    if source and wanted != ("scim",):
        raise TokenRefused("a token that is bound to an HR source has the scope scim alone")
    if by is not None and by.source and by.source != source:
        raise TokenRefused("a token that is bound to an HR source makes none for others")
    if not timedelta(0) < lifetime <= LONGEST:
        raise TokenRefused("a token lives between one day and one year")
    if by is not None and not covers(by, known[0], wanted, bounds, inside):
        raise TokenRefused("a token cannot make one that may do more than itself")
    return known[0], wanted


def covers(
    by: ApiToken, role: Role, scopes: Iterable[str], bounds: Bounds = UNBOUND, inside: Inside = same_unit
) -> bool:
    """Return whether who has `by` may hand out as much: no higher role, no other scope, no wider bounds (AD-04)."""
    return role in INCLUDES[by.role] and set(scopes) <= set(by.scopes) and by.bounds.cover(bounds, inside)
