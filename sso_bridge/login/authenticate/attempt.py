"""One sign-in under way: an id in the address, bound to the secret of the browser that began it.

Both are random, and only their hashes are kept: an id that leaks by a link, a log or a screen is useless elsewhere.
While the browser is at a workplace, a handle goes with it: the attempt's id and the hop's. A hop answers once, for the
workplace and the purpose it was made for; a newer one closes an older one.
"""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any

from sso_bridge.clock import Clock
from sso_bridge.errors import AttemptOver, TooManyHops
from sso_bridge.login.asked import Asked
from sso_bridge.login.browser import Browser
from sso_bridge.login.waiting import Attempt, Attempts, Hop, HopLabel

LIFETIME = timedelta(minutes=10)
MOST_HOPS = 6
"""How often one sign-in may send its browser to workplaces; whatever goes in circles ends here."""
OVER = "the attempt is unknown, used, too old or another browser's"
NO_COOKIE = "the browser brought no flow cookie: it keeps no cookies of this site, lost them, or is another browser"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_HANDLE = re.compile(r"([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{16})")


def new_token() -> str:
    """Return 256 random bits as a text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """Return what is kept of a token."""
    return sha256(token.encode("utf-8", "replace")).digest()


def is_token(text: str) -> bool:
    """Return whether the text has the form of a token of ours."""
    return _TOKEN.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Handle:
    """What goes along to a workplace and comes back: which attempt, which hop."""

    attempt: str = field(repr=False)
    hop: str

    def __str__(self) -> str:
        return f"{self.attempt}.{self.hop}"


def new_handle(attempt: str) -> Handle:
    """Return a handle for the next hop of an attempt."""
    return Handle(attempt, secrets.token_urlsafe(12))


def handle_from(text: str) -> Handle | None:
    """Return the handle a workplace gave back; None when it is none of ours."""
    parts = _HANDLE.fullmatch(text)
    return Handle(parts[1], parts[2]) if parts else None


@dataclass(frozen=True, slots=True)
class Opened:
    """A new attempt: its id for the address, the secret its browser must hold, and what is kept."""

    id: str = field(repr=False)
    secret: str = field(repr=False)
    attempt: Attempt


class AttemptDesk:
    """Opens attempts and finds them again for their own browser."""

    def __init__(self, attempts: Attempts, clock: Clock) -> None:
        self.attempts = attempts
        self.clock = clock

    def open(self, asked: Asked, browser: Browser, reference: str) -> Opened:
        """Keep what was asked. A browser that holds a secret keeps it, so that any number of tabs work."""
        now = self.clock()
        id_, secret = new_token(), browser.secret if is_token(browser.secret) else new_token()
        waiting = Attempt(
            id_hash=token_hash(id_),
            secret_hash=token_hash(secret),
            asked=replace(asked, details=dict(asked.details)),
            reference=reference,
            began_at=now,
            ends_at=now + LIFETIME,
        )
        self.attempts.add(waiting)
        return Opened(id_, secret, waiting)

    def find(self, attempt: str, browser: Browser) -> Attempt:
        """Return the open attempt of this browser; AttemptOver when unknown, used, too old or another browser's."""
        if not is_token(attempt):
            raise AttemptOver("no attempt id")
        found = None
        if is_token(browser.secret):
            found = self.attempts.find(token_hash(attempt), token_hash(browser.secret), self.clock())
        if found is None:
            over = AttemptOver(OVER if is_token(browser.secret) else NO_COOKIE)
            over.platform = self.platform_of(attempt)
            raise over
        return found

    def platform_of(self, attempt: str) -> str:
        """Return where an attempt was going, also one that is over or another browser's; empty when unknown."""
        return (self.attempts.platform_of(token_hash(attempt)) or "") if is_token(attempt) else ""

    def use(self, attempt: Attempt) -> None:
        """Use it up; AttemptOver for whoever comes second."""
        if not self.attempts.use(attempt.id_hash, self.clock()):
            raise AttemptOver("the attempt was used at the same moment")

    def depart(self, attempt: Attempt, hop: Hop, **said: Any) -> None:
        """Note that the browser leaves; it has ten minutes to come back. TooManyHops, also for an attempt that is over.

        The hop before is closed by it: what still comes from there is refused. `said` is kept as by `remember`.
        """
        now, way = self.clock(), replace(attempt.way, **said)
        if not self.attempts.depart(attempt.id_hash, hop, way, MOST_HOPS, now + LIFETIME, now):
            raise TooManyHops(f"the browser was sent to workplaces {attempt.hops} times")

    def land(self, attempt: Attempt, handle: Handle, workplace: str, labels: frozenset[HopLabel]) -> Hop:
        """Close the hop and return it; AttemptOver for a second answer, and for another workplace's or purpose's."""
        hop = attempt.hop
        if hop is None or not hmac.compare_digest(hop.id, handle.hop):
            raise AttemptOver("the workplace's answer came twice, or belongs to a step that was left")
        if hop.workplace != workplace or hop.label not in labels:
            raise AttemptOver(f"the browser was sent to {hop.workplace} ({hop.label}), and {workplace} answered")
        if not self.attempts.land(attempt.id_hash, hop.id, self.clock()):
            raise AttemptOver("the workplace's answer came twice at the same moment")
        return hop

    def remember(self, attempt: Attempt, **said: Any) -> Attempt:
        """Keep how far the attempt has come (fields of `Way`), and return it."""
        way = replace(attempt.way, **said)
        if way != attempt.way:
            self.attempts.remember(attempt.id_hash, way)
        return replace(attempt, way=way)
