"""Us as a SAML identity provider, on made-up platforms and a throw-away key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from sso_bridge.login.asked import Asked, PostForm, Released, SignedIn, Subject
from sso_bridge.login.respond.saml_idp.registry import Platforms
from sso_bridge.login.respond.saml_idp.responder import SamlIdentityProvider
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider, SamlSettings
from sso_bridge.login.saml.bindings import by_post, by_redirect
from sso_bridge.login.saml.signature import decoded
from tests.fakes.clock import START, FakeClock
from tests.fakes.saml_platform import SamlPlatform, certificate, form, rsa_key

US = IdentityProvider("https://bridge.test", "Corp")
PPT = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
ADA = SignedIn(
    session_id="s-1",
    person_id=7,
    person_uuid="0b6f7c1e-3a51-4b1e-9a55-0a7d3c2f8a11",
    subject=Subject("ad", "ada"),
    authenticated_at=START - timedelta(hours=1),
    method=("pwd",),
    assurance=PPT,
    ends_at=START + timedelta(hours=8),
)
RELEASED = Released(
    subject="pseudonym-of-ada",
    claims={"email": "ada@corp.test", "preferred_username": "ada", "name": "Ada Lovelace", "groups": ("all", "sales")},
)


@dataclass(frozen=True)
class Key:
    """A key as the ring gives it."""

    kid: str

    @property
    def private_key(self):
        """Give the RSA key of that name."""
        return rsa_key(self.kid)

    @property
    def certificate(self) -> str:
        """Give its certificate."""
        return certificate(self.private_key).public_bytes(Encoding.PEM).decode()


class Ring:
    """Keys by name; the first one signs."""

    def __init__(self, *kids: str) -> None:
        self.keys = tuple(Key(kid) for kid in kids)

    def signing(self, purpose) -> Key:
        """Give the first."""
        return self.keys[0]

    def published(self, purpose) -> tuple[Key, ...]:
        """Give all."""
        return self.keys


class SamlBridge:
    """The identity provider and shortcuts to its three verbs; `settings` may be replaced at any time."""

    def __init__(self, room: Path, platforms: Mapping[str, SamlPlatform] | None = None) -> None:
        self.clock = FakeClock()
        self.room = room
        self.ring = Ring("ours")
        self.revision = 0
        self.settings: dict[str, SamlSettings] = {}
        for name, platform in (platforms or {"wiki": SamlPlatform()}).items():
            self.register(name, platform.metadata())
        registry = Platforms(lambda: (self.revision, self.settings), self.clock)
        self.idp = SamlIdentityProvider(US, registry, self.ring, self.clock)

    def register(self, name: str, metadata: bytes, **decided) -> None:
        """Add or replace a platform."""
        file = self.room / f"{name}.xml"
        file.write_bytes(metadata)
        self.settings[name] = SamlSettings(file, **decided)
        self.revision += 1

    def decide(self, name: str, **decided) -> None:
        """Change what the administrator decided about a platform."""
        self.settings[name] = replace(self.settings[name], **decided)
        self.revision += 1

    def redirect(self, query: bytes) -> Asked:
        """Read a query string."""
        return self.idp.read(by_redirect(query))

    def post(self, message: bytes, **more: str) -> Asked:
        """Read a posted message."""
        return self.idp.read(by_post(form(message, **more)))

    def asked(self, platform: SamlPlatform | None = None, inner: str = "", **attributes) -> Asked:
        """Read an ordinary unsigned request."""
        platform = platform or SamlPlatform()
        return self.redirect(platform.query(platform.request(inner, **attributes)))

    def answer(self, asked: Asked | None = None, who: SignedIn = ADA, released: Released = RELEASED) -> PostForm:
        """Answer, by default an ordinary request."""
        return self.idp.answer(asked or self.asked(), who, released)


def message_of(posted: PostForm) -> bytes:
    """Give the XML of an answer."""
    return decoded(posted.fields["SAMLResponse"], "SAMLResponse")


def find(posted: PostForm | bytes, path: str):
    """Give the first element at a path with the prefixes `p` and `a`, or None."""
    root = etree.fromstring(posted if isinstance(posted, bytes) else message_of(posted))
    names = {"p": "urn:oasis:names:tc:SAML:2.0:protocol", "a": "urn:oasis:names:tc:SAML:2.0:assertion"}
    return root.find(path, {**names, "ds": "http://www.w3.org/2000/09/xmldsig#"})
