"""A throw-away certificate authority, so that every peer is reached by verified TLS."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(1, 41))


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


class Authority:
    """Files `ca.crt`, `bundle.crt` (with the system's authorities), `server.crt`, `server.key` in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.ca_file = folder / "ca.crt"
        self.bundle = folder / "bundle.crt"
        self.certificate = folder / "server.crt"
        self.key = folder / "server.key"
        if not self.certificate.exists():
            self._make()

    def _make(self) -> None:
        root = ec.generate_private_key(ec.SECP256R1())
        start, end = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(days=30)
        about = x509.CertificateBuilder().not_valid_before(start).not_valid_after(end)
        authority = (
            about.subject_name(_name("sso-bridge lab authority"))
            .issuer_name(_name("sso-bridge lab authority"))
            .public_key(root.public_key())
            .serial_number(x509.random_serial_number())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(root.public_key()), critical=False)
            .sign(root, hashes.SHA256())
        )
        server = rsa.generate_private_key(65537, 2048)
        names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName("bridge.localhost")]
        names += [x509.IPAddress(ipaddress.ip_address(address)) for address in ADDRESSES]
        certificate = (
            about.subject_name(_name("sso-bridge lab"))
            .issuer_name(authority.subject)
            .public_key(server.public_key())
            .serial_number(x509.random_serial_number())
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root.public_key()), critical=False)
            .sign(root, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.ca_file.write_bytes(authority.public_bytes(pem))
        system = Path("/etc/ssl/certs/ca-certificates.crt")
        self.bundle.write_bytes((system.read_bytes() if system.exists() else b"") + authority.public_bytes(pem))
        self.key.write_bytes(_pem(server))
        self.key.chmod(0o600)
        self.certificate.write_bytes(certificate.public_bytes(pem))
