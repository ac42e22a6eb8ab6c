"""Our own description for one workplace (SAML metadata 2.4.4): addresses, and every published key, signed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from sso_bridge.login.authenticate.saml_sp.messages import new_id
from sso_bridge.login.authenticate.saml_sp.ports import DECRYPTION, SIGNING, Keys
from sso_bridge.login.authenticate.saml_sp.settings import NAME_ID, SamlWorkplaceSettings, ServiceProvider
from sso_bridge.login.saml.moments import written
from sso_bridge.login.saml.names import DS, MD, PERSISTENT, POST, REDIRECT, SAMLP, XENC, ds, md
from sso_bridge.login.saml.signature import Signer, certificate_text
from sso_bridge.login.saml.xml import Element

LIFETIME: Final = timedelta(days=28)
CIPHERS: Final = (
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    f"{XENC}rsa-oaep-mgf1p",
)
"""What we can open, best first; an identity provider that reads this need not be told."""


def our_metadata(
    us: ServiceProvider, settings: SamlWorkplaceSettings, keys: Keys, signer: Signer, now: datetime
) -> bytes:
    """Return the signed EntityDescriptor. The next keys stand in it before they are used (SP-28)."""
    root = etree.Element(
        md("EntityDescriptor"),
        {"entityID": us.entity_id, "ID": new_id(), "validUntil": written(now + LIFETIME), "cacheDuration": "PT6H"},
        {"md": MD, "ds": DS},
    )
    role = etree.SubElement(
        root,
        md("SPSSODescriptor"),
        {"protocolSupportEnumeration": SAMLP, "AuthnRequestsSigned": "true", "WantAssertionsSigned": "true"},
    )
    for key in keys.published(SIGNING):
        _add_key(role, "signing", key.certificate)
    for key in keys.published(DECRYPTION):
        descriptor = _add_key(role, "encryption", key.certificate)
        for cipher in CIPHERS:
            etree.SubElement(descriptor, md("EncryptionMethod"), {"Algorithm": cipher})
    for binding in (REDIRECT, POST):
        etree.SubElement(role, md("SingleLogoutService"), {"Binding": binding, "Location": us.sls})
    if settings.subject == NAME_ID and settings.name_id_format == "persistent":
        etree.SubElement(role, md("NameIDFormat")).text = PERSISTENT
    consumer = {"Binding": POST, "Location": us.acs, "index": "0", "isDefault": "true"}
    etree.SubElement(role, md("AssertionConsumerService"), consumer)
    signer.sign(root, 0)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_key(role: Element, use: str, certificate: str) -> Element:
    descriptor = etree.SubElement(role, md("KeyDescriptor"), {"use": use})
    data = etree.SubElement(etree.SubElement(descriptor, ds("KeyInfo")), ds("X509Data"))
    etree.SubElement(data, ds("X509Certificate")).text = certificate_text(certificate)
    return descriptor
