"""`sso-bridge serve`, as a process."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sso_bridge.cli import main
from tests.lab.process import free_port

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"


@contextmanager
def served(folder: Path, *more: str, **variables: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Serve until the end of the block; give the address and the process."""
    address = f"{HOST}:{free_port(HOST)}"
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sso_bridge.cli",
            "--settings",
            str(folder / "bridge.toml"),
            "serve",
            "--bind",
            address,
            *more,
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def get(url: str, **options: object) -> requests.Response:
    """Ask until somebody answers."""
    until = time.monotonic() + 30
    while True:
        try:
            return requests.get(url, timeout=10, **options)  # type: ignore[arg-type]
        except requests.ConnectionError as error:
            if isinstance(error, requests.exceptions.SSLError) or time.monotonic() > until:
                raise
            time.sleep(0.05)


@pytest.fixture
def folder(tmp_path: Path, blank_database: str) -> Path:
    """A bridge made by `init`."""
    folder = tmp_path / "bridge"
    result = CliRunner().invoke(main, ["init", str(folder), "--database-url", blank_database])
    assert 0 == result.exit_code, result.output
    return folder


def test_serves_and_stops(folder: Path) -> None:
    """Several processes answer, their numbers are told as one, and a stop is clean."""
    token = {"METRICS": "let-me-see", "SSO_BRIDGE_METRICS_TOKEN": "env:METRICS"}
    with served(folder, "--processes", "2", "--json", **token) as (address, process):
        assert 200 == get(f"http://{address}/readyz").status_code
        for _ in range(20):
            assert 200 == requests.get(f"http://{address}/healthz", timeout=10).status_code
        page = requests.get(
            f"http://{address}/metrics", headers={"Authorization": "Bearer let-me-see"}, timeout=10
        ).text
        requests.get(f"http://{address}/unknown?code=hunter2", timeout=10)

        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)

    assert 'route="/healthz",status="200"} 20.0' in page
    assert 0 == process.returncode
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert ["(none)"] == [line["route"] for line in lines if line["event"] == "request"]
    assert "hunter2" not in log


def test_tls(folder: Path) -> None:
    """CR-05: with a certificate it serves https, TLS 1.2 at least."""
    certificate, key = make_certificate()
    (folder / "tls.pem").write_bytes(certificate)
    (folder / "tls.key").write_bytes(key)
    tls = {"SSO_BRIDGE_TLS_CERTIFICATE": "tls.pem", "SSO_BRIDGE_TLS_KEY": "tls.key"}

    with served(folder, **tls) as (address, _):
        assert 200 == get(f"https://{address}/healthz", verify=str(folder / "tls.pem")).status_code
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), 10) as line, pytest.raises(OSError):  # noqa: SIM117
            with old.wrap_socket(line):
                pass


def test_outdated_tables(folder: Path, blank_database: str) -> None:
    """It does not begin to serve on tables of another version."""
    from sqlalchemy import text  # noqa: PLC0415

    from sso_bridge.store.engine import Store  # noqa: PLC0415

    store = Store(blank_database)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    store.close()

    result = CliRunner().invoke(main, ["--settings", str(folder / "bridge.toml"), "serve"])

    assert (1, True) == (result.exit_code, "sso-bridge db upgrade" in result.stderr)


def make_certificate() -> tuple[bytes, bytes]:
    """Return a certificate for 127.0.0.1 and its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return certificate.public_bytes(serialization.Encoding.PEM), pem
