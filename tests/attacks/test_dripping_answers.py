"""A peer that answers one octet at a time, always just in time, is given up all the same (AD-14)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from sso_bridge.outgoing import open_session

HOST = "127.0.0.1"
LINE = b"HTTP/1.1 200 OK\r\n"
DRIPS = {
    "head": (b"", LINE + b"X-Slow: " + b"a" * 2000 + b"\r\n\r\n"),
    "body": (LINE + b"Content-Length: 2000\r\n\r\n", b"a" * 2000),
    "body without an end": (LINE + b"\r\n", b"a" * 2000),
    "chunks": (LINE + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 400 + b"0\r\n\r\n"),
}
SECONDS, MOST = 0.3, 3.0
Serve = Callable[[bytes, bytes], int]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Give what starts a service that says the first part at once and drips the second."""
    over = threading.Event()
    listener = socket.create_server((HOST, 0))

    def start(at_once: bytes, drip: bytes) -> int:
        def answer() -> None:
            with listener.accept()[0] as line:
                line.recv(4096)
                line.sendall(at_once)
                for octet in drip:
                    if over.wait(0.02):
                        return
                    try:
                        line.sendall(bytes([octet]))
                    except OSError:
                        return

        threading.Thread(target=answer, daemon=True).start()
        return int(listener.getsockname()[1])

    yield start
    over.set()
    listener.close()


@pytest.mark.parametrize("kind", DRIPS)
def test_drip(serve: Serve, kind: str):
    """Head and body each have their time, whatever comes in between; nothing half is taken for an answer (AD-14)."""
    port, began = serve(*DRIPS[kind]), time.monotonic()

    with open_session([HOST]) as session, pytest.raises(requests.exceptions.RequestException):
        session.get(f"http://{HOST}:{port}/", timeout=SECONDS)

    assert time.monotonic() - began < MOST


@pytest.mark.parametrize(
    "cut", [LINE + b"Content-Length: 9\r\n\r\nhalf", LINE + b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf"]
)
def test_cut(serve: Serve, cut: bytes):
    """An answer that breaks off is an error, never a shorter answer (promise 1)."""
    port = serve(cut, b"")

    with open_session([HOST]) as session, pytest.raises(requests.exceptions.RequestException):
        session.get(f"http://{HOST}:{port}/", timeout=5)
