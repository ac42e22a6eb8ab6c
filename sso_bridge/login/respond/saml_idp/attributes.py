"""Claims as SAML attributes: which name each one gets on the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from mappings.desired import Value
from sso_bridge.login.respond.saml_idp.refusals import ValueNotSendable
from sso_bridge.login.respond.saml_idp.settings import SamlSettings
from sso_bridge.login.saml.names import FORMAT_BASIC, FORMAT_URI
from sso_bridge.login.saml.xml import sendable

LONGEST: Final = 4096
MOST: Final = 1000

NAMES: Final[Mapping[str, tuple[str, str]]] = {
    "preferred_username": ("uid", "urn:oid:0.9.2342.19200300.100.1.1"),
    "email": ("mail", "urn:oid:0.9.2342.19200300.100.1.3"),
    "name": ("displayName", "urn:oid:2.16.840.1.113730.3.1.241"),
    "given_name": ("givenName", "urn:oid:2.5.4.42"),
    "family_name": ("sn", "urn:oid:2.5.4.4"),
    "title": ("title", "urn:oid:2.5.4.12"),
    "department": ("ou", "urn:oid:2.5.4.11"),
    "employee_number": ("employeeNumber", "urn:oid:2.16.840.1.113730.3.1.3"),
    "phone_number": ("telephoneNumber", "urn:oid:2.5.4.20"),
    "locale": ("preferredLanguage", "urn:oid:2.16.840.1.113730.3.1.39"),
    "groups": ("groups", "urn:oid:1.3.6.1.4.1.5923.1.5.1.1"),
}
"""Claim -> short name and registered number. Any other claim travels under its own name."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute as it is written."""

    name: str
    format: str
    friendly: str
    values: tuple[str, ...]


def attributes_for(claims: Mapping[str, Value], settings: SamlSettings) -> Iterator[Attribute]:
    """Yield the attributes in a stable order, without empty ones; raise ValueNotSendable rather than change a value."""
    for claim in sorted(claims):
        values = tuple(text for text in _texts(claims[claim]) if text)
        if not values:
            continue
        if len(values) > MOST or any(len(text) > LONGEST or not sendable(text) for text in values):
            raise ValueNotSendable(f"the claim {claim!r} has control characters, or is too long")
        short, number = NAMES.get(claim, (claim, claim))
        name = settings.attribute_names.get(claim) or (number if settings.attribute_style == "oid" else short)
        yield Attribute(name, FORMAT_URI if ":" in name else FORMAT_BASIC, short, values)


def _texts(value: Value) -> tuple[str, ...]:
    """Return a claim as texts; flags as xs:boolean writes them."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, bool):
        return ("true" if value else "false",)
    return (str(value),)
