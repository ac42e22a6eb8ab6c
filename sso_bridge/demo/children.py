"""The processes of the demo: started in the background with a log each, ended by pid, none left behind."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE = 60.0
GRACE = 8.0
LAST_LINES = 12


class DemoFailed(Exception):
    """The demo cannot go on; `hint` says what to do."""

    code = "demo_failed"

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


class Children:
    """Use as a context: whatever happens inside, all processes have ended after it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # From here on a second Ctrl-C would only leave somebody behind.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        self.stop()

    def start(self, name: str, command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
        """Start one program; it ends with us, also when we are killed (where the system can do that)."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        guard = shutil.which("setpriv")
        words = [*([guard, "--pdeathsig", "TERM"] if guard else []), *map(str, command)]
        with (self._folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own words, no shell
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C is for us alone: we end them in order
            )

    def check(self) -> None:
        """Raise DemoFailed when one of them has ended by itself."""
        for name, process in self._running.items():
            if process.poll() is not None:
                log = self._folder / f"{name}.log"
                last = "\n".join(log.read_text(errors="replace").splitlines()[-LAST_LINES:])
                raise DemoFailed(f"{name} ended by itself ({process.returncode})", hint=f"{last}\n(all of it: {log})")

    def wait_for(self, name: str, condition: Callable[[], bool]) -> None:
        """Return when the condition holds; DemoFailed when somebody ends before, or it takes a minute."""
        end = time.monotonic() + PATIENCE
        while not condition():
            self.check()
            if time.monotonic() > end:
                raise DemoFailed(f"{name} did not answer within a minute", hint=f"see {self._folder / name}.log")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask all to end, newest first, and end those who do not within a few seconds."""
        for process in reversed(self._running.values()):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        end = time.monotonic() + GRACE
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - time.monotonic()))
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._running.clear()


def free_port(first: int, taken: Sequence[int] = ()) -> int:
    """Return the first port from there on that nobody on this machine listens at."""
    for port in range(first, min(first + 200, 65536)):
        if port not in taken and _is_free(port):
            return port
    raise DemoFailed(f"no port from {first} on is free", hint="choose another one: --port 9000")


def listens(port: int) -> bool:
    """Return whether somebody answers there."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _is_free(port: int) -> bool:
    if listens(port):
        return False
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False
