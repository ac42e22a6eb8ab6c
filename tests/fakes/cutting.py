"""A wire that passes so many octets of answers on, and is then cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Self


class Cutting:
    """Listens on `port` of the same address as the server on port 636; every connection counts."""

    def __init__(self, address: str, after: int, port: int = 636) -> None:
        self.address, self.after, self.behind, self.passed = address, after, port, 0
        self.listener = socket.create_server((address, 0))
        self.open = [self.listener]
        self.port = self.listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.open:
            one.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection((self.address, self.behind))
                self.open += [near, far]
                threading.Thread(target=self._pass, args=(near, far), daemon=True).start()
                threading.Thread(target=self._pass, args=(far, near, True), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket, counted: bool = False) -> None:  # noqa: FBT001, FBT002
        with suppress(OSError):
            while octets := source.recv(4096):
                if counted:
                    self.passed += len(octets)
                    if self.passed >= self.after:
                        break
                sink.sendall(octets)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
