"""All outgoing HTTP of the bridge goes through a session from here (AD-14).

Https only, to public addresses only, unless the deployer listed the host or network. The name is resolved once, every
address it has is judged, and the connection goes to a judged address: DNS rebinding finds no second look-up.
Redirects are not followed, a call takes seconds, an answer has an end.

Surprises: urllib3 opens sockets in `_new_conn` (private, unchanged since 1.x; the tests notice a change); it wraps
every OSError, so a refusal travels as another kind of exception until it leaves the adapter. A time-out counts from
octet to octet: a peer that sends one every few seconds would hold us for ever, so head and body have an end of theirs.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import DecodeError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.response import HTTPResponse
from urllib3.util import Url, parse_url
from urllib3.util.ssl_ import create_urllib3_context

from sso_bridge.addresses import AllowList, Refused

SECONDS = 5.0
LONGEST_SECONDS = 60.0
LARGEST_ANSWER = 10 * 1024 * 1024
CONNECTIONS = 32
PIECE = 65_536
Resolve = Callable[[str, int], list[str]]


class OutgoingRefused(requests.exceptions.RequestException):
    """The call is not allowed, or its answer is too large or too slow. The message names the host, not the query."""

    code = "outgoing_refused"


def resolve_name(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order to try them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def open_session(
    allowed: Iterable[str] = (),
    *,
    ca_file: str = "",
    resolve: Resolve = resolve_name,
    ticks: Callable[[], float] = time.monotonic,
) -> requests.Session:
    """Return a pooled session that several threads may use; `allowed` are hosts and networks of the deployer."""
    session = _Session(ticks)
    adapter = _Adapter(AllowList(allowed), resolve, ca_file)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Session(requests.Session):
    """A session without redirects, cookies, proxies and credentials from the environment."""

    def __init__(self, ticks: Callable[[], float]) -> None:
        super().__init__()
        self.trust_env = False
        self.headers["User-Agent"] = "sso_bridge"
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self._ticks = ticks

    def get_redirect_target(self, _response: requests.Response) -> None:
        """Return nothing: a redirect is an answer like any other."""

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send one call and read its answer to the end."""
        _check_url(parse_url(request.url or ""))
        seconds = _seconds(options.get("timeout"))
        options |= {"timeout": seconds, "allow_redirects": False, "stream": True}
        until = self._ticks() + seconds
        response = super().send(request, **options)
        try:
            _read(response, until, self._ticks)
        except BaseException:
            response.close()
            raise
        return response


