"""389 Directory Server with a few people: ldaps, nested groups, and the account states it keeps in ways of its own."""

from __future__ import annotations

import base64
import hashlib
import os
import pwd
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import ldap3
from ldap3.utils.dn import escape_rdn

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.36"
SUFFIX = "dc=corp,dc=example"
PEOPLE, GROUPS = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
MANAGER, MANAGER_PASSWORD = "cn=Directory Manager", "manager-of-the-lab"
BRIDGE_DN, BRIDGE_PASSWORD = f"uid=bridge,{SUFFIX}", "bridge-reads-only"
PASSWORD = "Welkom01!lab"
PACKAGES = ("389-ds-base", "libnss3-tools")
TEMPLATE = Path("/usr/share/dirsrv/data/template-dse.ldif")
MOST_FAILURES = 3
ROUNDS = 10_000
READ = (
    f'(targetattr != "userPassword")(version 3.0; acl "the bridge reads"; allow (read, search, compare) '
    f'userdn = "ldap:///{BRIDGE_DN}";)'
)
OWN = '(targetattr = "userPassword")(version 3.0; acl "own password"; allow (write) userdn = "ldap:///self";)'


@dataclass(frozen=True)
class Ds389:
    """A running directory. `administrator` gives a connection that may change everything."""

    process: Process
    ldaps_url: str
    ca_file: Path

    def administrator(self) -> ldap3.Connection:
        """Return a connection of the directory's manager."""
        server = ldap3.Server(self.ldaps_url, get_info=ldap3.NONE)
        return ldap3.Connection(server, MANAGER, MANAGER_PASSWORD, auto_bind=True)

    def stop(self) -> None:
        """End the server."""
        self.process.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    if not which("ns-slapd") or not TEMPLATE.exists():
        return "389-ds-base"
    return None if which("certutil") and which("pk12util") else "libnss3-tools"


def start(site: Site) -> Ds389:
    """Start an empty directory, and fill it: `p00001` (E1001) to `p00003`, in groups that nest in a circle."""
    room = site.room("ds389")
    config = room / "config"
    for folder in ("config/schema", "db", "dbhome", "bak", "ldif", "lock", "log", "run", "tmp"):
        (room / folder).mkdir(parents=True)
    for name in ("config/certmap.conf", "config/slapd-collations.conf", "schema/99user.ldif"):
        target = config / name.removeprefix("config/")
        target.write_bytes((Path("/etc/dirsrv") / name).read_bytes())
    plain, tls = free_port(ADDRESS), free_port(ADDRESS)
    (config / "dse.ldif").write_text(_configured(room, plain, tls))
    _certificates(site, config)
    command = [which("ns-slapd") or "ns-slapd", "-D", config, "-i", room / "run" / "pid", "-d", "0"]
    process = Process("ns-slapd", command, room)
    try:
        process.ready(lambda: listens(ADDRESS, plain) and listens(ADDRESS, tls))
        directory = Ds389(process, f"ldaps://{ADDRESS}:{tls}", site.authority.ca_file)
        _fill(directory)
    except BaseException:
        process.stop()
        raise
    return directory


def _configured(room: Path, plain: int, tls: int) -> str:
    """Return the configuration: the product's own template, with our folders, ports and password policy."""
    folders = {
        "schema_dir": "config/schema",
        "cert_dir": "config",
        "config_dir": "config",
        "inst_dir": "",
        "db_home_dir": "dbhome",
    }
    folders |= {f"{name}_dir": name for name in ("lock", "tmp", "ldif", "bak", "run", "log", "db")}
    values = {name: str(room / folder) for name, folder in folders.items()}
    values |= {"fqdn": ADDRESS, "ds_port": str(plain), "ds_user": pwd.getpwuid(os.getuid()).pw_name}
    values |= {"rootdn": MANAGER, "ds_passwd": _hashed(MANAGER_PASSWORD), "ds_suffix": SUFFIX, "db_lib": "bdb"}
    values |= {"ldapi_enabled": "off", "ldapi": str(room / "socket"), "ldapi_autobind": "off"}
    text = re.sub(r"%(\w+)%", lambda found: values[found[1]], TEMPLATE.read_text())
    more = [f"nsslapd-secureport: {tls}", "nsslapd-security: on", f"nsslapd-listenhost: {ADDRESS}"]
    more += [f"nsslapd-securelistenhost: {ADDRESS}", "passwordLockout: on", f"passwordMaxFailure: {MOST_FAILURES}"]
    more += ["passwordExp: on", "passwordMaxAge: 8640000", "passwordUnlock: off"]
    return text.replace("\nnsslapd-rootdn:", "\n" + "\n".join(more) + "\nnsslapd-rootdn:", 1)


