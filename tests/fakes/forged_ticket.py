"""Tickets as a KDC would make them, with every field at the tester's choice; and the keytab that opens them.

AES256 in CTS mode with HMAC-SHA1 (RFC 3961, RFC 3962), written with a block cipher of `cryptography`.
"""

from __future__ import annotations

import hmac
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import md5
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES256, USAGE_TICKET, USAGE_AUTHENTICATOR = 18, 2, 11
KRB5 = bytes.fromhex("06092a864886f712010202")
INVALID, INITIAL = 0x01000000, 0x00400000


def der(tag: int, *parts: bytes) -> bytes:
    """Return one element of DER."""
    content = b"".join(parts)
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + size.to_bytes(width, "big") + content


def number(value: int) -> bytes:
    """Return an INTEGER."""
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def text(value: str) -> bytes:
    """Return a GeneralString."""
    return der(0x1B, value.encode())


def moment(value: datetime) -> bytes:
    """Return a KerberosTime."""
    return der(0x18, f"{value:%Y%m%d%H%M%SZ}".encode())


def name(value: str, kind: int = 1) -> bytes:
    """Return a PrincipalName."""
    return der(0x30, der(0xA0, number(kind)), der(0xA1, der(0x30, *map(text, value.split("/")))))


@dataclass(frozen=True)
class Forge:
    """Holds the key of one service, as its KDC does."""

    service: str
    realm: str
    key: bytes = secrets.token_bytes(32)

    def keytab(self, path: Path, kvno: int = 2) -> Path:
        """Write the file that opens what this forge makes."""
        parts = [self.realm, *self.service.split("/")]
        entry = struct.pack(">H", len(parts) - 1)
        entry += b"".join(struct.pack(">H", len(part)) + part.encode() for part in parts)
        entry += struct.pack(">IIBHH", 1, 0, kvno, AES256, len(self.key)) + self.key
        path.write_bytes(b"\x05\x02" + struct.pack(">i", len(entry)) + entry)
        path.chmod(0o600)
        return path

    def token(
        self,
        person: str = "p00001",
        *,
        realm: str = "",
        starts: timedelta = timedelta(minutes=-10),
        ends: timedelta = timedelta(hours=8),
        made: timedelta = timedelta(),
        flags: int = INITIAL,
        kvno: int = 2,
        encryption: int = AES256,
        session: int = AES256,
        end_point: bytes = b"",
    ) -> bytes:
        """Return a bare Kerberos token; times count from now. `end_point` is the TLS connection it is shown on."""
        now, of = datetime.now(UTC), realm or self.realm
        key = secrets.token_bytes(32)
        inside = der(
            0x63,
            der(
                0x30,
                der(0xA0, der(3, b"\x00", flags.to_bytes(4, "big"))),
                der(0xA1, der(0x30, der(0xA0, number(AES256)), der(0xA1, der(4, key)))),
                der(0xA2, text(of)),
                der(0xA3, name(person)),
                der(0xA4, der(0x30, der(0xA0, number(1)), der(0xA1, der(4, b"")))),
                der(0xA5, moment(now + starts)),
                der(0xA6, moment(now + starts)),
                der(0xA7, moment(now + ends)),
            ),
        )
        sealed = self._sealed(encryption, encrypt(self.key, USAGE_TICKET, inside), kvno)
        ticket = der(
            0x61,
            der(
                0x30, der(0xA0, number(5)), der(0xA1, text(self.realm)), der(0xA2, name(self.service, 3)),
                der(0xA3, sealed),
            ),
        )  # fmt: skip
        checksum = struct.pack("<I16sI", 16, _binding(end_point), 0)
        at = now + made
        shows = der(
            0x62,
            der(
                0x30,
                der(0xA0, number(5)),
                der(0xA1, text(of)),
                der(0xA2, name(person)),
                der(0xA3, der(0x30, der(0xA0, number(0x8003)), der(0xA1, der(4, checksum)))),
                der(0xA4, number(at.microsecond)),
                der(0xA5, moment(at)),
            ),
        )
        proof = self._sealed(session, encrypt(key, USAGE_AUTHENTICATOR, shows), 0)
        fields = number(5), number(14), der(3, bytes(5)), ticket, proof
        request = der(0x6E, der(0x30, *(der(0xA0 + place, part) for place, part in enumerate(fields))))
        return der(0x60, KRB5, b"\x01\x00", request)

    def _sealed(self, kind: int, cipher: bytes, kvno: int) -> bytes:
        version = der(0xA1, number(kvno)) if kvno else b""
        return der(0x30, der(0xA0, number(kind)), version, der(0xA2, der(4, cipher)))


def _binding(end_point: bytes) -> bytes:
    """Return what RFC 4121 4.1.1.2 makes of a channel binding."""
    said = b"tls-server-end-point:" + end_point
    return md5(bytes(16) + struct.pack("<I", len(said)) + said).digest() if end_point else bytes(16)


def encrypt(key: bytes, usage: int, plain: bytes) -> bytes:
    """Return what RFC 3961 5.3 makes of it."""
    plain = secrets.token_bytes(16) + plain
    seal, sign = (_derived(key, usage.to_bytes(4, "big") + end) for end in (b"\xaa", b"\x55"))
    return _stolen(seal, plain) + hmac.digest(sign, plain, "sha1")[:12]


def _stolen(key: bytes, plain: bytes) -> bytes:
    """Return CBC with ciphertext stealing: the last two blocks change places, the last is cut."""
    padded = plain + bytes(-len(plain) % 16)
    blocks = _cbc(key, padded)
    return blocks[:-32] + blocks[-16:] + blocks[-32 : -32 + (len(plain) % 16 or 16)]


def _cbc(key: bytes, plain: bytes) -> bytes:
    sealing = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return sealing.update(plain) + sealing.finalize()


def _derived(key: bytes, constant: bytes) -> bytes:
    first = _cbc(key, _folded(constant))
    return first + _cbc(key, first)


def _folded(octets: bytes, size: int = 16) -> bytes:
    """Return the n-fold of RFC 3961 5.1: copies, each turned 13 bits further, added with end-around carry."""
    total = sum(int.from_bytes(part, "big") for part in _turned(octets, size))
    while total >> (8 * size):
        total = (total & ((1 << 8 * size) - 1)) + (total >> (8 * size))
    return total.to_bytes(size, "big")


def _turned(octets: bytes, size: int) -> Iterator[bytes]:
    bits, value = 8 * len(octets), int.from_bytes(octets, "big")
    long = b""
    while len(long) % size or not long:
        turn = 13 * (len(long) // len(octets)) % bits
        long += ((value >> turn | value << (bits - turn)) & ((1 << bits) - 1)).to_bytes(len(octets), "big")
    for at in range(0, len(long), size):
        yield long[at : at + size]
