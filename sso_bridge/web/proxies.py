"""Who is really calling: forwarding headers count only from our own proxies (KR-05, OP-22)."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address
FORWARDING = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_REMOTE_", "HTTP_REMOTE_", "HTTP_X_SSL_")
FROM_OURS = ("HTTP_CLIENT_CERT", "HTTP_CLIENT_CERT_CHAIN")
"""What only our own proxies can say (RFC 9440): the certificate that somebody came with."""
FORGED = ("HTTP_PROXY", "HTTP_X_HTTP_METHOD_OVERRIDE", "HTTP_X_ORIGINAL_URL", "HTTP_X_REWRITE_URL")


class OnlyOurProxies:
    """WSGI middleware: the caller's address is settled here, host and scheme are those of the settings.

    After it no forwarding header and no header-based identity is left, so nothing behind it can be fooled by one.
    """

    def __init__(self, app: WSGIApplication, public_url: str, trusted: Iterable[str]) -> None:
        parts = urlsplit(public_url)
        self._app = app
        self._scheme, self._host = parts.scheme, parts.netloc
        self._trusted = tuple(ip_network(text) for text in trusted)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the call on with what is certain."""
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        for name in [name for name in environ if name.startswith(FORWARDING) or name in FORGED]:
            del environ[name]
        peer = _parse(environ.get("REMOTE_ADDR", ""))
        if peer is None or not self._is_ours(peer):
            for name in FROM_OURS:
                environ.pop(name, None)
        environ.pop("REMOTE_USER", None)
        environ["REMOTE_ADDR"] = self._caller(environ.get("REMOTE_ADDR", ""), forwarded)
        environ["HTTP_HOST"] = self._host
        environ["wsgi.url_scheme"] = self._scheme
        return self._app(environ, start_response)

    def _caller(self, peer: str, forwarded: str) -> str:
        """Return the address next to our outermost proxy; the proxy's own when something is unreadable."""
        address = _parse(peer)
        if address is None or not self._is_ours(address):
            return peer
        for text in reversed(forwarded.split(",")):
            hop = _parse(text.strip())
            if hop is None:
                return str(address)
            address = hop
            if not self._is_ours(hop):
                break
        return str(address)

    def _is_ours(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self._trusted)


def _parse(text: str) -> Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
