"""Something that poses as a directory: it hears all that is said to it, and knows no LDAP beyond an answer by rote."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"


class ListeningDirectory:
    """Listens until `close`. `heard` is what came in the clear, and out of TLS where it speaks it."""

    def __init__(self, answer: bytes = b"", tls: ssl.SSLContext | None = None) -> None:
        self._answer, self._tls = answer, tls
        self._listener = socket.create_server((HOST, 0))
        self.port = self._listener.getsockname()[1]
        self._parts: list[bytes] = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def heard(self) -> bytes:
        """Return everything."""
        return b"".join(self._parts)

    def close(self) -> None:
        """Hear no more."""
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._hear, args=(peer,), daemon=True).start()

    def _hear(self, peer: socket.socket) -> None:
        with suppress(OSError), peer:
            peer.settimeout(5)
            with self._tls.wrap_socket(peer, server_side=True) if self._tls else peer as line:
                while said := line.recv(4096):
                    self._parts.append(said)
                    if not self._answer:
                        return
                    line.sendall(self._answer)


class Certificates:
    """An authority of our own, and server certificates with one fault each."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._root = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")])
        self.ca_file = folder / "authority.pem"
        root = self._about(self._name, self._root, timedelta(days=2)).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        self.ca_file.write_bytes(root.sign(self._root, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def context(self, host: str = HOST, ends: timedelta = timedelta(days=1), *, own: bool = False) -> ssl.SSLContext:
        """Return how a server speaks that shows a certificate for this host; `own` is signed by itself."""
        key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        called = x509.DNSName(host) if host != HOST else x509.IPAddress(ip_address(host))
        made = self._about(name if own else self._name, key, ends, name)
        made = made.add_extension(x509.SubjectAlternativeName([called]), critical=False)
        file = self._folder / f"{host}-{ends.days}-{own}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        signed = made.sign(key if own else self._root, hashes.SHA256())
        file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    @staticmethod
    def _about(
        issuer: x509.Name, key: ec.EllipticCurvePrivateKey, ends: timedelta, name: x509.Name | None = None
    ) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().issuer_name(issuer).subject_name(name or issuer).public_key(key.public_key())
        made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=30))
        return made.not_valid_after(now + ends)
