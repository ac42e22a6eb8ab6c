"""Our own SCIM server over TLS on the loopback, for parties that push over a real line."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Thread

from werkzeug.serving import BaseWSGIServer, make_server

from tests.lab.process import free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.37"


@dataclass
class PushedTo:
    """A running server; `url` ends before `/Users`."""

    server: BaseWSGIServer
    url: str
    token: str

    def stop(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()


def address() -> tuple[str, int]:
    """Return (public address, port) for the bridge that will be served there."""
    port = free_port(ADDRESS)
    return f"https://{ADDRESS}:{port}", port


def start(site: Site, app, token: str, public_url: str, port: int) -> PushedTo:
    """Serve the application by the certificate of the lab."""
    tls = (str(site.authority.certificate), str(site.authority.key))
    server = make_server(ADDRESS, port, app, threaded=True, ssl_context=tls)
    Thread(target=server.serve_forever, daemon=True).start()
    return PushedTo(server, f"{public_url}/scim/v2", token)
