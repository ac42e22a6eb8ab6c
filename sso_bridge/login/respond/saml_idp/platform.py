"""A platform as its own metadata describes it (SAML metadata 2.4.4); importing it never weakens a check (MD-02)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.descriptors import ADDRESS, DescribedKey, ending, entity_id, flag, keys
from sso_bridge.login.saml.moments import read
from sso_bridge.login.saml.names import POST, SAMLP, md
from sso_bridge.login.saml.signature import PublicKey
from sso_bridge.login.saml.xml import Element, parse_metadata, text_of

INDEX: Final = re.compile(r"\A[0-9]{1,5}\Z")


@dataclass(frozen=True, slots=True)
class Consumer:
    """An AssertionConsumerService: one of the only addresses an answer may go to."""

    location: str
    binding: str
    index: int
    default: bool | None = None


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """A registered platform. `signing` and `encryption` are its keys for each use; a key without `use` is in both."""

    entity_id: str
    consumers: tuple[Consumer, ...]
    signing: tuple[DescribedKey, ...] = ()
    encryption: tuple[DescribedKey, ...] = ()
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
        said = list(ending((*self.signing, *self.encryption), now))
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
    if SAMLP not in role.get("protocolSupportEnumeration", "").split():
        raise BadRequest("the service provider does not speak SAML 2.0")
    ends = entity.get("validUntil") or role.get("validUntil")
    provider = ServiceProvider(
        entity_id=entity_id(entity),
        consumers=tuple(_consumer(node) for node in role.findall(md("AssertionConsumerService"))),
        signing=keys(role, "signing"),
        encryption=keys(role, "encryption"),
        requests_signed=flag(role.get("AuthnRequestsSigned")),
        assertions_signed=flag(role.get("WantAssertionsSigned")),
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
    return Consumer(location, node.get("Binding", ""), int(index), None if default is None else flag(default))
