"""Names of the standard: namespaces, bindings, formats, status codes (SAML core, bindings and profiles 2.0)."""

from __future__ import annotations

from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XENC: Final = "http://www.w3.org/2001/04/xmlenc#"

REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
DEFLATE: Final = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

FORMAT_BASIC: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
FORMAT_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
CLASSES: Final = "urn:oasis:names:tc:SAML:2.0:ac:classes:"

STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS: Final = STATUS + "Success"
REQUESTER: Final = STATUS + "Requester"
RESPONDER: Final = STATUS + "Responder"
AUTHN_FAILED: Final = STATUS + "AuthnFailed"
INVALID_NAME_ID_POLICY: Final = STATUS + "InvalidNameIDPolicy"
NO_AUTHN_CONTEXT: Final = STATUS + "NoAuthnContext"
NO_PASSIVE: Final = STATUS + "NoPassive"
REQUEST_DENIED: Final = STATUS + "RequestDenied"
UNKNOWN_PRINCIPAL: Final = STATUS + "UnknownPrincipal"


def saml(tag: str) -> str:
    """Return a tag of the assertion namespace."""
    return f"{{{SAML}}}{tag}"


def samlp(tag: str) -> str:
    """Return a tag of the protocol namespace."""
    return f"{{{SAMLP}}}{tag}"


def md(tag: str) -> str:
    """Return a tag of the metadata namespace."""
    return f"{{{MD}}}{tag}"


def ds(tag: str) -> str:
    """Return a tag of the XML signature namespace."""
    return f"{{{DS}}}{tag}"
