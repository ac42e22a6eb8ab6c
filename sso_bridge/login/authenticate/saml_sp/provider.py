"""The identity provider of a workplace, as its own metadata describes it (SAML metadata 2.4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.descriptors import ADDRESS, DescribedKey, ending, entity_id, flag, keys
from sso_bridge.login.saml.moments import read
from sso_bridge.login.saml.names import POST, REDIRECT, SAMLP, md
from sso_bridge.login.saml.xml import Element


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address and how messages travel there; answers to logout requests may want another one."""

    binding: str
    location: str
    answers: str = ""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """What we know of it. `signing` are the only keys that count for its messages (SP-01, SP-08)."""

    entity_id: str
    signing: tuple[DescribedKey, ...]
    sign_in: tuple[Endpoint, ...]
    sign_out: tuple[Endpoint, ...] = ()
    valid_until: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """Return a name of what matters in it: two documents that describe the same have the same."""
        parts = [self.entity_id, *sorted(self.key_names), *sorted(map(repr, (*self.sign_in, *self.sign_out)))]
        return sha256("\x1f".join(parts).encode()).hexdigest()[:16]

    @property
    def key_names(self) -> frozenset[str]:
        """Return a short name of each key's certificate, for comparison and for people."""
        return frozenset(sha256(key.certificate.encode()).hexdigest()[:16] for key in self.signing)

    @property
    def ends(self) -> datetime:
        """Return when the first of its certificates ends."""
        return min(key.ends for key in self.signing)

    def endpoint(self, offered: tuple[Endpoint, ...], wanted: str) -> Endpoint | None:
        """Return the address for this binding, or the first for any that we speak."""
        spoken = [one for one in offered if one.binding in {REDIRECT, POST}]
        return next((one for one in spoken if one.binding == wanted), spoken[0] if spoken else None)

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """Return what an administrator should see to soon (MD-04)."""
        return ending(self.signing, now)


def identity_provider(root: Element, wanted: str = "") -> IdentityProvider:
    """Return the one identity provider of a parsed document, or the wanted one; raise BadRequest with why not."""
    entities = [root] if root.tag == md("EntityDescriptor") else list(root.iter(md("EntityDescriptor")))
    found = [
        (entity, role)
        for entity in entities
        for role in entity.findall(md("IDPSSODescriptor"))
        if not wanted or entity.get("entityID") == wanted
    ]
    if len(found) != 1:
        raise BadRequest(f"the metadata describes {len(found)} identity providers instead of one; see entity_id")
    entity, role = found[0]
    if SAMLP not in role.get("protocolSupportEnumeration", "").split():
        raise BadRequest("the identity provider does not speak SAML 2.0")
    flag(role.get("WantAuthnRequestsSigned"))
    made = IdentityProvider(
        entity_id=entity_id(entity),
        signing=keys(role, "signing"),
        sign_in=tuple(_endpoint(node) for node in role.findall(md("SingleSignOnService"))),
        sign_out=tuple(_endpoint(node) for node in role.findall(md("SingleLogoutService"))),
        valid_until=_ends(root, entity, role),
    )
    if not made.signing:
        raise BadRequest("the metadata has no key that signs")
    if not any(one.binding in {REDIRECT, POST} for one in made.sign_in):
        raise BadRequest("the metadata has no SingleSignOnService for Redirect or POST")
    return made


def _ends(*nodes: Element) -> datetime | None:
    """Return the earliest validUntil around the description."""
    stated = [read(until) for node in nodes if (until := node.get("validUntil"))]
    return min(stated, default=None)


def _endpoint(node: Element) -> Endpoint:
    """Return one address; only http and https, nothing that could hide another host."""
    location, answers = node.get("Location", ""), node.get("ResponseLocation", "")
    if not ADDRESS.match(location) or (answers and not ADDRESS.match(answers)):
        raise BadRequest("an address of the metadata cannot be used")
    return Endpoint(node.get("Binding", ""), location, answers or location)
