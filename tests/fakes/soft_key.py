"""A security key made of software, which signs whatever a test wants it to sign (WebAuthn 6.1, 6.3)."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, DATA = 0x01, 0x04, 0x40


def b64(octets: bytes) -> str:
    """Write as browsers do."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def options_of(page: str, act: str) -> dict[str, object]:
    """Return the options of the form on a page that registers (`create`) or uses (`get`) a key."""
    return json.loads(html.unescape(re.findall(rf'data-key="{act}" data-options="([^"]*)"', page)[0]))


class SoftKey:
    """One key pair. `origin` and `host` are where its browser believes to be; `counter` rises unless told not to."""

    def __init__(self, origin: str = "https://bridge.test", host: str = "bridge.test") -> None:
        self.origin, self.host = origin, host
        self.key, self.id, self.counter = ec.generate_private_key(ec.SECP256R1()), secrets.token_bytes(16), 0
        self.flags = PRESENT | VERIFIED

    def create(self, options: dict[str, object]) -> str:
        """Register; return what the form sends."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._data(self.flags | DATA) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        said = {"clientDataJSON": self._client("webauthn.create", options), "attestationObject": attestation}
        return self._sent(said)

    def get(self, options: dict[str, object], **changed: bytes) -> str:
        """Sign the challenge; return what the form sends."""
        self.counter += 1
        data, client = self._data(self.flags), self._client("webauthn.get", options)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._sent({"clientDataJSON": client, "authenticatorData": data, "signature": signature} | changed)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, options: dict[str, object]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _sent(self, said: dict[str, bytes]) -> str:
        response = {name: b64(octets) for name, octets in said.items()}
        return json.dumps({"id": b64(self.id), "rawId": b64(self.id), "type": "public-key", "response": response})
