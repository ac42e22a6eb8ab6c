"""OpenSSH's own SFTP server, without root, on a free port: one user, one key, one folder."""

from __future__ import annotations

import getpass
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.23"
PACKAGES = ("openssh-server", "openssh-sftp-server")
SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server")
CONFIG = """\
ListenAddress {address}
Port {port}
HostKey {room}/host_key
PidFile none
AuthorizedKeysFile {room}/authorized_keys
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PermitRootLogin yes
AllowUsers {user}
MaxStartups 100:30:200
Subsystem sftp {server}
"""


@dataclass(frozen=True)
class Sshd:
    """A running server. `folder` is where files lie, `private_key` opens, `host_key` is to be pinned."""

    process: Process
    port: int
    user: str
    folder: Path
    host_key: str
    private_key: str
    stranger: str

    def stop(self) -> None:
        """End the server."""
        self.process.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    if which("sshd") is None:
        return "openssh-server"
    return None if _server() else "openssh-sftp-server"


def _server() -> str | None:
    return next((one for one in SERVERS if Path(one).exists()), None)


def start(site: Site) -> Sshd:
    """Make keys and start it."""
    room = site.room("sshd")
    for name in ("host_key", "user_key", "stranger_key"):
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", str(room / name)]
        subprocess.run(made, check=True, capture_output=True)
    (room / "authorized_keys").write_text((room / "user_key.pub").read_text())
    (room / "drop").mkdir()
    port, user = free_port(ADDRESS), getpass.getuser()
    config = CONFIG.format(address=ADDRESS, port=port, room=room, user=user, server=_server())
    (room / "sshd_config").write_text(config)
    if user == "root":
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd locks itself in before anybody is let in
    process = Process("sshd", [which("sshd") or "sshd", "-D", "-e", "-f", room / "sshd_config"], room)
    process.ready(lambda: listens(ADDRESS, port))
    return Sshd(
        process, port, user, room / "drop", (room / "host_key.pub").read_text().strip(),
        (room / "user_key").read_text(), (room / "stranger_key").read_text(),
    )  # fmt: skip
