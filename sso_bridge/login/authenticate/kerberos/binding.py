"""Which TLS connection a ticket is shown on (RFC 5929): a ticket that was caught on another one is refused (KR-03)."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives import hashes

WEAK = (hashes.MD5, hashes.SHA1)


def end_point_of(pem: bytes) -> bytes:
    """Return the hash of a server's certificate: by the hash of its signature, SHA-256 instead of MD5 and SHA-1."""
    certificate = x509.load_pem_x509_certificate(pem)
    named = certificate.signature_hash_algorithm
    return certificate.fingerprint(hashes.SHA256() if named is None or isinstance(named, WEAK) else named)
