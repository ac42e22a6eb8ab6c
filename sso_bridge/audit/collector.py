"""Where audit records are sent: a log collector over TLS (RFC 5425), or a file that one reads."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sso_bridge.audit.syslog import framed

PATIENCE = 10.0


class Collector(Protocol):
    """Takes messages."""

    def take(self, messages: Sequence[bytes]) -> None:
        """Return when they have arrived; OSError when nobody knows."""
        ...


@dataclass(frozen=True, slots=True)
class TlsCollector:
    """Syslog over TLS.

    The protocol has no receipts: each batch is a connection of its own, and only when the other side has closed it in
    order is it known that all of it was read.
    """

    host: str
    port: int
    ca_file: str = ""

    def take(self, messages: Sequence[bytes]) -> None:
        """Send them; OSError (ssl.SSLError is one) when the certificate is wrong or the end was not orderly."""
        context = ssl.create_default_context(cafile=self.ca_file or None)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with socket.create_connection((self.host, self.port), PATIENCE) as bare:
            line = context.wrap_socket(bare, server_hostname=self.host)
            try:
                line.sendall(b"".join(map(framed, messages)))
                line.unwrap()
            finally:
                line.close()


@dataclass(frozen=True, slots=True)
class FileCollector:
    """A file that grows, one message a line."""

    path: Path

    def take(self, messages: Sequence[bytes]) -> None:
        """Append them; they are on the disk when this returns."""
        number = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o640)
        with os.fdopen(number, "ab") as file:
            file.write(b"".join(one + b"\n" for one in messages))
            file.flush()
            os.fsync(number)


def collector(address: str, ca_file: str, folder: Path) -> Collector | None:
    """Return the collector of a setting; None when there is none."""
    if address.startswith("file:"):
        return FileCollector(folder / address.removeprefix("file:"))
    if address:
        host, _, port = address.removeprefix("tls://").rpartition(":")
        return TlsCollector(host.strip("[]"), int(port), str(folder / ca_file) if ca_file else "")
    return None
