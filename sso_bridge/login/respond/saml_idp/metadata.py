"""Our own description for platforms (SAML metadata 2.4.3): addresses, and every published key, signed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from lxml import etree

from sso_bridge.login.respond.saml_idp.assertion import new_id
from sso_bridge.login.respond.saml_idp.name_id import FORMATS
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider
from sso_bridge.login.saml.moments import written
from sso_bridge.login.saml.names import DS, MD, POST, REDIRECT, SAMLP, ds, md
from sso_bridge.login.saml.signature import Signer, SigningKey, certificate_text
from sso_bridge.login.saml.xml import Element


def our_metadata(us: IdentityProvider, published: Iterable[SigningKey], signer: Signer, now: datetime) -> bytes:
    """Return the signed EntityDescriptor. The next key stands in it before it is used, for roll-over (IDP-08)."""
    root = etree.Element(
        md("EntityDescriptor"),
        {"entityID": us.entity_id, "ID": new_id(), "validUntil": written(now + us.metadata_lifetime)},
        {"md": MD, "ds": DS},
    )
    root.set("cacheDuration", "PT6H")
    role = etree.SubElement(
        root, md("IDPSSODescriptor"), {"protocolSupportEnumeration": SAMLP, "WantAuthnRequestsSigned": "false"}
    )
    for key in published:
        descriptor = etree.SubElement(role, md("KeyDescriptor"), {"use": "signing"})
        data = etree.SubElement(etree.SubElement(descriptor, ds("KeyInfo")), ds("X509Data"))
        etree.SubElement(data, ds("X509Certificate")).text = certificate_text(key.certificate)
    for name_format in FORMATS.values():
        etree.SubElement(role, md("NameIDFormat")).text = name_format
    for binding in (REDIRECT, POST):
        etree.SubElement(role, md("SingleSignOnService"), {"Binding": binding, "Location": us.sso_url})
    if us.organisation:
        _add_organisation(root, us)
    signer.sign(root, 0)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_organisation(root: Element, us: IdentityProvider) -> None:
    """Add who runs this (metadata 2.3.2.1)."""
    organisation = etree.SubElement(root, md("Organization"))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for tag, text in (
        ("OrganizationName", us.organisation),
        ("OrganizationDisplayName", us.organisation),
        ("OrganizationURL", us.public_url),
    ):
        etree.SubElement(organisation, md(tag), {language: "en"}).text = text
