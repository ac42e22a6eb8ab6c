"""Which attribute of an assertion is which fact: tables for the usual products, exceptions by the administrator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sso_bridge.login.authenticate.saml_sp.refusals import refused, refusing
from sso_bridge.login.authenticate.saml_sp.settings import Preset, SamlWorkplaceSettings
from sso_bridge.login.saml.names import saml
from sso_bridge.login.saml.xml import Element, sendable, text_of

LONGEST: Final = 4096
MOST: Final = 2000
CLAIMS: Final = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
MICROSOFT: Final = "http://schemas.microsoft.com/"
METHODS: Final = MICROSOFT + "claims/authnmethodsreferences"

TABLES: Final[Mapping[Preset, Mapping[str, str]]] = {
    "basic": {
        "employee_number": "employeeNumber",
        "email": "mail",
        "name": "displayName",
        "given_name": "givenName",
        "family_name": "sn",
        "preferred_username": "uid",
        "groups": "groups",
        "upn": "eduPersonPrincipalName",
    },
    "oid": {
        "employee_number": "urn:oid:2.16.840.1.113730.3.1.3",
        "email": "urn:oid:0.9.2342.19200300.100.1.3",
        "name": "urn:oid:2.16.840.1.113730.3.1.241",
        "given_name": "urn:oid:2.5.4.42",
        "family_name": "urn:oid:2.5.4.4",
        "preferred_username": "urn:oid:0.9.2342.19200300.100.1.1",
        "groups": "urn:oid:1.3.6.1.4.1.5923.1.5.1.1",
        "upn": "urn:oid:1.3.6.1.4.1.5923.1.1.1.6",
    },
    "entra": {
        "employee_number": "employeeid",
        "email": CLAIMS + "emailaddress",
        "name": MICROSOFT + "identity/claims/displayname",
        "given_name": CLAIMS + "givenname",
        "family_name": CLAIMS + "surname",
        "preferred_username": CLAIMS + "name",
        "groups": MICROSOFT + "ws/2008/06/identity/claims/groups",
        "upn": CLAIMS + "name",
        "methods": METHODS,
    },
    "adfs": {
        "employee_number": "employeeNumber",
        "email": CLAIMS + "emailaddress",
        "name": CLAIMS + "name",
        "given_name": CLAIMS + "givenname",
        "family_name": CLAIMS + "surname",
        "preferred_username": CLAIMS + "upn",
        "groups": "http://schemas.xmlsoap.org/claims/Group",
        "upn": CLAIMS + "upn",
        "methods": METHODS,
    },
    "okta": {
        "employee_number": "employeeNumber",
        "email": "email",
        "name": "displayName",
        "given_name": "firstName",
        "family_name": "lastName",
        "preferred_username": "login",
        "groups": "groups",
        "upn": "login",
    },
}
"""Product -> fact -> name of the attribute."""

FACTS: Final = frozenset(fact for table in TABLES.values() for fact in table)


def table_of(settings: SamlWorkplaceSettings) -> dict[str, str]:
    """Return fact -> name of the attribute, as the administrator decided."""
    table = {**TABLES[settings.attributes], **settings.attribute_names}
    if settings.link_attribute:
        table["employee_number"] = settings.link_attribute
    return table


def values(assertion: Element, names: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of these attributes, empty ones left out; others are not even looked into (SP-27).

    SignInRefused when a value that counts is not plain text (SP-11), or is far too long.
    """
    found: dict[str, list[str]] = {}
    for attribute in _attributes(assertion):
        name = attribute.get("Name", "")
        if name in names:
            found.setdefault(name, []).extend(_texts(attribute))
    if sum(len(each) for each in found.values()) > MOST:
        raise refused("attribute", "there are too many attribute values")
    return {name: tuple(each) for name, each in found.items() if each}


def _attributes(assertion: Element) -> Iterator[Element]:
    for statement in assertion.findall(saml("AttributeStatement")):
        yield from statement.findall(saml("Attribute"))


def _texts(attribute: Element) -> Iterator[str]:
    for node in attribute.findall(saml("AttributeValue")):
        with refusing("attribute"):
            text = text_of(node)
        if len(text) > LONGEST or not sendable(text):
            raise refused("attribute", "an attribute value has control characters or is too long")
        if text.strip():
            yield text
