"""Apache as an ordinary process that protects `/secret/` with one sign-in module.

The page behind the protection is a server-side include that prints what the module hands to an application:
the identity and attributes that a real platform would see.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from pathlib import Path

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

MODULES = Path("/usr/lib/apache2/modules")
USER = "www-data"

BASE = """\
ServerRoot {room}
ServerName {address}
PidFile {room}/run/httpd.pid
DefaultRuntimeDir {room}/run
Mutex file:{room}/run default
ErrorLog {room}/error.log
LogLevel info
Listen {address}:{port} https
{user}
StartServers 1
MinSpareThreads 5
MaxSpareThreads 10
ThreadsPerChild 10
{modules}
TypesConfig /etc/mime.types
SSLSessionCache shmcb:{room}/run/ssl(512000)
DocumentRoot {room}/www
AddDefaultCharset utf-8
DirectoryIndex index.shtml index.html
<Directory {room}/www>
  Options +Includes
  AddType text/html .shtml
  AddOutputFilter INCLUDES .shtml
  Require all granted
</Directory>
{server}
<VirtualHost {address}:{port}>
  ServerName https://{address}:{port}
  SSLEngine on
  SSLCertificateFile {certificate}
  SSLCertificateKeyFile {key}
{protection}
</VirtualHost>
"""

COMMON = [
    "mpm_event",
    "authz_core",
    "authn_core",
    "authz_user",
    "mime",
    "dir",
    "alias",
    "filter",
    "include",
    "env",
    "headers",
    "socache_shmcb",
    "ssl",
]


class Apache:
    """A prepared Apache: write its module's configuration, then `run`."""

    def __init__(self, site: Site, name: str, address: str) -> None:
        self.site = site
        self.address = address
        self.port = free_port(address)
        self.room = site.room(name)
        self.process: Process | None = None
        for folder in ("www/secret", "run", "cache"):
            (self.room / folder).mkdir(parents=True, exist_ok=True)
        (self.room / "www/secret/index.shtml").write_text("<pre>\n<!--#printenv -->\n</pre>\n")
        (self.room / "www/index.html").write_text(f"public page of {name}\n")

    @property
    def url(self) -> str:
        """Return the address of the site, without a slash at the end."""
        return f"https://{self.address}:{self.port}"

    @property
    def secret(self) -> str:
        """Return the address of the protected page."""
        return f"{self.url}/secret/"

    def run(self, module: str, protection: str, server: str = "") -> None:
        """Start with one more module and its protection of `/secret/`."""
        names = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in COMMON]
        config = BASE.format(
            room=self.room,
            address=self.address,
            port=self.port,
            user=f"User {USER}\nGroup {USER}" if os.geteuid() == 0 else "",
            modules="\n".join([*names, module]),
            server=server,
            certificate=self.site.authority.certificate,
            key=self.site.authority.key,
            protection=protection,
        )
        (self.room / "apache.conf").write_text(config)
        self.own()
        command = [which("apache2") or "apache2", "-f", self.room / "apache.conf", "-D", "FOREGROUND"]
        self.process = Process("apache", command, self.room)
        self.process.ready(lambda: listens(self.address, self.port))

    def own(self) -> None:
        """Give the room to the user that the server changes to."""
        if os.geteuid() == 0:
            for path in (self.room, *self.room.rglob("*")):
                shutil.chown(path, USER, USER)

    def stop(self) -> None:
        """End the server."""
        if self.process is not None:
            self.process.stop()


def missing(*needed: str) -> str | None:
    """Return which of apache2 and these modules (`mod_shib.so`) or programs is not installed, or None."""
    for name in ("apache2", *needed):
        there = (MODULES / name).exists() if name.endswith(".so") else which(name) is not None
        if not there:
            return name
    return None


def environment(page: str) -> dict[str, str]:
    """Return what the protected page printed, as a dictionary."""
    listing = re.search(r"<pre>\s*(.*?)\s*</pre>", page, re.DOTALL)
    lines = html.unescape(listing.group(1)).splitlines() if listing else []
    return dict(line.split("=", 1) for line in lines if "=" in line)
