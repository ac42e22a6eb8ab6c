"""The keys of a provider, live: an unknown key is looked for once, by one thread, not as often as a stranger likes.

A key that left the document still verifies what was signed before it left, for as long as such a token may live. A
document that cannot be had, or has no usable key, changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import requests

from sso_bridge.clock import Clock
from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.oidc_rp.jose import PublicKey, fitting, read_keys
from sso_bridge.login.authenticate.oidc_rp.kept import Kept
from sso_bridge.login.authenticate.oidc_rp.wire import get_json

FRESH = timedelta(minutes=10)
KEPT_AFTER = timedelta(minutes=15)
"""An ID token is believed for ten minutes after it was issued; a little more for clocks that differ."""
LOOKS = 3


@dataclass(slots=True)
class Patience:
    """A bucket of looks at the document, so that nobody can make us ask the provider without end."""

    clock: Clock
    burst: float
    seconds_each: float
    _left: float = -1.0
    _at: datetime | None = None

    def __call__(self) -> bool:
        """Return whether one more look is allowed, and count it."""
        now = self.clock()
        passed = (now - self._at).total_seconds() if self._at is not None else 0.0
        self._left = self.burst if self._at is None else min(self.burst, self._left + passed / self.seconds_each)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key and, once it has left the document, since when."""

    key: PublicKey
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeySet:
    """One reading of the document, with what is kept of the ones before."""

    known: tuple[KnownKey, ...]

    def named(self, kid: str, algorithm: str) -> list[KnownKey]:
        """Return the keys a token may mean that names this key; without a name, the only one of its kind."""
        usable = [one for one in self.known if fitting(one.key, algorithm)]
        if kid:
            return [one for one in usable if one.key.kid == kid]
        current = [one for one in usable if one.gone_at is None]
        return current if len(current) == 1 else []


class ProviderKeys:
    """The keys behind `jwks_uri`, which may change with the discovery document."""

    def __init__(self, session: requests.Session, address: Callable[[], str], clock: Clock) -> None:
        self._session = session
        self._address = address
        self._clock = clock
        self._kept: Kept[KeySet] = Kept("jwks", self._read, clock, FRESH)
        # Who signs in was sent by us and came back through the provider; a logout token anybody can post.
        self._ours = Patience(clock, 10, 1)
        self._strangers = Patience(clock, 3, 20)

    def candidates(self, kid: str, algorithm: str, *, stranger: bool = False) -> list[KnownKey]:
        """Return the keys that may have signed, looking again for one that is not known; empty when there is none."""
        keys = self._kept.now()
        patience = self._strangers if stranger else self._ours
        for _ in range(LOOKS):
            if found := keys.named(kid, algorithm):
                return found
            newer = self._kept.after(keys, patience)
            if newer is keys:
                break
            keys = newer
        return keys.named(kid, algorithm)

    def changed(self, kid: str, algorithm: str, tried: Iterable[KnownKey], *, stranger: bool = False) -> list[KnownKey]:
        """Return keys of that name not tried yet: some providers give a new key the old one's name."""
        before = [one.key for one in tried]
        keys = self._kept.after(self._kept.now(), self._strangers if stranger else self._ours)
        return [one for one in keys.named(kid, algorithm) if one.key not in before]

    def _read(self, before: KeySet | None) -> KeySet:
        document: Mapping[str, Any] = get_json(self._session, self._address(), "key document")
        current = read_keys(document)
        if not current:
            raise WorkplaceDown("the key document of the provider has no key that we can use")
        now = self._clock()
        kept = [
            one if one.gone_at is not None else replace(one, gone_at=now)
            for one in (before.known if before else ())
            if one.key not in current and (one.gone_at is None or now - one.gone_at < KEPT_AFTER)
        ]
        return KeySet((*(KnownKey(key) for key in current), *kept))
