"""Secrets at rest: AES-256-GCM under a key from outside the database (CR-01).

Envelope: version (1 byte), id of the key (8), nonce (12), ciphertext with tag. The version, the key id and the
context of the row are associated data: a ciphertext moved to another row does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
KEY_BYTES = 32
_ID_END = 9
_NONCE_END = 21


class VaultClosed(Exception):
    """A sealed value does not open: wrong key, wrong row, or changed. Never says what was inside."""

    code = "vault_closed"


def make_key() -> str:
    """Return a new key-encryption key as text, for a file or a variable."""
    return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()


class Vault:
    """Seals with the first key, opens with any of them."""

    def __init__(self, key: str, *previous: str) -> None:
        """Take keys as base64 text of 32 bytes each; VaultClosed when one is not."""
        raw = [_decode(text) for text in (key, *previous)]
        self._ciphers = {_key_id(one): AESGCM(one) for one in raw}
        self.key_id = _key_id(raw[0])

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return the envelope of a value that belongs to this context (table, purpose, row)."""
        head = VERSION + self.key_id
        nonce = secrets.token_bytes(12)
        return head + nonce + self._ciphers[self.key_id].encrypt(nonce, plain, head + context.encode())

    def open(self, envelope: bytes, context: str) -> bytes:
        """Return the value; VaultClosed when the envelope was made elsewhere, for another row, or changed."""
        head, nonce, sealed = envelope[:_ID_END], envelope[_ID_END:_NONCE_END], envelope[_NONCE_END:]
        cipher = self._ciphers.get(head[1:])
        if head[:1] != VERSION or cipher is None:
            raise VaultClosed("sealed with a key-encryption key that is not in the settings")
        try:
            return cipher.decrypt(nonce, sealed, head + context.encode())
        except (InvalidTag, ValueError):
            raise VaultClosed(f"what is stored for {context} was changed or belongs to another row") from None

    def is_current(self, envelope: bytes) -> bool:
        """Return whether the envelope was sealed with the first key."""
        return envelope[1:_ID_END] == self.key_id


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"sso_bridge key id\x00" + key).digest()[:8]


def _decode(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), altchars=b"-_" if {"-", "_"} & set(text) else None, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise VaultClosed("a key-encryption key must be 32 bytes, written as base64")
    return key
