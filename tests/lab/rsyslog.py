"""rsyslog as a log collector: syslog over TLS (RFC 5425) into a file."""

from __future__ import annotations

from pathlib import Path

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.36"
PACKAGES = ("rsyslog", "rsyslog-openssl")
LIBRARIES = Path("/usr/lib")

CONFIGURATION = """\
global(
  workDirectory="{room}" DefaultNetstreamDriver="ossl"
  DefaultNetstreamDriverCAFile="{ca}" DefaultNetstreamDriverCertFile="{certificate}"
  DefaultNetstreamDriverKeyFile="{key}"
)
module(load="imtcp" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")
template(name="whole" type="list") {{
  property(name="structured-data") constant(value=" ") property(name="msg") constant(value="\\n")
}}
input(type="imtcp" address="{address}" port="{port}")
action(type="omfile" file="{file}" template="whole")
"""


def missing() -> str | None:
    """Return what is not installed, or None."""
    if not which("rsyslogd"):
        return "rsyslogd"
    return None if any(LIBRARIES.glob("*/rsyslog/lmnsd_ossl.so")) else "rsyslog-openssl"


class Rsyslog:
    """A running collector; `lines` is what has arrived."""

    def __init__(self, site: Site) -> None:
        self.room: Path = site.room("rsyslog")
        self.ca_file = site.authority.ca_file
        self.port = free_port(ADDRESS)
        self.address = f"tls://{ADDRESS}:{self.port}"
        self.file = self.room / f"arrived-{self.port}.log"
        pair = {"certificate": site.authority.certificate, "key": site.authority.key}
        place = {"address": ADDRESS, "port": self.port, "file": self.file}
        text = CONFIGURATION.format(room=self.room, ca=self.ca_file, **pair, **place)
        (self.room / "rsyslog.conf").write_text(text)
        self.process: Process | None = None

    def start(self) -> Rsyslog:
        """Listen."""
        command = [which("rsyslogd") or "rsyslogd", "-n", "-f", self.room / "rsyslog.conf", "-i", self.room / "pid"]
        self.process = Process("rsyslog", command, self.room).ready(lambda: listens(ADDRESS, self.port))
        return self

    @property
    def lines(self) -> list[str]:
        """Return what has arrived."""
        return self.file.read_text("utf-8").splitlines() if self.file.exists() else []

    def stop(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.stop()
            self.process = None
