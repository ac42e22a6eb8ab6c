"""How a message of ours leaves: by Redirect (SAML bindings 3.4) or by POST (3.5), signed either way."""

from __future__ import annotations

import base64
import zlib
from typing import Final
from urllib.parse import quote_plus

from lxml import etree

from sso_bridge.login.asked import Answer, PostForm, Redirect
from sso_bridge.login.saml.bindings import Kind
from sso_bridge.login.saml.names import POST
from sso_bridge.login.saml.signature import Signer
from sso_bridge.login.saml.xml import Element

RSA_SHA256: Final = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
AFTER_ISSUER: Final = 1
"""Where the schema wants a signature: directly behind the Issuer."""


def sent(
    message: Element, kind: Kind, location: str, binding: str, signer: Signer, relay_state: str | None = None
) -> Answer:
    """Return what carries the message there; an empty RelayState is left out (bindings 3.4.3)."""
    if binding == POST:
        signer.sign(message, AFTER_ISSUER)
        return _form(message, kind, location, relay_state)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(_text(message)) + packer.flush()
    parts = [f"{kind}={_quoted(packed)}"]
    if relay_state:
        parts.append(f"RelayState={quote_plus(relay_state)}")
    signed = "&".join([*parts, f"SigAlg={quote_plus(RSA_SHA256)}"])
    query = f"{signed}&Signature={_quoted(signer.over(signed.encode()))}"
    return Redirect(f"{location}{'&' if '?' in location else '?'}{query}")


def _form(message: Element, kind: Kind, location: str, relay_state: str | None) -> PostForm:
    fields: dict[str, str] = {kind: base64.b64encode(_text(message)).decode()}
    if relay_state:
        fields["RelayState"] = relay_state
    return PostForm(location, fields)


def _text(message: Element) -> bytes:
    return etree.tostring(message, encoding="utf-8", xml_declaration=False)


def _quoted(octets: bytes) -> str:
    return quote_plus(base64.b64encode(octets).decode())
