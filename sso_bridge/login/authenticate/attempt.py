"""One sign-in under way: an id in the address, bound to the secret of the browser that began it.

Both are random, and only their hashes are kept: an id that leaks by a link, a log or a screen is useless elsewhere.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256

from sso_bridge.clock import Clock
from sso_bridge.errors import AttemptOver
from sso_bridge.login.asked import Asked
from sso_bridge.login.browser import Browser
from sso_bridge.login.ports import Attempt, Attempts

LIFETIME = timedelta(minutes=10)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


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
class Opened:
    """A new attempt: its id for the address, and the secret its browser must hold."""

    id: str = field(repr=False)
    secret: str = field(repr=False)


class AttemptDesk:
    """Opens attempts and finds them again for their own browser."""

    def __init__(self, attempts: Attempts, clock: Clock) -> None:
        self.attempts = attempts
        self.clock = clock

    def open(self, asked: Asked, browser: Browser, reference: str) -> Opened:
        """Keep what was asked. A browser that holds a secret keeps it, so that any number of tabs work."""
        now = self.clock()
        opened = Opened(new_token(), browser.secret if is_token(browser.secret) else new_token())
        waiting = Attempt(
            id_hash=token_hash(opened.id),
            secret_hash=token_hash(opened.secret),
            asked=replace(asked, details=dict(asked.details)),
            reference=reference,
            began_at=now,
            ends_at=now + LIFETIME,
        )
        self.attempts.add(waiting)
        return opened

    def find(self, attempt: str, browser: Browser) -> Attempt:
        """Return the open attempt of this browser; AttemptOver when unknown, used, too old or another browser's."""
        if not is_token(attempt) or not is_token(browser.secret):
            raise AttemptOver("no attempt id, or no flow cookie")
        found = self.attempts.find(token_hash(attempt), token_hash(browser.secret), self.clock())
        if found is None:
            raise AttemptOver("the attempt is unknown, used, too old or another browser's")
        return found

    def use(self, attempt: Attempt) -> None:
        """Use it up; AttemptOver for whoever comes second."""
        if not self.attempts.use(attempt.id_hash, self.clock()):
            raise AttemptOver("the attempt was used at the same moment")
