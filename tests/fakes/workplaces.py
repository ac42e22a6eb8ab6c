"""The bridge around a workplace."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import rsa

from sso_bridge.login.authenticate.around import Around
from sso_bridge.outgoing import open_session
from tests.fakes.clock import FakeClock
from tests.fakes.login import Brakes
from tests.fakes.peers import Needles, Shelved

SITE = "https://bridge.test"
SECRET = "the secret of the bridge at its workplace"


@dataclass
class SeenBefore:
    """Remembers messages for ever."""

    seen: set[tuple[str, str]] = field(default_factory=set)

    def first(self, workplace: str, message: str, until: datetime, *more: str) -> bool:
        said = {(workplace, one) for one in (message, *more)}
        known = bool(said & self.seen)
        self.seen |= said
        return not known


@dataclass
class OwnKey:
    """A key of ours."""

    kid: str = "ours-1"
    algorithm: str = "RS256"
    private_key: rsa.RSAPrivateKey | None = None


class OwnKeys:
    """One key, made when it is first asked for."""

    def __init__(self) -> None:
        self._key = OwnKey()

    def published(self, purpose: str) -> tuple[OwnKey, ...]:
        return (self.signing(purpose),)

    def signing(self, _purpose: str) -> OwnKey:
        if self._key.private_key is None:
            self._key.private_key = rsa.generate_private_key(65537, 2048)
        return self._key


def around(**given: object) -> Around:
    """Return a bridge whose calls may go to this machine."""
    parts = {
        "secret": lambda _reference: SECRET,
        "brake": Brakes(),
        "clock": FakeClock(),
        "outgoing": open_session(["127.0.0.0/8"]),
        "public_url": SITE,
        "keys": OwnKeys(),
        "once": SeenBefore(),
        "shelf": Shelved(),
        "gauges": Needles(),
        "saml_keys": OwnKeys(),
    }
    return Around(**{one.name: (parts | given).get(one.name) for one in fields(Around)})
