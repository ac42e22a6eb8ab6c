"""The one file that touches ldap3: encrypted connections, searches as the service account, binds as a person.

Its surprises, and what is done about them:
* `Tls` checks the host name itself and loads the CA at every connection; here one context does both, TLS 1.2 at least.
* SAFE_RESTARTABLE waits 2 s before each of 30 tries, on one server, and leaves sockets open: SAFE_SYNC, and a broken
  connection is opened anew here, on the next server if need be.
* `get_info` reads the schema at every bind (96 instead of 1,940 a second): NONE; therefore values are raw bytes.
* A broken filter raises TypeError or ValueError, not only LDAPException: callers hand in escaped names only.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.core.exceptions import LDAPException

from sso_bridge.login.authenticate.ldap.state import PASSWORD_POLICY, Bound
from sso_bridge.secrets import SecretMissing

CONNECT_SECONDS = 2
ANSWER_SECONDS = 4
PAGE = 500
SUCCESS, SIZE_LIMIT, NO_SUCH_OBJECT = 0, 4, 32


class Unreachable(Exception):
    """No server of the directory could be used; the text says why, without credentials."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; values as the directory spells them, attribute names in lower case."""

    dn: str
    values: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def text(self, attribute: str) -> str:
        """Return the first value as text, empty without one or when it is not UTF-8."""
        raw = self.values.get(attribute.lower(), ())
        return raw[0].decode("utf-8", "strict") if raw and _is_utf8(raw[0]) else ""


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


class Wire:
    """The servers of one directory, tried in order; the one that answered last is tried first."""

    def __init__(self, urls: tuple[str, ...], bind_dn: str, secret: Callable[[], str], ca_file: Path | None) -> None:
        tls = VerifiedTls(ca_file)
        self._servers = [_server(url, tls) for url in urls]
        self._bind_dn = bind_dn
        self._secret = secret
        self._lock = Lock()
        self._service: tuple[Any, Any] | None = None

    def search(self, base: str, query: str, attributes: tuple[str, ...], most: int) -> list[Entry]:
        """Return at most `most` entries below `base`; more are cut, so ask for one more than you can use."""

        def ask(connection: Any) -> list[Entry]:
            _, result, response, _ = connection.search(
                base, query, ldap3.SUBTREE, attributes=list(attributes), size_limit=most, time_limit=ANSWER_SECONDS
            )
            if result["result"] not in {SUCCESS, SIZE_LIMIT}:
                raise Unreachable(f"the search was answered with {result['description']}")
            return _entries(response)

        found: list[Entry] = self._as_service(ask)
        return found

    def paged(self, base: str, query: str, attributes: tuple[str, ...]) -> Iterator[Entry]:
        """Yield all entries, page by page; raises before the end rather than ending early."""
        ask = partial(_page, base=base, query=query, attributes=attributes)
        cookie: Any = None
        while True:
            page, cookie = self._as_service(partial(ask, cookie=cookie))
            yield from page
            if not cookie:
                return

    def bind(self, dn: str, password: str) -> Bound:
        """Return the directory's answer to a bind as this entry, on a connection of its own (LD-03)."""
        control = (PASSWORD_POLICY, False, None)
        for server in self._order():
            try:
                with _opened(server, dn, password) as connection:
                    connection.bind(read_server_info=False, controls=[control])
                    result = connection.result
                    policy = (result.get("controls") or {}).get(PASSWORD_POLICY, {}).get("value") or b""
                    who = _who_am_i(connection) if result["result"] == SUCCESS else ""
                    return Bound(result["result"], result.get("message") or "", bytes(policy), who)
            except (LDAPException, OSError, ssl.SSLError) as error:
                trouble = f"{server.host}: {type(error).__name__}"
        raise Unreachable(trouble)

    def close(self) -> None:
        """Close the service connection; the next search opens it again."""
        if self._service is not None:
            self._drop(self._service[1])

    def _as_service(self, ask: Callable[[Any], Any]) -> Any:
        """Ask as the service account; a connection that broke meanwhile is opened anew, once, on any server."""
        trouble = ""
        for connection in self._connections():
            try:
                return ask(connection)
            except (LDAPException, OSError, ssl.SSLError, Unreachable) as error:
                trouble = str(error) if isinstance(error, Unreachable) else type(error).__name__
                self._drop(connection)
        raise Unreachable(trouble or "no server accepts the service account")

    def _connections(self) -> Iterator[Any]:
        """Yield the open service connection, then a new one to each server."""
        kept = self._service
        if kept is not None:
            yield kept[1]
        for server in self._order():
            connection = _connection(server, self._bind_dn, self._password())
            with suppress(LDAPException, OSError, ssl.SSLError):
                _open(connection)
                connection.bind(read_server_info=False)
            if (connection.result or {}).get("result") == SUCCESS and connection.bound:
                with self._lock:
                    self._service = (server, connection)
                yield connection
            else:
                _close(connection)

    def _password(self) -> str:
        try:
            return self._secret()
        except SecretMissing as missing:
            raise Unreachable(str(missing)) from None

    def _order(self) -> list[Any]:
        kept = self._service
        return sorted(self._servers, key=lambda server: kept is not None and server is not kept[0])

    def _drop(self, connection: Any) -> None:
        with self._lock:
            if self._service is not None and self._service[1] is connection:
                self._service = None
        _close(connection)


