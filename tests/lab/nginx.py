"""nginx in front of the bridge, with the configuration of `deploy/`."""

from __future__ import annotations

from pathlib import Path

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.28"
PACKAGES = ("nginx-light",)

FRAME = """\
daemon off;
pid {room}/nginx.pid;
error_log {room}/error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log {room}/access.log;
  client_body_temp_path {room}/body;
  proxy_temp_path {room}/proxy;
  fastcgi_temp_path {room}/fastcgi;
  uwsgi_temp_path {room}/uwsgi;
  scgi_temp_path {room}/scgi;
  {site}
}}
"""


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if which("nginx") else "nginx"


class Nginx:
    """A running proxy; `site` is the text of its `http` part, made for `port`."""

    def __init__(self, site: Site, *, address: str = ADDRESS, host: str = ADDRESS) -> None:
        self.room: Path = site.room(f"nginx-{host}")
        self.address = address
        self.port = free_port(address)
        self.url = f"https://{host}:{self.port}"
        self.process: Process | None = None

    def start(self, http: str) -> Nginx:
        """Serve this configuration."""
        (self.room / "nginx.conf").write_text(FRAME.format(room=self.room, site=http))
        command = [which("nginx") or "nginx", "-e", self.room / "error.log", "-c", self.room / "nginx.conf"]
        self.process = Process("nginx", command, self.room).ready(lambda: listens(self.address, self.port))
        return self

    def stop(self) -> None:
        """End the proxy."""
        if self.process is not None:
            self.process.stop()