def _hashed(password: str) -> str:
    """Return it in the one form that the server takes its manager's password in."""
    salt = os.urandom(24)
    key = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS)
    return f"{{PBKDF2-SHA512}}{ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(key).decode()}"


def _certificates(site: Site, config: Path) -> None:
    """Put the lab's certificate into the key store that the server reads."""
    authority, store = site.authority, config / "server.p12"
    made = ["openssl", "pkcs12", "-export", "-name", "Server-Cert", "-passout", "pass:lab", "-out", store]
    for command in (
        [*made, "-in", authority.certificate, "-inkey", authority.key],
        [which("certutil"), "-N", "-d", config, "--empty-password"],
        [which("pk12util"), "-i", store, "-d", config, "-W", "lab"],
        [which("certutil"), "-A", "-d", config, "-n", "lab", "-t", "CT,,", "-i", authority.ca_file],
    ):
        subprocess.run([str(part) for part in command], check=True, capture_output=True)


def _fill(directory: Ds389) -> None:
    administrator = directory.administrator()
    backend = "cn=userRoot,cn=ldbm database,cn=plugins,cn=config"
    frame: list[tuple[str, list[str], dict[str, object]]] = [
        (backend, ["top", "extensibleObject", "nsBackendInstance"], {"cn": "userRoot", "nsslapd-suffix": SUFFIX}),
        (
            f"cn={escape_rdn(SUFFIX)},cn=mapping tree,cn=config",
            ["top", "extensibleObject", "nsMappingTree"],
            {"cn": SUFFIX, "nsslapd-state": "backend", "nsslapd-backend": "userRoot"},
        ),
        (SUFFIX, ["top", "domain"], {"dc": "corp", "aci": [READ, OWN]}),
        (PEOPLE, ["organizationalUnit"], {}),
        (GROUPS, ["organizationalUnit"], {}),
        (BRIDGE_DN, ["account", "simpleSecurityObject"], {"uid": "bridge", "userPassword": BRIDGE_PASSWORD}),
    ]
    frame += [person(number) for number in (1, 2, 3)]
    first = f"uid=p00001,{PEOPLE}"
    for name, member in (("team", first), ("everyone", f"cn=team,{GROUPS}"), ("circle", f"cn=everyone,{GROUPS}")):
        frame.append((f"cn={name},{GROUPS}", ["groupOfNames"], {"member": member}))
    for dn, classes, values in frame:
        assert administrator.add(dn, classes, values), (dn, administrator.result)
    circle = {"member": [(ldap3.MODIFY_ADD, [f"cn=circle,{GROUPS}"])]}
    assert administrator.modify(f"cn=team,{GROUPS}", circle), administrator.result
    # From now on: a password that the manager gives must be changed at once, also by the first people of all.
    assert administrator.modify("cn=config", {"passwordMustChange": [(ldap3.MODIFY_REPLACE, ["on"])]})
    administrator.unbind()


def person(number: int, **more: object) -> tuple[str, list[str], dict[str, object]]:
    """Return the entry of somebody: name, classes, values."""
    name = f"p{number:05}"
    values = {"uid": name, "cn": name, "sn": "Bos", "employeeNumber": f"E{1000 + number}", "userPassword": PASSWORD}
    return f"uid={name},{PEOPLE}", ["inetOrgPerson"], {**values, **more}
