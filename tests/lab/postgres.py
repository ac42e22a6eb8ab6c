"""PostgreSQL in a folder of its own: no service, no system cluster, no durability (it is thrown away)."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.lab.process import Process, free_port
from tests.lab.site import Site

ADDRESS = "127.0.0.26"
PACKAGES = ("postgresql",)
USER = "postgres"


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


@dataclass(frozen=True)
class Postgres:
    """A running server with one empty database."""

    process: Process
    url: str

    def stop(self) -> None:
        """End the server."""
        self.process.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if _programs() else "postgresql"


def _as_server(*command: str | Path) -> None:
    user = USER if os.geteuid() == 0 else None
    subprocess.run([str(part) for part in command], check=True, capture_output=True, cwd="/", user=user)


def start(site: Site) -> Postgres:
    """Make a cluster and start it; about two seconds."""
    programs = _programs()
    assert programs is not None
    room = site.room("postgres")
    if os.geteuid() == 0:
        shutil.chown(room, USER, USER)
    data = room / "data"
    _as_server(
        programs / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    lines = ["listen_addresses='" + ADDRESS + "'", "unix_socket_directories=''", "max_connections=200"]
    lines += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
    with (data / "postgresql.conf").open("a") as config:
        config.write("\n".join(lines) + "\n")
    port = free_port(ADDRESS)
    process = Process("postgres", [programs / "postgres", "-D", data, "-p", str(port)], room, user=USER)
    where = ["-h", ADDRESS, "-p", str(port), "-U", USER]
    ask = [str(programs / "pg_isready"), "-q", *where]
    process.ready(lambda: subprocess.run(ask, check=False).returncode == 0)
    _as_server(programs / "createdb", *where, "bridge")
    return Postgres(process, f"postgresql://{USER}@{ADDRESS}:{port}/bridge")
