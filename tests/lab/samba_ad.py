"""Samba as an Active Directory domain controller: LDAP over TLS, Kerberos, password changes; one ordinary process.

The domain with its people is made once (40 s) and kept below `.peers`; each start copies it and takes a second.
Samba's LDAP and Kerberos have fixed ports below 1024, so that only root can run it; its address is its own.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

from tests.lab.process import PATH, PeerFailed, Process, listens, which
from tests.lab.samba_org import NETBIOS, REALM, Plan
from tests.lab.site import Site

ADDRESSES = tuple(f"127.0.0.{number}" for number in range(31, 37))
PEOPLE = 5000
DEBIAN_PYTHON = "/usr/bin/python3"
MODULES = Path("/usr/lib/python3/dist-packages/samba")
SEEDS = Path(__file__).resolve().parents[2] / ".peers" / "samba_ad"
PACKAGES = (
    *("samba", "samba-ad-dc", "samba-ad-provision", "samba-dsdb-modules", "samba-vfs-modules", "winbind"),
    *("ldb-tools", "python3-samba", "krb5-user"),
    "curl",  # shows tickets of the domain to web servers
)
SMB = """\
[global]
  realm = {realm}
  workgroup = {netbios}
  netbios name = DC1
  server role = active directory domain controller
  idmap_ldb:use rfc2307 = yes
  private dir = {room}/private
  state directory = {room}/state
  cache directory = {room}/cache
  lock directory = {room}
  binddns dir = {room}/bind-dns
  pid directory = {room}/run
  ncalrpc dir = {room}/ncalrpc
  ntp signd socket directory = {room}/ntp
  log file = {room}/log.%m
  interfaces = {address}/8
  bind interfaces only = yes
  server services = rpc, ldap, cldap, kdc
  ldap server require strong auth = allow_sasl_over_tls
  tls enabled = yes
  tls keyfile = {ca}/server.key
  tls certfile = {ca}/server.crt
  tls cafile = {ca}/ca.crt
  dns update command = /bin/true
  spn update command = /bin/true
  gpo update command = /bin/true
"""
KRB5 = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  allow_weak_crypto = {weak}
[realms]
  {realm} = {{
    kdc = {address}:88
    kpasswd_server = {address}:464
  }}
[domain_realm]
  localhost = {realm}
  .localhost = {realm}
"""


@dataclass(frozen=True)
class SambaAd:
    """A running domain controller. `keytab` holds the keys of HTTP/bridge.localhost, `old_keytab` RC4 keys only."""

    process: Process
    room: Path
    address: str
    ca_file: Path
    claim: IO[str]

    @property
    def ldaps_url(self) -> str:
        """Return where it speaks TLS at once."""
        return f"ldaps://{self.address}"

    @property
    def ldap_url(self) -> str:
        """Return where it speaks StartTLS."""
        return f"ldap://{self.address}"

    @property
    def keytab(self) -> Path:
        """Return the keys of the bridge's web address."""
        return self.room / "http.keytab"

    @property
    def old_keytab(self) -> Path:
        """Return the keys of an account that was never moved off RC4."""
        return self.room / "old.keytab"

    @property
    def krb5_conf(self) -> Path:
        """Return what clients of the realm need."""
        return self.room / "krb5.conf"

    def tool(self, *arguments: str, typed: str | None = None) -> str:
        """Return what `samba-tool` prints about this domain; it looks into the database itself."""
        where = ["-H", str(self.room / "private" / "sam.ldb"), f"--configfile={self.room / 'smb.conf'}"]
        command = [which("samba-tool") or "samba-tool", *arguments, *where]
        return subprocess.run(command, check=True, capture_output=True, text=True, input=typed).stdout

    def ticket(self, account: str, password: str, cache: Path) -> dict[str, str]:
        """Let somebody sign in at her desk; returned is the environment of her programs."""
        environment = {**os.environ, "PATH": PATH, "KRB5_CONFIG": str(self.krb5_conf), "KRB5CCNAME": f"FILE:{cache}"}
        command = [which("kinit") or "kinit", account]
        subprocess.run(command, check=True, capture_output=True, text=True, input=password + "\n", env=environment)
        return environment

    def stop(self) -> None:
        """End the domain controller and leave its address to others."""
        self.process.stop()
        self.claim.close()


def missing() -> str | None:
    """Return what is not installed, or None."""
    for program in ("samba", "samba-tool", "kinit", "curl"):
        if not which(program):
            return program
    if not MODULES.exists():
        return "python3-samba"
    with socket.socket() as probe:
        try:
            probe.bind((ADDRESSES[-1], 636))
        except PermissionError:
            return "a right to use ports below 1024"
        except OSError:
            return None
    return None


def start(site: Site, people: int = PEOPLE) -> SambaAd:
    """Copy the domain and start it; the first time on a machine it is made."""
    seed = _seed(people)
    claim, address = _free_address()
    room = site.room("ad")
    subprocess.run(["cp", "-a", "--reflink=auto", f"{seed}/.", str(room)], check=True)
    for folder in ("cache", "run", "ncalrpc", "ntp"):
        (room / folder).mkdir(exist_ok=True)
    configure(room, address, site.authority.folder)
    command = [
        *(which("samba") or "samba", "--foreground", "--no-process-group", "--debug-stdout", "--model=single"),
        f"--configfile={room / 'smb.conf'}",
    ]
    process = Process("samba", command, room)
    process.ready(lambda: all(listens(address, port) for port in (389, 636, 88, 464)))
    return SambaAd(process, room, address, site.authority.ca_file, claim)


def configure(room: Path, address: str, authority: Path) -> None:
    """Write the configuration of the server and of its clients."""
    smb = SMB.format(room=room, address=address, realm=REALM, netbios=NETBIOS, ca=authority)
    (room / "smb.conf").write_text(smb)
    (room / "krb5.conf").write_text(KRB5.format(realm=REALM, address=address, weak="true"))


def _free_address() -> tuple[IO[str], str]:
    """Return an address that no other process of the lab uses, and the file that keeps it ours."""
    for address in ADDRESSES:
        claim = (Path(tempfile.gettempdir()) / f"lab-samba-{address}.lock").open("w")
        with suppress(OSError):
            fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not listens(address, 636):
                return claim, address
        claim.close()
    raise PeerFailed(f"all of {', '.join(ADDRESSES)} are in use")


def _seed(people: int) -> Path:
    """Return the kept domain, made when its recipe is new. One process makes it, the others wait."""
    recipe = [Path(__file__).with_name(name).read_bytes() for name in ("samba_seed.py", "samba_org.py", "people.py")]
    seed = SEEDS / f"{people}-{sha256(b''.join(recipe)).hexdigest()[:12]}"
    SEEDS.mkdir(parents=True, exist_ok=True)
    with (SEEDS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not seed.exists():
            for old in SEEDS.glob(f"{people}-*"):
                shutil.rmtree(old)
            _make(seed, people)
    return seed


def _make(seed: Path, people: int) -> None:
    fresh = Path(tempfile.mkdtemp(prefix="making-", dir=SEEDS))
    plan = json.dumps(Plan(people).document(ADDRESSES[0]))
    command = [DEBIAN_PYTHON, str(Path(__file__).with_name("samba_seed.py")), str(fresh)]
    done = subprocess.run(command, input=plan, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(fresh)
        raise PeerFailed(f"the domain could not be made:\n{done.stderr[-2000:]}")
    for junk in ("msg.sock", "msg.lock"):
        shutil.rmtree(fresh / junk, ignore_errors=True)
    fresh.chmod(0o755)
    fresh.rename(seed)
