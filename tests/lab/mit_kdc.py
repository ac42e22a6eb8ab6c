"""A Kerberos realm by MIT's KDC: tickets of every kind that a test needs, without root."""

from __future__ import annotations

import importlib.util
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.lab.process import PATH, Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.29"
REALM = "KRB.EXAMPLE"
PASSWORD = "Welkom01!lab"
SERVICE = "HTTP/bridge.localhost"
PEOPLE = ("p00001", "p00001/admin", "PC0001$", "p00002")
PACKAGES = ("krb5-kdc", "krb5-admin-server", "krb5-user", "gcc", "libkrb5-dev", "python3-dev")
"""The last three build `gssapi`, which has no wheel for Linux."""

CLIENT = """\
[libdefaults]
  default_realm = {realm}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  dns_canonicalize_hostname = false
  rdns = false
  udp_preference_limit = 1
  allow_weak_crypto = true
[realms]
  {realm} = {{
    kdc = {address}:{port}
  }}
[domain_realm]
  localhost = {realm}
  .localhost = {realm}
"""
SERVER = """\
[kdcdefaults]
  kdc_ports = ""
  kdc_listen = ""
  kdc_tcp_listen = {address}:{port}
[realms]
  {realm} = {{
    database_name = {room}/principal
    key_stash_file = {room}/stash
    acl_file = {room}/kadm5.acl
    supported_enctypes = aes256-cts:normal aes128-cts:normal
  }}
[logging]
  kdc = FILE:{room}/kdc.trace
"""


@dataclass(frozen=True)
class Realm:
    """A running KDC; `keytab` holds the keys of HTTP/bridge.localhost."""

    process: Process
    room: Path
    name: str

    @property
    def keytab(self) -> Path:
        """Return the keys of the bridge's web address."""
        return self.room / "http.keytab"

    @property
    def environment(self) -> dict[str, str]:
        """Return what programs need in order to use this realm and no other."""
        return _environment(self.room)

    def administer(self, *commands: str) -> str:
        """Run these commands of `kadmin` on the database."""
        return _administer(self.room, self.name, commands)

    def ticket(self, account: str, cache: Path, *options: str) -> dict[str, str]:
        """Let somebody sign in at her desk; returned is the environment of her programs."""
        environment = {**self.environment, "KRB5CCNAME": f"FILE:{cache}"}
        command = [which("kinit") or "kinit", *options, f"{account}@{self.name}"]
        subprocess.run(command, check=True, capture_output=True, text=True, input=PASSWORD + "\n", env=environment)
        return environment

    def stop(self) -> None:
        """End the KDC."""
        self.process.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    if importlib.util.find_spec("gssapi") is None:
        return "gssapi (the extra kerberos)"
    programs = (("krb5kdc", "krb5-kdc"), ("kadmin.local", "krb5-admin-server"), ("kinit", "krb5-user"))
    return next((package for program, package in programs if not which(program)), None)


def start(site: Site, name: str = REALM) -> Realm:
    """Make a realm with a few people and start its KDC."""
    room = site.room("kdc")
    port = free_port(ADDRESS)
    facts = {"realm": name, "address": ADDRESS, "port": port, "room": room}
    (room / "krb5.conf").write_text(CLIENT.format(**facts))
    (room / "kdc.conf").write_text(SERVER.format(**facts))
    make = [which("kdb5_util") or "kdb5_util", "create", "-s", "-r", name, "-P", PASSWORD]
    subprocess.run(make, check=True, capture_output=True, env=_environment(room))
    people = [f'addprinc -pw "{PASSWORD}" "{account}"' for account in PEOPLE]
    services = [f"addprinc -randkey {SERVICE}", f"ktadd -k {room}/http.keytab {SERVICE}"]
    _administer(room, name, [*people, *services])
    command = [which("krb5kdc") or "krb5kdc", "-n", "-r", name]
    process = Process("krb5kdc", command, room, environment=_environment(room))
    return Realm(process.ready(lambda: listens(ADDRESS, port)), room, name)


def _environment(room: Path) -> dict[str, str]:
    own = {"KRB5_CONFIG": str(room / "krb5.conf"), "KRB5_KDC_PROFILE": str(room / "kdc.conf"), "PATH": PATH}
    return {**os.environ, **own}


def _administer(room: Path, name: str, commands: Iterable[str]) -> str:
    command = [which("kadmin.local") or "kadmin.local", "-r", name]
    typed = "\n".join(commands) + "\n"
    return subprocess.run(
        command, check=True, capture_output=True, text=True, input=typed, env=_environment(room)
    ).stdout
