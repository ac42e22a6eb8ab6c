"""An EncryptedAssertion is opened (SAML core 2.3.4, XML encryption): OAEP and AES-GCM, by any of our keys.

Encryption proves nothing about the sender (SP-23): what comes out goes through the same checks as what came in the
open. Every failure is one and the same refusal, after the same steps: a key that does not open is replaced by a random
one and the data are tried with it. The older ciphers, which leak when they fail, are opened only inside a Response
whose signature was verified before (decision 0311).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from sso_bridge.errors import BadRequest
from sso_bridge.login.authenticate.saml_sp.refusals import refused
from sso_bridge.login.saml.names import DS, XENC, ds
from sso_bridge.login.saml.signature import decoded
from sso_bridge.login.saml.xml import Element, text_of

XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
GCM: Final = {f"{XENC11}aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)}
BLOCKS: Final = {f"{XENC}aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)}
OAEP: Final = frozenset({f"{XENC}rsa-oaep-mgf1p", f"{XENC11}rsa-oaep"})
RSA_1_5: Final = f"{XENC}rsa-1_5"
MASKS: Final = {f"{XENC11}mgf1sha{bits}": bits for bits in (1, 224, 256, 384, 512)}
HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    f"{DS}sha1": hashes.SHA1(),  # noqa: S303 - in OAEP its collisions do not matter
    f"{XENC}sha256": hashes.SHA256(),
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384(),
    f"{XENC}sha512": hashes.SHA512(),
}
MOST_KEYS: Final = 4
"""For so many recipients one message may carry keys; each is tried with each of our keys."""
BLOCK: Final = 16
NONCE: Final = 12


@dataclass(frozen=True, slots=True)
class Sealed:
    """What stands in an EncryptedAssertion: the cipher, its data, and the wrapped keys (method element, octets)."""

    cipher: str
    data: bytes
    keys: tuple[tuple[Element, bytes], ...]

    @property
    def legacy(self) -> bool:
        """Return whether a cipher is used that must be switched on for this workplace."""
        return self.cipher in BLOCKS or any(method.get("Algorithm") == RSA_1_5 for method, _ in self.keys)


def sealed(element: Element) -> Sealed:
    """Return the parts; SignInRefused when they are not as the standard writes them, or a cipher is not listed."""
    try:
        data = _only(element, "EncryptedData")
        cipher = _only(data, "EncryptionMethod").get("Algorithm", "")
        info = data.find(ds("KeyInfo"))
        wrapped = [
            *(() if info is None else info.findall(_xenc("EncryptedKey"))),
            *element.findall(_xenc("EncryptedKey")),
        ]
        keys = tuple((_only(one, "EncryptionMethod"), _octets(one)) for one in wrapped)
        found = Sealed(cipher, _octets(data), keys)
    except BadRequest:
        raise _refusal() from None
    methods = {str(method.get("Algorithm")) for method, _ in keys}
    if cipher not in {*GCM, *BLOCKS} or not keys or len(keys) > MOST_KEYS or not methods <= {*OAEP, RSA_1_5}:
        raise refused("encryption", "the assertion is encrypted in a way that is not accepted")
    return found


def decrypted(found: Sealed, ours: Sequence[rsa.RSAPrivateKey]) -> bytes:
    """Return the assertion as text; SignInRefused, always the same, when none of our keys opens it."""
    plain: bytes | None = None
    for secret in _secrets(found, ours):
        opened = _opened(found, secret)
        plain = opened if plain is None else plain
    if plain is None:
        raise _refusal()
    return plain


def _secrets(found: Sealed, ours: Sequence[rsa.RSAPrivateKey]) -> Iterator[bytes]:
    """Yield one content key for each wrapped key and each of ours; a random one where ours does not fit."""
    size = (GCM | BLOCKS)[found.cipher]
    for method, wrapped in found.keys:
        for key in ours:
            try:
                secret = key.decrypt(wrapped, _padding(method))
            except (ValueError, BadRequest):
                secret = b""
            yield secret if len(secret) == size else secrets.token_bytes(size)


def _padding(method: Element) -> padding.AsymmetricPadding:
    """Return how a key was wrapped; a label is nothing we know."""
    algorithm = method.get("Algorithm", "")
    if algorithm == RSA_1_5:
        return padding.PKCS1v15()
    digest, mask = method.find(ds("DigestMethod")), method.find(f"{{{XENC11}}}MGF")
    hashed = HASHES.get(f"{DS}sha1" if digest is None else digest.get("Algorithm", ""))
    bits = 1 if mask is None else MASKS.get(mask.get("Algorithm", ""))
    masked = {1: hashes.SHA1(), 224: hashes.SHA224(), 256: hashes.SHA256(), 384: hashes.SHA384(), 512: hashes.SHA512()}  # noqa: S303
    if hashed is None or bits is None or method.find(_xenc("OAEPparams")) is not None:
        raise BadRequest("a way of wrapping keys that is not accepted")
    return padding.OAEP(padding.MGF1(masked[bits]), hashed, None)


def _opened(found: Sealed, secret: bytes) -> bytes | None:
    """Return the plain text, or None when this is not the key."""
    if found.cipher in GCM:
        try:
            return AESGCM(secret).decrypt(found.data[:NONCE], found.data[NONCE:], None)
        except (InvalidTag, ValueError):
            return None
    first, rest = found.data[:BLOCK], found.data[BLOCK:]
    if len(first) != BLOCK or not rest or len(rest) % BLOCK:
        return None
    opener = Cipher(AES(secret), CBC(first)).decryptor()
    plain = opener.update(rest) + opener.finalize()
    return plain[: -plain[-1]] if 0 < plain[-1] <= BLOCK else None


def _refusal() -> Exception:
    return refused("encryption", "the assertion cannot be decrypted with any of our keys")


def _octets(node: Element) -> bytes:
    return decoded(text_of(_only(_only(node, "CipherData"), "CipherValue")), "cipher value")


def _only(node: Element, tag: str) -> Element:
    found = node.findall(_xenc(tag))
    if len(found) != 1:
        raise BadRequest(f"not exactly one {tag}")
    return found[0]


def _xenc(tag: str) -> str:
    return f"{{{XENC}}}{tag}"