def _server(url: str, tls: VerifiedTls) -> Any:
    parts = urlsplit(url)
    secure = parts.scheme == "ldaps"
    port = parts.port or (636 if secure else 389)
    host = parts.hostname or ""
    return ldap3.Server(
        host, port, use_ssl=secure, tls=tls, get_info=ldap3.NONE, connect_timeout=CONNECT_SECONDS,
        allowed_referral_hosts=[],
    )  # fmt: skip


def _connection(server: Any, user: str, password: str) -> Any:
    return ldap3.Connection(
        server, user, password, authentication=ldap3.SIMPLE, client_strategy=ldap3.SAFE_SYNC,
        auto_bind=ldap3.AUTO_BIND_NONE, auto_referrals=False, read_only=True, check_names=False, auto_escape=False,
        raise_exceptions=False, receive_timeout=ANSWER_SECONDS, fast_decoder=True,
    )  # fmt: skip


@contextmanager
def _opened(server: Any, user: str, password: str) -> Iterator[Any]:
    connection = _connection(server, user, password)
    try:
        _open(connection)
        yield connection
    finally:
        _close(connection)


def _close(connection: Any) -> None:
    """Say goodbye and close the socket, also of a connection that never became one."""
    left = connection.socket
    with suppress(LDAPException, OSError):
        connection.unbind()
    if left is not None:
        left.close()


def _open(connection: Any) -> None:
    """Open it, encrypted before anything is said; raise when that cannot be."""
    connection.open(read_server_info=False)
    if not connection.server.ssl:
        connection.start_tls(read_server_info=False)
        if not connection.tls_started:
            raise OSError("StartTLS was refused")


def _who_am_i(connection: Any) -> str:
    """Return the directory's word for who is bound now (RFC 4532), empty when it does not offer that."""
    connection.extended("1.3.6.1.4.1.4203.1.11.3")
    result = connection.result
    value = result.get("responseValue") or b""
    return bytes(value).decode("utf-8", "replace") if result["result"] == SUCCESS else ""


def _page(connection: Any, base: str, query: str, attributes: tuple[str, ...], cookie: Any) -> tuple[list[Entry], Any]:
    _, result, response, _ = connection.search(
        base, query, ldap3.SUBTREE, attributes=list(attributes), paged_size=PAGE, paged_cookie=cookie
    )
    if result["result"] != SUCCESS:
        raise Unreachable(f"the search was answered with {result['description']}")
    control = (result.get("controls") or {}).get("1.2.840.113556.1.4.319", {})
    return _entries(response), (control.get("value") or {}).get("cookie")


def _entries(response: Any) -> list[Entry]:
    """Return the entries; references to other servers are dropped, never followed (LD-05)."""
    return [
        Entry(item["dn"], {name.lower(): tuple(raw) for name, raw in item["raw_attributes"].items()})
        for item in response or ()
        if item["type"] == "searchResEntry"
    ]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
