"""The only place that calls XML signature code: checks what platforms signed, signs what we send.

Surprises of xmlsec: a context without a key looks for one in the message (SP-08), so the key is always set and KeyInfo
is removed first; parsing a private key and making a KeysManager are slow, so keys are made once and no manager is made.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import xmlsec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from lxml import etree

from sso_bridge.errors import BadRequest
from sso_bridge.login.saml.names import ds
from sso_bridge.login.saml.signature_shape import METHODS, RSA, enveloped_signature
from sso_bridge.login.saml.xml import Element

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
HASHES: dict[str, hashes.HashAlgorithm] = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}


class SigningKey(Protocol):
    """What a key of the ring must offer: its name, the RSA key itself and its certificate as PEM."""

    @property
    def kid(self) -> str:
        """Return the name of the key; another key has another name."""
        ...

    @property
    def private_key(self) -> object:
        """Return the private key."""
        ...

    @property
    def certificate(self) -> str:
        """Return the certificate as PEM."""
        ...


@dataclass(frozen=True, slots=True)
class Detached:
    """The signature of a Redirect message: the octets it covers exactly as they came, algorithm and value."""

    signed: bytes
    algorithm: str
    value: bytes


def check_detached(detached: Detached, keys: Iterable[PublicKey]) -> None:
    """Return when one of the keys made this signature (SAML bindings 3.4.4.1); raise BadRequest otherwise."""
    if detached.algorithm not in METHODS:
        raise BadRequest("a signature algorithm that is not accepted")
    digest = HASHES[detached.algorithm[-3:]]
    for key in _fitting(keys, detached.algorithm):
        try:
            if isinstance(key, rsa.RSAPublicKey):
                key.verify(detached.value, detached.signed, padding.PKCS1v15(), digest)
            else:
                key.verify(_as_der(detached.value, key), detached.signed, ec.ECDSA(digest))
        except InvalidSignature:
            continue
        return
    raise BadRequest("the signature does not belong to a key of the sender")


def check_enveloped(root: Element, keys: Iterable[PublicKey]) -> bool:
    """Return whether the message carries a signature; raise BadRequest unless it is the platform's and covers the root.

    The reference names the root's own ID and the whole tree hangs below the root, so what is read afterwards from
    this same tree is what was signed (SP-03).
    """
    signature = enveloped_signature(root)
    if signature is None:
        return False
    for info in signature.findall(ds("KeyInfo")):
        signature.remove(info)
    method = signature[0][1].get("Algorithm", "")
    for key in _fitting(keys, method):
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_memory(
            key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), xmlsec.constants.KeyDataFormatPem
        )
        try:
            context.register_id(root, "ID")
            context.verify(signature)
        except xmlsec.Error:
            continue
        return True
    raise BadRequest("the signature does not belong to a key of the sender")


class Signer:
    """Signs elements with one key of ours; made once per key and process, shared by all threads."""

    def __init__(self, key: SigningKey) -> None:
        if not isinstance(key.private_key, rsa.RSAPrivateKey):
            raise TypeError("SAML answers are signed with RSA")
        pem = key.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self._key = xmlsec.Key.from_memory(pem, xmlsec.constants.KeyDataFormatPem)
        self._private = key.private_key
        self.kid = key.kid
        self.certificate = certificate_text(key.certificate)

    def over(self, octets: bytes) -> bytes:
        """Return the RSA-SHA256 signature of octets, for messages by Redirect (SAML bindings 3.4.4.1)."""
        return self._private.sign(octets, padding.PKCS1v15(), hashes.SHA256())

    def sign(self, element: Element, place: int) -> None:
        """Put an enveloped RSA-SHA256 signature over the element into it, as its child number `place`."""
        signature = xmlsec.template.create(
            element, xmlsec.constants.TransformExclC14N, xmlsec.constants.TransformRsaSha256, ns="ds"
        )
        element.insert(place, signature)
        reference = xmlsec.template.add_reference(
            signature, xmlsec.constants.TransformSha256, uri=f"#{element.get('ID')}"
        )
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformEnveloped)
        xmlsec.template.add_transform(reference, xmlsec.constants.TransformExclC14N)
        context = xmlsec.SignatureContext()
        context.key = self._key
        context.register_id(element, "ID")
        context.sign(signature)
        info = etree.SubElement(signature, ds("KeyInfo"))
        data = etree.SubElement(info, ds("X509Data"))
        etree.SubElement(data, ds("X509Certificate")).text = self.certificate


def certificate_text(pem: str) -> str:
    """Return a certificate as XML wants it: the base64 between the PEM lines."""
    body = pem.split("-----BEGIN CERTIFICATE-----", 1)[1].split("-----END", 1)[0]
    return "".join(body.split())


def decoded(value: str, what: str) -> bytes:
    """Return base64 as bytes, blanks and line ends allowed; raise BadRequest on anything else."""
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRequest(f"the {what} is not base64") from error


def _fitting(keys: Iterable[PublicKey], method: str) -> list[PublicKey]:
    """Return the keys of the kind the algorithm is for."""
    kind = rsa.RSAPublicKey if method in RSA else ec.EllipticCurvePublicKey
    return [key for key in keys if isinstance(key, kind)]


def _as_der(value: bytes, key: ec.EllipticCurvePublicKey) -> bytes:
    """Return an ECDSA value as DER: XML signatures write r and s side by side (RFC 6931 2.3.6), Java writes DER."""
    size = (key.curve.key_size + 7) // 8
    if len(value) != 2 * size:
        return value
    return encode_dss_signature(int.from_bytes(value[:size], "big"), int.from_bytes(value[size:], "big"))
