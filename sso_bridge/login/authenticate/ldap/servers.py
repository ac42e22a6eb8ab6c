"""The servers of one directory: encrypted connections, and which server is asked first.

ldap3's surprises, and what is done about them:
* `Tls` checks the host name itself and loads the CA at every connection; here one context does both, TLS 1.2 at least.
* SAFE_RESTARTABLE waits 2 s before each of 30 tries, on one server, and leaves sockets open: SAFE_SYNC, and a broken
  connection is opened anew by us, on the next server if need be.
* `get_info` reads the schema at every bind (96 instead of 1,940 a second): NONE; therefore values are raw bytes.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPException

CONNECT_SECONDS = 2
ANSWER_SECONDS = 4
REST_SECONDS = 10.0
"""How long a server that did not answer is asked only after all others."""

_SIGNS = (
    ("starttls", "refuses StartTLS"),
    ("refused", "refuses connections"),
    ("timed out", "does not answer"),
    ("answered", "is not ready"),
)

FAILURES = (LDAPException, OSError, ssl.SSLError)
"""What a connection that does not work raises."""


class Unreachable(Exception):
    """No server of the directory could be used; the text names each and says why, without credentials."""


class VerifiedTls(ldap3.Tls):  # type: ignore[misc]  # the library has no types
    """TLS with the CA and the host name verified, always (LD-04); there is no way to switch it off."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2

    def wrap_socket(self, connection: Any, do_handshake: bool = True) -> None:  # noqa: ARG002, FBT001, FBT002  its API
        """Encrypt the connection's socket, or close it and raise."""
        try:
            connection.socket = self.context.wrap_socket(connection.socket, server_hostname=connection.server.host)
        except (OSError, ValueError):
            connection.socket.close()
            raise


class Servers:
    """Tried in order, the one that answered last first; one that failed rests for some seconds."""

    def __init__(
        self, urls: tuple[str, ...], ca_file: Path | None, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        tls = VerifiedTls(ca_file)
        self._all = [_server(url, tls) for url in urls]
        self._ticks = ticks
        self._lock = Lock()
        self._good: Any = None
        self._resting: dict[str, float] = {}

    def order(self) -> list[Any]:
        """Return the servers in the order in which to try them now."""
        now = self._ticks()
        with self._lock:
            resting = {name for name, until in self._resting.items() if until > now}
            return sorted(self._all, key=lambda one: (one.name in resting, one is not self._good))

    def worked(self, server: Any) -> None:
        """Ask this one first from now on."""
        with self._lock:
            self._good = server
            self._resting.pop(server.name, None)

    def failed(self, server: Any, error: BaseException) -> str:
        """Let this one rest; return the words for it."""
        with self._lock:
            self._resting[server.name] = self._ticks() + REST_SECONDS
        return f"{server.host}:{server.port} {_words(error)}"

    def each(self, ask: Callable[[Any], Any]) -> Any:
        """Return what `ask` returns for the first server that works; Unreachable, naming all of them."""
        troubles = []
        for server in self.order():
            try:
                answer = ask(server)
            except FAILURES as error:
                troubles.append(self.failed(server, error))
            else:
                self.worked(server)
                return answer
        raise Unreachable("; ".join(troubles))


@contextmanager
def opened(server: Any, user: str, password: str, *, writes: bool = False) -> Iterator[Any]:
    """Give an encrypted connection, nobody bound yet; it is closed afterwards."""
    connection = connection_to(server, user, password, writes=writes)
    try:
        open_encrypted(connection)
        yield connection
    finally:
        close(connection)


def connection_to(server: Any, user: str, password: str, *, writes: bool = False) -> Any:
    """Return a connection that is not open yet."""
    return ldap3.Connection(
        server, user, password, authentication=ldap3.SIMPLE, client_strategy=ldap3.SAFE_SYNC,
        auto_bind=ldap3.AUTO_BIND_NONE, auto_referrals=False, read_only=not writes, check_names=False,
        auto_escape=False, raise_exceptions=False, receive_timeout=ANSWER_SECONDS, fast_decoder=True,
    )  # fmt: skip


def open_encrypted(connection: Any) -> None:
    """Open it, encrypted before anything is said; raise when that cannot be."""
    connection.open(read_server_info=False)
    if not connection.server.ssl:
        connection.start_tls(read_server_info=False)
        if not connection.tls_started:
            raise OSError("StartTLS was refused")


def close(connection: Any) -> None:
    """Say goodbye and close the socket, also of a connection that never became one."""
    left = connection.socket
    with suppress(LDAPException, OSError):
        connection.unbind()
    if left is not None:
        left.close()


def _server(url: str, tls: VerifiedTls) -> Any:
    parts = urlsplit(url)
    secure = parts.scheme == "ldaps"
    port = parts.port or (636 if secure else 389)
    host = parts.hostname or ""
    return ldap3.Server(
        host, port, use_ssl=secure, tls=tls, get_info=ldap3.NONE, connect_timeout=CONNECT_SECONDS,
        allowed_referral_hosts=[],
    )  # fmt: skip


def _words(error: BaseException) -> str:
    """Return what went wrong, without anything that was sent."""
    if isinstance(error, ssl.SSLError) or "ssl" in str(error).casefold() or "certificate" in str(error).casefold():
        return "has no certificate that we trust for this name"
    text = str(error).casefold()
    return next((words for sign, words in _SIGNS if sign in text), f"failed ({type(error).__name__})")
