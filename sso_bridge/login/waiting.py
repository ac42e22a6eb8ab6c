"""A sign-in that waits for its browser: what is known of it, where the browser is, and where that is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from sso_bridge.login.asked import Asked

HopLabel = Literal["sign_in", "silent", "logout"]


@dataclass(frozen=True, slots=True)
class Hop:
    """The browser is away at a workplace, and may come back once with an answer to exactly this.

    `id` is the part of the handle that no other hop has. `session` is the open bridge session the browser left with:
    a form from another site comes back without its cookie. `chosen` tells that a person pressed something.
    """

    id: str
    workplace: str
    label: HopLabel
    at: datetime
    note: Mapping[str, str] = field(default_factory=dict, repr=False)
    session: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """How far an attempt has come: what was tried without a page, and what the person said in between.

    `sent` means that the browser was at a workplace's pages already, `other` that somebody else than whoever is signed
    in at work wants to sign in; `mail` is what was typed. `met` is the session that lacks only a second factor; `own`
    when one of ours is asked for whatever the workplace did.
    """

    tried: tuple[str, ...] = ()
    sent: bool = False
    other: bool = False
    mail: str = ""
    met: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in that waits for its browser to come back. `id_hash` names the row; the id itself is not kept.

    `hop` is where the browser is now, `hops` how often it was sent away.
    """

    id_hash: bytes
    secret_hash: bytes
    asked: Asked
    reference: str
    began_at: datetime
    ends_at: datetime
    way: Way = Way()
    hop: Hop | None = None
    hops: int = 0


class Attempts(Protocol):
    """Sign-ins under way (design.md section 2: in the database, never in the process or a cookie)."""

    def add(self, attempt: Attempt) -> None:
        """Keep a new one."""
        ...

    def find(self, id_hash: bytes, secret_hash: bytes, now: datetime) -> Attempt | None:
        """Return the open attempt of this id and this browser; None when there is none, it is over or used."""
        ...

    def use(self, id_hash: bytes, now: datetime) -> bool:
        """Mark it used; False when somebody was first. Exactly one caller gets True."""
        ...

    def platform_of(self, id_hash: bytes) -> str | None:
        """Return where an attempt was going, also one that is over; None when there is none of this id."""
        ...

    def depart(self, id_hash: bytes, hop: Hop, way: Way, most: int, ends_at: datetime, now: datetime) -> bool:
        """Note where the browser goes, by which way, and count it; False when it is over or has made `most` hops."""
        ...

    def land(self, id_hash: bytes, hop_id: str, now: datetime) -> bool:
        """Close this hop; False when it is not the one the browser is on. Exactly one caller gets True."""
        ...

    def remember(self, id_hash: bytes, way: Way) -> None:
        """Keep how far it has come."""
        ...
