"""The Response (SAML core 3.3.3): what a platform gets, signed; a success with an assertion, or a status alone."""

from __future__ import annotations

import base64
from datetime import datetime

from lxml import etree

from sso_bridge.login.respond.saml_idp.assertion import Addressee, new_id
from sso_bridge.login.respond.saml_idp.encryption import encrypted, encryption_key
from sso_bridge.login.respond.saml_idp.refusals import ValueNotSendable
from sso_bridge.login.respond.saml_idp.registry import SamlPlatform
from sso_bridge.login.respond.saml_idp.settings import IdentityProvider
from sso_bridge.login.saml.moments import written
from sso_bridge.login.saml.names import SAML, SAMLP, SUCCESS, saml, samlp
from sso_bridge.login.saml.signature import Signer
from sso_bridge.login.saml.xml import Element

AFTER_ISSUER = 1
"""Where the schema wants a signature: directly behind the Issuer."""


def success(
    us: IdentityProvider, to: Addressee, platform: SamlPlatform, assertion: Element, signer: Signer, now: datetime
) -> str:
    """Return the SAMLResponse field of a successful answer: assertion signed, then encrypted, then the whole signed."""
    settings, provider = platform.settings, platform.provider
    root = _response(us, to, (SUCCESS,), "", now)
    root.append(assertion)
    if "assertion" in settings.sign or provider.assertions_signed:
        signer.sign(assertion, AFTER_ISSUER)
    if settings.encrypt == "required":
        key = encryption_key(provider.encryption_keys)
        if key is None:
            raise ValueNotSendable("encryption is required but the metadata has no RSA key for it")
        root.replace(assertion, encrypted(assertion, key))
    if "response" in settings.sign:
        signer.sign(root, AFTER_ISSUER)
    return _encoded(root)


def refusal(
    us: IdentityProvider, to: Addressee, codes: tuple[str, ...], sentence: str, signer: Signer, now: datetime
) -> str:
    """Return the SAMLResponse field of a refusal; always signed, so that nobody else can say no in our name."""
    root = _response(us, to, codes, sentence, now)
    signer.sign(root, AFTER_ISSUER)
    return _encoded(root)


def _response(us: IdentityProvider, to: Addressee, codes: tuple[str, ...], sentence: str, now: datetime) -> Element:
    """Return the frame with its status; the second code stands inside the first (core 3.2.2.2)."""
    head = {"Version": "2.0", "ID": new_id(), "IssueInstant": written(now), "Destination": to.location}
    if to.in_response_to:
        head["InResponseTo"] = to.in_response_to
    root = etree.Element(samlp("Response"), head, {"samlp": SAMLP, "saml": SAML})
    etree.SubElement(root, saml("Issuer")).text = us.entity_id
    status = etree.SubElement(root, samlp("Status"))
    inner = status
    for code in codes:
        inner = etree.SubElement(inner, samlp("StatusCode"), {"Value": code})
    if sentence:
        etree.SubElement(status, samlp("StatusMessage")).text = sentence
    return root


def _encoded(root: Element) -> str:
    return base64.b64encode(etree.tostring(root, encoding="utf-8", xml_declaration=False)).decode()
