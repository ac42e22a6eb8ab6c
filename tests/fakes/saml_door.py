"""A SAML workplace of the bridge, opened around one or more little identity providers."""

from __future__ import annotations

import resource
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest
import requests
from cryptography.hazmat.primitives.serialization import Encoding

from sso_bridge.errors import BridgeError, WorkplaceDown
from sso_bridge.login.authenticate.contract import Returned
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings, service_provider
from sso_bridge.login.authenticate.saml_sp.trust import Trust
from sso_bridge.login.authenticate.saml_sp.workplace import Needs, SamlWorkplace
from sso_bridge.outgoing import open_session
from tests.fakes.clock import FakeClock
from tests.fakes.peers import Needles, Shelved
from tests.fakes.saml_platform import certificate, rsa_key
from tests.fakes.saml_workplace import Idp
from tests.fakes.workplaces import SITE, SeenBefore

METADATA = "https://idp.test/metadata"
NOTE: Mapping[str, str] = {"request": "_request"}


class OurKeys:
    """One key that signs, and two that open: the one in use and an old one."""

    def __init__(self) -> None:
        self.names = {"workplace-saml": ["signing"], "workplace-decryption": ["opening", "opening-before"]}

    def signing(self, purpose):
        """Return the key in use."""
        return self._key(self.names[purpose][0])

    def published(self, purpose):
        """Return all."""
        return tuple(self._key(name) for name in self.names[purpose])

    @staticmethod
    def _key(name):
        key = rsa_key(name)
        pem = certificate(key).public_bytes(Encoding.PEM).decode()
        return SimpleNamespace(kid=name, private_key=key, certificate=pem)


@dataclass
class Door:
    """`documents` are what the network gives for an address; an exception is raised."""

    idp: Idp = field(default_factory=Idp)
    clock: FakeClock = field(default_factory=FakeClock)
    settings: Mapping[str, object] = field(default_factory=dict)
    name: str = "adfs"
    directories: Mapping[str, object] = field(default_factory=dict)
    once: SeenBefore = field(default_factory=SeenBefore)
    shelf: Shelved = field(default_factory=Shelved)
    gauges: Needles = field(default_factory=Needles)
    outgoing: requests.Session = field(default_factory=open_session)

    def __post_init__(self) -> None:
        self.asked: list[str] = []
        self.documents: dict[str, object] = {METADATA: self.idp.metadata()}
        source = {} if "metadata_file" in self.settings else {"metadata_url": METADATA}
        made = SamlWorkplaceSettings(self.name, **{**source, **self.settings})
        self.keys = OurKeys()
        self.trust = Trust(made, self.shelf, self.fetch, self.clock, self.gauges, wait=lambda _seconds: None)
        needs = Needs(self.keys, self.once, self.gauges, self._directory, self.clock, self.outgoing)
        self.workplace = SamlWorkplace(made, service_provider(SITE, self.name), self.trust, needs)

    def fetch(self, url: str) -> bytes:
        """Give the document behind an address."""
        self.asked.append(url)
        found = self.documents.get(url, WorkplaceDown("nobody there"))
        if isinstance(found, Exception):
            raise found
        return found

    def finish(self, returned: Returned, note: Mapping[str, str] | None = NOTE):
        """Come back with an answer."""
        return self.workplace.finish(returned, note)

    def minutes(self, number: float) -> None:
        """Let time pass."""
        self.clock.now += timedelta(minutes=number)

    def _directory(self, name: str):
        if name not in self.directories:
            raise WorkplaceDown(f"there is no workplace {name} that knows accounts")
        return self.directories[name]


def refusal(door: Door, returned: Returned, note: Mapping[str, str] | None = NOTE) -> str:
    """Give the reason of a refusal, which must be one of a sign-in, within a second, and must leave nothing behind."""
    began, taken = time.process_time(), set(door.once.seen)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(BridgeError) as caught:
        door.finish(returned, note)

    assert time.process_time() - began < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 64 * 1024
    assert caught.value.status in {401, 403}
    assert door.once.seen == taken or "replay" in str(caught.value.cause) or "taken before" in str(caught.value.cause)
    return getattr(caught.value, "reason", caught.value.code)
