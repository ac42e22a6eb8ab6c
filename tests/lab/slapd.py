"""OpenLDAP with the people of an HR file: ldaps and StartTLS, nested groups, password policy.

slapadd runs no overlay, therefore memberOf is written by hand. The bridge account may read everything
except passwords; an unpaged search is cut at 500 entries, as real directories do.
"""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.lab.process import Process, free_port, listens, which
from tests.lab.site import Site

ADDRESS = "127.0.0.21"
SUFFIX = "dc=corp,dc=example"
PEOPLE = f"ou=people,{SUFFIX}"
GROUPS = f"ou=groups,{SUFFIX}"
PASSWORD = "Welkom01!lab"
BRIDGE_DN = f"uid=bridge,ou=services,{SUFFIX}"
BRIDGE_PASSWORD = "bridge-reads-only"
PACKAGES = ("slapd", "ldap-utils")

CONFIG = """\
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
pidfile {room}/slapd.run.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
moduleload ppolicy
TLSCACertificateFile {ca}
TLSCertificateFile {room}/server.crt
TLSCertificateKeyFile {room}/server.key
TLSVerifyClient never
sizelimit size.soft=500 size.hard=500 size.prtotal=unlimited
loglevel stats
access to attrs=userPassword by self =xw by anonymous auth by * none
access to * by dn.exact="{bridge}" read by self read by users read by anonymous auth
database mdb
suffix "{suffix}"
rootdn "cn=admin,{suffix}"
rootpw {password}
directory {room}/db
maxsize 1073741824
limits dn.exact="{bridge}" size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited
index objectClass eq
index uid,mail,employeeNumber eq
index member,memberOf eq
index entryUUID eq
overlay memberof
overlay refint
refint_attributes member
overlay ppolicy
ppolicy_default "cn=default,ou=policies,{suffix}"
ppolicy_use_lockout
"""

FRAME = f"""\
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: corp
o: Corp

dn: ou=people,{SUFFIX}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{SUFFIX}
objectClass: organizationalUnit
ou: groups

dn: ou=services,{SUFFIX}
objectClass: organizationalUnit
ou: services

dn: ou=policies,{SUFFIX}
objectClass: organizationalUnit
ou: policies

dn: cn=default,ou=policies,{SUFFIX}
objectClass: pwdPolicy
objectClass: person
cn: default
sn: default
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 20
pwdLockoutDuration: 300

dn: {BRIDGE_DN}
objectClass: account
objectClass: simpleSecurityObject
uid: bridge
userPassword: {BRIDGE_PASSWORD}
"""


def _line(name: str, value: str) -> str:
    plain = value.isascii() and not value.startswith((" ", ":", "<")) and "\n" not in value
    return f"{name}: {value}" if plain else f"{name}:: {base64.b64encode(value.encode()).decode()}"


def entries(people: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """Yield LDIF for rows of the HR file: people with one password, a group per unit, two that nest in a circle."""
    members: dict[str, list[str]] = {}
    for row in people:
        distinguished = f"uid={row['username']},{PEOPLE}"
        surname = " ".join(filter(None, (row.get("name_prefix", ""), row["family_name"])))
        unit = row.get("unit", "") or "none"
        members.setdefault(unit, []).append(distinguished)
        lines = [f"dn: {distinguished}", "objectClass: inetOrgPerson", f"uid: {row['username']}"]
        lines.append(_line("cn", f"{row['given_name']} {surname}"))
        lines.append(_line("sn", surname))
        lines.append(_line("givenName", row["given_name"]))
        lines.append(_line("mail", row["email"]))
        lines.append(f"employeeNumber: {row['employee_number']}")
        if row.get("title"):
            lines.append(_line("title", row["title"]))
        lines += [f"userPassword: {PASSWORD}", f"memberOf: cn={unit},{GROUPS}"]
        yield "\n".join(lines) + "\n"
    for unit, dns in members.items():
        lines = [f"dn: cn={unit},{GROUPS}", "objectClass: groupOfNames", _line("cn", unit)]
        lines += [f"member: {dn}" for dn in dns]
        yield "\n".join(lines) + "\n"
    nested = [f"dn: cn=everyone,{GROUPS}", "objectClass: groupOfNames", "cn: everyone"]
    nested += [f"member: cn={unit},{GROUPS}" for unit in members] + [f"member: cn=circle,{GROUPS}"]
    circle = [f"dn: cn=circle,{GROUPS}", "objectClass: groupOfNames", "cn: circle", f"member: cn=everyone,{GROUPS}"]
    yield "\n".join(nested) + "\n"
    yield "\n".join(circle) + "\n"


@dataclass(frozen=True)
class Slapd:
    """A running directory."""

    process: Process
    ldap_url: str
    ldaps_url: str
    ca_file: Path

    def stop(self) -> None:
        """End the server."""
        self.process.stop()


def missing() -> str | None:
    """Return what is not installed, or None."""
    return None if which("slapd") else "slapd"


def start(site: Site, people: Iterable[Mapping[str, str]]) -> Slapd:
    """Fill a directory with these people and start it; half a second for a thousand."""
    room = site.room("slapd")
    (room / "db").mkdir()
    for name in ("server.crt", "server.key"):
        (room / name).write_bytes((site.authority.folder / name).read_bytes())
    config = CONFIG.format(room=room, ca=site.authority.ca_file, suffix=SUFFIX, password=PASSWORD, bridge=BRIDGE_DN)
    (room / "slapd.conf").write_text(config)
    (room / "org.ldif").write_text(FRAME + "\n" + "\n".join(entries(people)))
    slapadd = which("slapadd") or "slapadd"
    command = [slapadd, "-q", "-f", room / "slapd.conf", "-b", SUFFIX, "-l", room / "org.ldif"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    plain, tls = free_port(ADDRESS), free_port(ADDRESS)
    urls = f"ldap://{ADDRESS}:{plain} ldaps://{ADDRESS}:{tls}"
    process = Process("slapd", [which("slapd") or "slapd", "-f", room / "slapd.conf", "-d", "256", "-h", urls], room)
    process.ready(lambda: listens(ADDRESS, plain) and listens(ADDRESS, tls))
    return Slapd(process, f"ldap://{ADDRESS}:{plain}", f"ldaps://{ADDRESS}:{tls}", site.authority.ca_file)
