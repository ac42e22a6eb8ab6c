"""The name of a TLS connection (RFC 5929 4)."""

from __future__ import annotations

import ssl
from hashlib import sha256
from pathlib import Path

from sso_bridge.login.authenticate.kerberos.binding import end_point_of
from tests.lab.authority import Authority


def test_end_point(tmp_path: Path):
    """It is the hash of the certificate as browsers see it (KR-03)."""
    pem = Authority(tmp_path / "ca").certificate.read_bytes()

    assert sha256(ssl.PEM_cert_to_DER_cert(pem.decode())).digest() == end_point_of(pem)
