"""Ctrl-C and SIGTERM end a worker gracefully: calls under way are finished and written down."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sso_bridge.jobs.worker import Worker


@contextmanager
def stopping(worker: Worker) -> Iterator[None]:
    """Pass both signals on to the worker while it runs."""

    def stop(*_: object) -> None:
        # In a thread of its own: the main thread may hold the very lock that `stop` takes.
        threading.Thread(target=worker.stop).start()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
