"""An assertion only the platform can read: EncryptedAssertion (SAML core 2.3.4) with AES-256-GCM and RSA-OAEP."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from sso_bridge.login.saml.names import DS, XENC, ds, saml
from sso_bridge.login.saml.signature import PublicKey
from sso_bridge.login.saml.xml import Element

AES256_GCM: Final = "http://www.w3.org/2009/xmlenc11#aes256-gcm"
OAEP: Final = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
ELEMENT: Final = "http://www.w3.org/2001/04/xmlenc#Element"
NONCE: Final = 12


def encrypted(assertion: Element, key: PublicKey) -> Element:
    """Return the EncryptedAssertion for this key; raise TypeError for a key that cannot encrypt.

    OAEP uses SHA-1 as its mask because that is what every platform can undo; its safety does not rest on collisions.
    """
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("assertions are encrypted for RSA keys")
    secret, nonce = AESGCM.generate_key(256), secrets.token_bytes(NONCE)
    plain = etree.tostring(assertion, encoding="utf-8", with_tail=False, xml_declaration=False)
    sealed = nonce + AESGCM(secret).encrypt(nonce, plain, None)
    mask = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303 - see above
    wrapper = etree.Element(saml("EncryptedAssertion"))
    data = etree.SubElement(wrapper, _xenc("EncryptedData"), {"Type": ELEMENT}, {"xenc": XENC, "ds": DS})
    etree.SubElement(data, _xenc("EncryptionMethod"), {"Algorithm": AES256_GCM})
    info = etree.SubElement(data, ds("KeyInfo"))
    wrapped = etree.SubElement(info, _xenc("EncryptedKey"))
    method = etree.SubElement(wrapped, _xenc("EncryptionMethod"), {"Algorithm": OAEP})
    etree.SubElement(method, ds("DigestMethod"), {"Algorithm": SHA1})
    _add_cipher(wrapped, key.encrypt(secret, mask))
    _add_cipher(data, sealed)
    return wrapper


def encryption_key(keys: tuple[PublicKey, ...]) -> PublicKey | None:
    """Return the first key that can encrypt, or None."""
    return next((key for key in keys if isinstance(key, rsa.RSAPublicKey)), None)


def _xenc(tag: str) -> str:
    return f"{{{XENC}}}{tag}"


def _add_cipher(node: Element, value: bytes) -> None:
    data = etree.SubElement(node, _xenc("CipherData"))
    etree.SubElement(data, _xenc("CipherValue")).text = base64.b64encode(value).decode()
