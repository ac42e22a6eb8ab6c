"""A receiver of webhooks on this machine, and a bridge that may send to it; messages are read by `standardwebhooks`."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

ADDRESS = "127.0.0.1"


class Receiver:
    """Keeps what it gets; `answers` are given one after the other, the last one again and again."""

    def __init__(self, port: int) -> None:
        self.url = f"http://{ADDRESS}:{port}/hook"
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]

    def answer(self, *answers: int | tuple[int, dict[str, str]]) -> None:
        """Say what to answer from now on."""
        self.answers = [(one, {}) if isinstance(one, int) else one for one in answers]

    def take(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        """Keep a message; return the answer."""
        self.got.append((headers, body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Give a receiver that is gone afterwards."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, more = receiver.take({name.lower(): text for name, text in self.headers.items()}, body)
            self.send_response(status)
            for name, text in more.items():
                self.send_header(name, text)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((ADDRESS, 0), Handler)
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
