"""The messages we send to an identity provider: AuthnRequest, LogoutRequest, LogoutResponse (SAML core 3.4, 3.7)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from lxml import etree

from sso_bridge.login.authenticate.contract import Wish
from sso_bridge.login.authenticate.saml_sp.settings import NAME_ID, SamlWorkplaceSettings, ServiceProvider
from sso_bridge.login.saml.moments import written
from sso_bridge.login.saml.names import (
    ENTITY,
    PERSISTENT,
    POST,
    RESPONDER,
    SAML,
    SAMLP,
    STATUS,
    SUCCESS,
    UNSPECIFIED,
    saml,
    samlp,
)
from sso_bridge.login.saml.xml import Element, sendable

PARTIAL: Final = STATUS + "PartialLogout"
MOST_CLASSES: Final = 16


def new_id() -> str:
    """Return a random name of 128 bits that is a legal xs:ID (SAML core 1.3.4)."""
    return "_" + secrets.token_hex(16)


def authn_request(
    us: ServiceProvider, settings: SamlWorkplaceSettings, wish: Wish, location: str, now: datetime
) -> Element:
    """Return the request for a sign-in; what the platform demands is passed on as it is.

    SAML has no `max_age`: where pages may be shown, a new sign-in is asked for. It has no wishes about classes either:
    an identity provider that cannot meet one refuses the person.
    """
    root = _message("AuthnRequest", us, location, now)
    root.set("AssertionConsumerServiceURL", us.acs)
    root.set("ProtocolBinding", POST)
    if wish.force or (wish.max_age is not None and not wish.silent):
        root.set("ForceAuthn", "true")
    if wish.silent:
        root.set("IsPassive", "true")
    if settings.subject == NAME_ID and settings.name_id_format == "persistent":
        etree.SubElement(root, samlp("NameIDPolicy"), {"Format": PERSISTENT, "AllowCreate": "true"})
    classes = [one for one in wish.acr_values if ":" in one and sendable(one)][:MOST_CLASSES]
    if classes:
        wanted = etree.SubElement(root, samlp("RequestedAuthnContext"), {"Comparison": "exact"})
        for one in classes:
            etree.SubElement(wanted, saml("AuthnContextClassRef")).text = one
    return root


def logout_request(us: ServiceProvider, location: str, name: Mapping[str, str], index: str, now: datetime) -> Element:
    """Return the order to end the sign-in of this name, and of this session when it has one."""
    root = _message("LogoutRequest", us, location, now)
    attributes = {"Format": name.get("format", UNSPECIFIED)}
    for key, attribute in (("qualifier", "NameQualifier"), ("sp_qualifier", "SPNameQualifier")):
        if name.get(key):
            attributes[attribute] = name[key]
    etree.SubElement(root, saml("NameID"), attributes).text = name["name"]
    if index:
        etree.SubElement(root, samlp("SessionIndex")).text = index
    return root


def logout_response(us: ServiceProvider, location: str, answers: str, now: datetime, *, ended: bool) -> Element:
    """Return what came of their order: all of it ended, or only a part (core 3.7.3.2)."""
    root = _message("LogoutResponse", us, location, now)
    root.set("InResponseTo", answers)
    status = etree.SubElement(root, samlp("Status"))
    code = etree.SubElement(status, samlp("StatusCode"), {"Value": SUCCESS if ended else RESPONDER})
    if not ended:
        etree.SubElement(code, samlp("StatusCode"), {"Value": PARTIAL})
    return root


def _message(tag: str, us: ServiceProvider, location: str, now: datetime) -> Element:
    head = {"ID": new_id(), "Version": "2.0", "IssueInstant": written(now), "Destination": location}
    root = etree.Element(samlp(tag), head, {"samlp": SAMLP, "saml": SAML})
    etree.SubElement(root, saml("Issuer"), {"Format": ENTITY}).text = us.entity_id
    return root
