"""scim2-server from the Python package index: a strict SCIM 2.0 service with filters, PATCH, ETags and bulk.

It keeps everything in memory and can write it to a file. In front of it stands a counter: what a sync really
sent is counted at the server's side, not by the sender.
"""

from __future__ import annotations

import http.client
import sys
import threading
from collections import Counter
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.lab.process import Process, free_port, listens
from tests.lab.site import Site

ADDRESS = "127.0.0.22"
TOKEN = "scim-bearer-for-the-lab"
AT_ONCE = 4
"""The server takes connections one by one and lets five wait; for a sixth, TCP knocks again after a second."""


class Gate:
    """A small HTTP gate in front of a server: forwards everything and counts requests by method."""

    def __init__(self, address: str, behind: int) -> None:
        self.counts: Counter[str] = Counter()
        counts = self.counts
        queue = threading.BoundedSemaphore(AT_ONCE)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _forward(self) -> None:
                counts[self.command] += 1
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {k: v for k, v in self.headers.items() if k.lower() not in {"host", "connection"}}
                with queue:
                    inner = http.client.HTTPConnection(address, behind, timeout=60)
                    inner.request(self.command, self.path, body or None, {**headers, "Host": self.headers["Host"]})
                    answer = inner.getresponse()
                    content = answer.read()
                    inner.close()
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in {"connection", "transfer-encoding", "content-length", "date", "server"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _forward  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Stay silent."""

        self.server = ThreadingHTTPServer((address, 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def writes(self) -> int:
        """Return how many requests were not GET."""
        return sum(count for method, count in self.counts.items() if method != "GET")

    def stop(self) -> None:
        """Stop forwarding."""
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()


@dataclass(frozen=True)
class ScimServer:
    """A running SCIM service; `url` goes through the counting gate."""

    process: Process
    gate: Gate
    url: str
    token: str = TOKEN

    def stop(self) -> None:
        """End gate and server."""
        self.gate.stop()
        self.process.stop()


def program() -> Path:
    """Return where the server's command would be."""
    return Path(sys.executable).parent / "scim2-server"


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if program().exists() else "scim2-server"


def start(site: Site) -> ScimServer:
    """Start an empty service behind its gate; about a second and a half."""
    room = site.room("scim")
    port = free_port(ADDRESS)
    command = [program(), "--hostname", ADDRESS, "--port", str(port), "--bearer-token", TOKEN]
    process = Process("scim2-server", command, room)
    process.ready(lambda: listens(ADDRESS, port))
    gate = Gate(ADDRESS, port)
    return ScimServer(process, gate, f"http://{ADDRESS}:{gate.port}/v2")