class _Adapter(HTTPAdapter):
    """Opens connections to judged addresses only."""

    def __init__(self, allowed: AllowList, resolve: Resolve, ca_file: str) -> None:
        self._opener = {"opener": _Opener(allowed, resolve)}
        self._ca_file = ca_file
        super().__init__(pool_connections=CONNECTIONS, pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Make pools of our connections."""
        context = create_urllib3_context()
        if self._ca_file:
            context.load_verify_locations(self._ca_file)
        super().init_poolmanager(*arguments, **options, ssl_context=context)
        plain = type("_PlainPool", (HTTPConnectionPool,), {"ConnectionCls": type("_Plain", (_Plain,), self._opener)})
        secure = type(
            "_SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": type("_Secure", (_Secure,), self._opener)}
        )
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}

    def send(self, request: requests.PreparedRequest, *arguments: Any, **options: Any) -> requests.Response:
        """Send; OutgoingRefused when the address is not allowed."""
        try:
            return super().send(request, *arguments, **options)
        except Refused as refused:
            raise OutgoingRefused(str(refused), request=request) from None


class _Opener:
    """Resolves, judges and connects."""

    def __init__(self, allowed: AllowList, resolve: Resolve) -> None:
        self._allowed = allowed
        self._resolve = resolve

    def open(self, connection: HTTPConnection, *, secure: bool) -> socket.socket:
        """Return a socket to an allowed address; Refused when any address of the host is not."""
        host, port = connection._dns_host, connection.port or (443 if secure else 80)  # noqa: SLF001
        try:
            addresses = self._resolve(host.strip("[]"), port)
        except (OSError, UnicodeError) as error:
            raise NewConnectionError(connection, f"{host} has no address: {type(error).__name__}") from None
        self._allowed.judge(host, addresses, secure=secure)
        failure = f"{host} has no address"
        for address in addresses:
            try:
                opened = socket.create_connection((address, port), connection.timeout)
            except OSError as error:
                failure = f"{host} cannot be reached: {type(error).__name__}"
                continue
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return opened
        raise NewConnectionError(connection, failure)


class _Plain(HTTPConnection):
    opener: _Opener

    def _new_conn(self) -> socket.socket:
        return self.opener.open(self, secure=False)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # urllib3's own answer is another class of it
        with _soon(self.sock, self.timeout):
            return super().getresponse()


class _Secure(HTTPSConnection):
    opener: _Opener

    def _new_conn(self) -> socket.socket:
        return self.opener.open(self, secure=True)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as above
        with _soon(self.sock, self.timeout):
            return super().getresponse()


@contextmanager
def _soon(connection: Any, seconds: Any) -> Iterator[None]:
    """Cut the line, and raise TimeoutError, when the head of an answer is not there in time."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

    timer = threading.Timer(seconds if isinstance(seconds, int | float) else SECONDS, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, HTTPException):
        if not late.is_set():
            raise
    finally:
        timer.cancel()
    if late.is_set():  # half a head is no answer, though the library would take it for one
        raise TimeoutError("the answer takes too long")


def _check_url(url: Url) -> None:
    if url.scheme not in {"https", "http"} or not url.host or url.auth:
        raise OutgoingRefused("an outgoing address must be https://HOST/..., without a name and password")


def _seconds(given: Any) -> float:
    """Return the time a call may take; there is no way to ask for an endless one."""
    longest = max(part or LONGEST_SECONDS for part in given) if isinstance(given, tuple) else given
    return min(float(longest or SECONDS), LONGEST_SECONDS)


def _read(response: requests.Response, until: float, ticks: Callable[[], float]) -> None:
    """Read the body into the response, up to its limits."""
    parts, size = [], 0
    for part in _pieces(response):
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise OutgoingRefused("the answer is too large", response=response)
        if ticks() > until:
            raise requests.exceptions.ReadTimeout("the answer takes too long", response=response)
    # The library's own way, in `Response.content`.
    response._content, response._content_consumed = b"".join(parts), True  # type: ignore[attr-defined]  # noqa: SLF001


def _pieces(response: requests.Response) -> Iterator[bytes]:
    """Yield the body as it comes in; `iter_content` waits until a piece is full, however slowly that is."""
    try:
        while part := response.raw.read1(PIECE, decode_content=True):
            yield part
    except DecodeError as error:
        raise requests.exceptions.ContentDecodingError(type(error).__name__, response=response) from None
    except ReadTimeoutError:
        raise requests.exceptions.ReadTimeout("the answer takes too long", response=response) from None
    except HTTPError as error:
        raise requests.exceptions.ChunkedEncodingError(type(error).__name__, response=response) from None


def certificate_of(session: requests.Session, url: str) -> bytes:
    """Return the certificate (DER) of the server behind an address, reached and verified as every call is; for doctor.

    OutgoingRefused, `ssl.SSLError`, or another RequestException when it is not reached. Nothing is asked.

    Surprise: a connection that no call was made on is only to be had by urllib3's own `_new_conn`.
    """
    adapter, request = session.get_adapter(url), session.prepare_request(requests.Request("GET", url))
    if not isinstance(adapter, HTTPAdapter):
        raise OutgoingRefused("this session does not go over the network")
    pool: Any = adapter.get_connection_with_tls_context(request, verify=True)
    connection = pool._new_conn()  # noqa: SLF001
    connection.timeout = SECONDS
    try:
        connection.connect()
        return bytes(getattr(connection.sock, "getpeercert", lambda **_: b"")(binary_form=True) or b"")
    except Refused as refused:
        raise OutgoingRefused(str(refused), request=request) from None
    except HTTPError as error:
        raise requests.ConnectionError(type(error).__name__) from None
    except ssl.SSLError:
        raise
    except OSError as error:
        raise requests.ConnectionError(type(error).__name__) from None
    finally:
        connection.close()
