"""A platform as its own metadata describes it (SAML metadata 2.4.4); importing it never weakens a check (MD-02)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.moments import read
from sso_bridge.login.saml.names import POST, SAMLP, ds, md
from sso_bridge.login.saml.signature import PublicKey, decoded
from sso_bridge.login.saml.xml import Element, parse_metadata, text_of

SMALLEST_RSA: Final = 2048
SMALLEST_EC: Final = 256
LONGEST_ENTITY_ID: Final = 1024
ADDRESS: Final = re.compile(r"\Ahttps?://[^\x00-\x20\x7f\\\"<>@#]+\Z")
INDEX: Final = re.compile(r"\A[0-9]{1,5}\Z")
WARN_BEFORE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Consumer:
    """An AssertionConsumerService: one of the only addresses an answer may go to."""

    location: str
    binding: str
    index: int
    default: bool | None = None


@dataclass(frozen=True, slots=True)
class PlatformKey:
    """A key of the platform; the end of its certificate is a matter for warnings, never for refusals (MD-04)."""

    key: PublicKey
    ends: datetime


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A registered platform. `signing` and `encryption` are its keys for each use; a key without `use` is in both."""

    entity_id: str
    consumers: tuple[Consumer, ...]
    signing: tuple[PlatformKey, ...] = ()
    encryption: tuple[PlatformKey, ...] = ()
    requests_signed: bool = False
    assertions_signed: bool = False
    name_id_formats: tuple[str, ...] = ()
    requested_attributes: tuple[str, ...] = ()
    valid_until: datetime | None = None

    @property
    def signing_keys(self) -> tuple[PublicKey, ...]:
        """Return the keys a request may be signed with."""
        return tuple(entry.key for entry in self.signing)

    @property
    def encryption_keys(self) -> tuple[PublicKey, ...]:
        """Return the keys an assertion may be encrypted for."""
        return tuple(entry.key for entry in self.encryption)

    @property
    def default_consumer(self) -> Consumer:
        """Return where answers go when the request names no address (SAML metadata 2.2.3), by POST."""
        posted = [one for one in self.consumers if one.binding == POST]
        chosen = [one for one in posted if one.default] or [one for one in posted if one.default is None] or posted
        return min(chosen, key=lambda one: one.index)

    def warnings(self, now: datetime) -> tuple[str, ...]:
        """Return what an administrator should see to: ending certificates and metadata (MD-04)."""
        said = []
        for ends in sorted({entry.ends for entry in (*self.signing, *self.encryption)}):
            if ends <= now:
                said.append(f"a certificate ended on {ends:%Y-%m-%d}")
            elif ends - now <= WARN_BEFORE:
                said.append(f"a certificate ends on {ends:%Y-%m-%d}")
        if self.valid_until is not None and self.valid_until <= now:
            said.append(f"the metadata was valid until {self.valid_until:%Y-%m-%d}")
        said += [
            f"answers to {one.location} travel without TLS" for one in self.consumers if one.location[:5] == "http:"
        ]
        return tuple(said)


def read_metadata(raw: bytes) -> ServiceProvider:
    """Return the one service provider of a metadata document; raise BadRequest with the reason it cannot be used."""
    root = parse_metadata(raw)
    entities = [root] if root.tag == md("EntityDescriptor") else list(root.iter(md("EntityDescriptor")))
    found = [(entity, role) for entity in entities for role in entity.findall(md("SPSSODescriptor"))]
    if len(found) != 1:
        raise BadRequest(f"the metadata describes {len(found)} service providers instead of one")
    entity, role = found[0]
    entity_id = entity.get("entityID", "")
    if not entity_id or len(entity_id) > LONGEST_ENTITY_ID:
        raise BadRequest("the metadata has no usable entityID")
    if SAMLP not in role.get("protocolSupportEnumeration", "").split():
        raise BadRequest("the service provider does not speak SAML 2.0")
    ends = entity.get("validUntil") or role.get("validUntil")
    provider = ServiceProvider(
        entity_id=entity_id,
        consumers=tuple(_consumer(node) for node in role.findall(md("AssertionConsumerService"))),
        signing=_keys(role, "signing"),
        encryption=_keys(role, "encryption"),
        requests_signed=_flag(role.get("AuthnRequestsSigned")),
        assertions_signed=_flag(role.get("WantAssertionsSigned")),
        name_id_formats=tuple(text_of(node).strip() for node in role.findall(md("NameIDFormat"))),
        requested_attributes=tuple(node.get("Name", "") for node in role.iter(md("RequestedAttribute"))),
        valid_until=read(ends) if ends else None,
    )
    if not any(one.binding == POST for one in provider.consumers):
        raise BadRequest("the metadata has no AssertionConsumerService for HTTP-POST")
    if provider.requests_signed and not provider.signing:
        raise BadRequest("the metadata promises signed requests but has no key to check them with")
    return provider


def _consumer(node: Element) -> Consumer:
    """Return one address; only http and https, nothing that could hide another host."""
    location = node.get("Location", "")
    if not ADDRESS.match(location):
        raise BadRequest("an AssertionConsumerService has an address that cannot be used")
    index, default = node.get("index", "0"), node.get("isDefault")
    if not INDEX.match(index):
        raise BadRequest("an AssertionConsumerService has no usable index")
    return Consumer(location, node.get("Binding", ""), int(index), None if default is None else _flag(default))


def _flag(text: str | None) -> bool:
    """Return an xs:boolean; absent is false."""
    if text not in {None, "true", "1", "false", "0"}:
        raise BadRequest("the metadata has a flag that is neither true nor false")
    return text in {"true", "1"}


def _keys(role: Element, use: str) -> tuple[PlatformKey, ...]:
    """Return the keys for one use; a KeyDescriptor without `use` counts for every use (IIP-MD11)."""
    return tuple(
        _key(text_of(certificate))
        for descriptor in role.findall(md("KeyDescriptor"))
        if descriptor.get("use") in {None, use}
        for certificate in descriptor.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    )


def _key(text: str) -> PlatformKey:
    """Return the key of a certificate; too short or unknown kinds are refused (MD-04)."""
    try:
        certificate = x509.load_der_x509_certificate(decoded(text, "certificate"))
        key = certificate.public_key()
    except ValueError as error:
        raise BadRequest("a certificate in the metadata cannot be read") from error
    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA:
        return PlatformKey(key, certificate.not_valid_after_utc)
    if isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= SMALLEST_EC:
        return PlatformKey(key, certificate.not_valid_after_utc)
    raise BadRequest(f"a key in the metadata is too short: RSA needs {SMALLEST_RSA} bits, EC {SMALLEST_EC}")
