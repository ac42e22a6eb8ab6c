"""The certificate of a directory server, for the doctor: a handshake as at every connection, and nothing after it."""

from __future__ import annotations

import socket
import ssl
from pathlib import Path
from urllib.parse import urlsplit

from sso_bridge.login.authenticate import reached
from sso_bridge.login.authenticate.ldap.servers import CONNECT_SECONDS, VerifiedTls
from sso_bridge.question import Wrong

START_TLS = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
"""The extended request (RFC 4511 4.14.1) as message number 1."""
SUCCESS = b"\x0a\x01\x00"
PORTS = {"ldaps": 636, "ldap": 389}


def certificate(url: str, ca_file: Path | None) -> bytes:
    """Return the verified certificate (DER) of the server; Wrong with what is the matter."""
    try:
        return _shaken(url, VerifiedTls(ca_file).context)
    except ssl.SSLError as error:
        raise reached.distrusted(error, _host(url), "ca_file") from None
    except OSError as error:
        said = error.strerror or ("it does not answer" if isinstance(error, TimeoutError) else type(error).__name__)
        raise Wrong(
            f"{_host(url)}:{_port(url)}: {said}", "see urls; is the server up, does a firewall stand between?"
        ) from None


def _shaken(url: str, context: ssl.SSLContext) -> bytes:
    with socket.create_connection((_host(url), _port(url)), timeout=CONNECT_SECONDS) as plain:
        if urlsplit(url).scheme != "ldaps":
            plain.sendall(START_TLS)
            if SUCCESS not in plain.recv(4096):
                raise Wrong("it refuses StartTLS", "let the server offer StartTLS, or write ldaps:// into urls")
        with context.wrap_socket(plain, server_hostname=_host(url)) as secured:
            return secured.getpeercert(binary_form=True) or b""


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _port(url: str) -> int:
    parts = urlsplit(url)
    return parts.port or PORTS[parts.scheme]
