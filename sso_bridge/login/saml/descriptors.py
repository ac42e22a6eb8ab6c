"""What the descriptions of identity providers and service providers have in common (SAML metadata 2.4.1).

Importing never weakens a check: a key without `use` counts for every use (MD-02), a weak one is refused (MD-04).
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.names import ds, md
from sso_bridge.login.saml.signature import PublicKey, decoded
from sso_bridge.login.saml.xml import Element, text_of

SMALLEST_RSA: Final = 2048
SMALLEST_EC: Final = 256
LONGEST_ENTITY_ID: Final = 1024
WARN_BEFORE: Final = timedelta(days=30)
ADDRESS: Final = re.compile(r"\Ahttps?://[^\x00-\x20\x7f\\\"<>@#]+\Z")


@dataclass(frozen=True, slots=True)
class DescribedKey:
    """A key with its certificate (base64 of DER), whose end is a matter for warnings, never for refusals (MD-04)."""

    key: PublicKey = field(compare=False)
    ends: datetime
    certificate: str = field(repr=False)


def keys(role: Element, use: str) -> tuple[DescribedKey, ...]:
    """Return the keys for one use; raise BadRequest for one that cannot be read or is too short."""
    return tuple(
        described(decoded(text_of(certificate), "certificate"))
        for descriptor in role.findall(md("KeyDescriptor"))
        if descriptor.get("use") in {None, use}
        for certificate in descriptor.iterfind(f"{ds('KeyInfo')}/{ds('X509Data')}/{ds('X509Certificate')}")
    )


def described(der: bytes) -> DescribedKey:
    """Return the key of a certificate; unknown kinds and short keys are refused."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadRequest("a certificate in the metadata cannot be read") from error
    strong = (isinstance(key, rsa.RSAPublicKey) and key.key_size >= SMALLEST_RSA) or (
        isinstance(key, ec.EllipticCurvePublicKey) and key.curve.key_size >= SMALLEST_EC
    )
    if not strong or not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        raise BadRequest(f"a key in the metadata is too short: RSA needs {SMALLEST_RSA} bits, EC {SMALLEST_EC}")
    text = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return DescribedKey(key, certificate.not_valid_after_utc, text)


def ending(found: tuple[DescribedKey, ...], now: datetime) -> tuple[str, ...]:
    """Return a sentence for each certificate that has ended, or will within thirty days."""
    ends = sorted({one.ends for one in found if one.ends - now <= WARN_BEFORE})
    return tuple(f"a certificate {'ended' if one <= now else 'ends'} on {one:%Y-%m-%d}" for one in ends)


def flag(text: str | None) -> bool:
    """Return an xs:boolean; absent is false."""
    if text not in {None, "true", "1", "false", "0"}:
        raise BadRequest("the metadata has a flag that is neither true nor false")
    return text in {"true", "1"}


def entity_id(entity: Element) -> str:
    """Return the name of an EntityDescriptor; raise BadRequest when it cannot be used."""
    found = entity.get("entityID", "")
    if not found or len(found) > LONGEST_ENTITY_ID:
        raise BadRequest("the metadata has no usable entityID")
    return found
