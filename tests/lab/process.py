"""A peer as an ordinary process: started in its own group, awaited by condition, stopped by pid."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PATIENCE = 60.0
PORTS = range(12_000, 32_000)
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class PeerFailed(Exception):
    """A peer did not start, or died; the message ends with the last lines of its log."""


def which(*programs: str) -> str | None:
    """Return the first of these programs that is installed, looking in the system directories too."""
    for program in programs:
        for folder in PATH.split(":"):
            if folder and os.access(Path(folder) / program, os.X_OK):
                return str(Path(folder) / program)
    return None


def free_port(address: str) -> int:
    """Return a port that is free on that loopback address, outside the range the system lends to outgoing calls.

    So nobody gets it by chance in the moment before it is used, nor while a server that is started again is down.
    """
    while True:
        port = secrets.choice(PORTS)
        with suppress(OSError), socket.socket() as probe:
            probe.bind((address, port))
            return port


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> None:
    """Return as soon as the condition is true; raise PeerFailed when it is not after `patience` seconds."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise PeerFailed(f"waited {patience:.0f} s in vain for {what}")
        time.sleep(0.02)


def listens(address: str, port: int) -> bool:
    """Return whether somebody accepts connections there."""
    with suppress(OSError), socket.create_connection((address, port), timeout=1):
        return True
    return False


class Process:
    """One program; its output goes to `<folder>/<name>.log`, its pid is the only handle used to stop it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        folder: Path,
        *,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, "PATH": PATH, **(environment or {})},
                user=user if os.geteuid() == 0 else None,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the process id, which is also the id of its process group."""
        return self.popen.pid

    def ready(self, condition: Callable[[], object], patience: float = PATIENCE) -> Process:
        """Wait until the peer answers; raise with the end of its log when it dies or stays silent."""

        def answered() -> bool:
            if self.popen.poll() is not None:
                raise PeerFailed(f"{self.name} ended with {self.popen.returncode}:\n{self.tail()}")
            return bool(condition())

        try:
            wait_until(answered, self.name, patience)
        except PeerFailed as failure:
            self.stop()
            raise PeerFailed(f"{failure}\n{self.tail()}") from None
        return self

    def tail(self, lines: int = 15) -> str:
        """Return the last lines of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def kill(self) -> None:
        """Kill at once, children too: the crash that tests want."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.popen.wait()

    def stop(self, patience: float = 10.0) -> None:
        """Ask to end, and kill whoever is left of the group."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(patience)
        self.kill()
