"""Makes keys and reads them back; nothing here stores or prints one."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from sso_bridge.keys.rotation import RULES, Purpose

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey
RSA_BITS = 2048
CERTIFICATE_DAYS = 3650
CERTIFIED: frozenset[Purpose] = frozenset({"saml", "workplace-saml", "workplace-decryption"})
"""SAML carries keys in certificates."""


@dataclass(frozen=True, slots=True)
class Material:
    """A fresh key: its id, its secret part (PKCS #8 DER, or plain bytes for a secret) and perhaps a certificate."""

    kid: str
    secret: bytes
    certificate: str = ""

    def __repr__(self) -> str:
        """Show the id only."""
        return f"Material({self.kid!r})"


def make(purpose: Purpose, now: datetime) -> Material:
    """Return new material of the kind this purpose uses."""
    key: PrivateKey
    match RULES[purpose].algorithm:
        case "RS256":
            key = rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
        case "ES256":
            key = ec.generate_private_key(ec.SECP256R1())
        case "Ed25519":
            key = ed25519.Ed25519PrivateKey.generate()
        case _:
            return Material(secrets.token_hex(16), secrets.token_bytes(32))
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Material(_kid(key), der, _certificate(key, now) if purpose in CERTIFIED else "")


def read(secret: bytes) -> PrivateKey:
    """Return the private key of stored material."""
    # The seal says that we made it and that nobody changed it; looking for primes once more takes a tenth of a second.
    key = serialization.load_der_private_key(secret, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        raise TypeError("a stored key has an unknown kind")
    return key


def _kid(key: PrivateKey) -> str:
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    # Hexadecimal, for it is typed on command lines: base64url could begin with a dash.
    return hashlib.sha256(public).hexdigest()[:32]


def _certificate(key: PrivateKey, now: datetime) -> str:
    """Return a self-signed certificate: SAML carries keys in certificates, trust comes from the metadata."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sso_bridge SAML")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=CERTIFICATE_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
