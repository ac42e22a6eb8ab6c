"""The organisation of the lab's Active Directory: Dutch-looking people, five levels of groups, awkward accounts.

Groups nest: `everyone` > `staff` > division > department > team > person. `circle-a` and `circle-b` hold each other,
and circle-b the first team. The first `WITH_PASSWORD` people and all awkward accounts can sign in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.lab.people import company

REALM, NETBIOS = "AD.CORP.EXAMPLE", "CORPAD"
BASE = "DC=ad,DC=corp,DC=example"
STAFF, GROUPS, SERVICES = (f"OU={name},{BASE}" for name in ("Medewerkers", "Groepen", "Diensten"))
PASSWORD, ADMIN_PASSWORD = "Welkom01!lab", "Admin01!lab"
BRIDGE, BRIDGE_PASSWORD = f"CN=svc-bridge,{SERVICES}", "Bridge-reads-0nly"
HOST = "bridge.localhost"
"""A name that curl and Chromium take for this machine without asking anybody."""

WITH_PASSWORD = 24
MANY_GROUPS = 600
"""The last of the second team, `p00024`, is in so many: her ticket is a long one."""

AES_ONLY, RC4_ONLY = "24", "4"
NEVER, LONG_AGO = "0", "131000000000000000"
STATES = {
    "disabled": "account_disabled",
    "locked": "account_locked",
    "expired": "account_expired",
    "stale": "password_expired",
    "beginner": "password_must_change",
    "nightwatch": "not_at_this_hour",
    "elsewhere": "not_at_this_workstation",
}
"""Awkward accounts, by the reason that the audit is to tell."""
FORGETFUL = "forgetful"
"""Another one whose password is too old, for a test that changes it."""


@dataclass
class Plan:
    """What the seed is made from."""

    people: int
    entries: list[dict[str, Any]] = field(default_factory=list)
    changes: list[tuple[str, str, list[str]]] = field(default_factory=list)

    def document(self, address: str) -> dict[str, Any]:
        """Return the plan as the seed's maker reads it."""
        for name in ("Medewerkers", "Groepen", "Diensten"):
            self.entries.append({"dn": f"OU={name},{BASE}", "objectClass": "organizationalUnit"})
        self._services()
        members = self._people()
        self._groups(members)
        self._awkward()
        return {
            "realm": REALM, "netbios": NETBIOS, "base": BASE, "address": address, "admin_password": ADMIN_PASSWORD,
            "entries": self.entries, "changes": self.changes, "replicator": BRIDGE,
            "keytabs": [("http.keytab", f"HTTP/{HOST}"), ("old.keytab", "HTTP/old.localhost")],
        }  # fmt: skip

    def _user(self, dn: str, account: str, password: str = "", **values: Any) -> None:
        usual = {"objectClass": "user", "sAMAccountName": account, "userPrincipalName": f"{account}@{REALM.lower()}"}
        control = {"userAccountControl": "512" if password else "544"}
        given = {name: value for name, value in values.items() if value}
        self.entries.append({"dn": dn, **usual, **control, **given, **({"password": password} if password else {})})

    def _services(self) -> None:
        self._user(BRIDGE, "svc-bridge", BRIDGE_PASSWORD)
        names = [f"HTTP/{HOST}", f"cifs/{HOST}"]
        self._user(f"CN=svc-http,{SERVICES}", "svc-http", PASSWORD, servicePrincipalName=names)
        self._user(f"CN=svc-old,{SERVICES}", "svc-old", PASSWORD, servicePrincipalName=["HTTP/old.localhost"])
        for name, types in (("svc-http", AES_ONLY), ("svc-old", RC4_ONLY)):
            self.changes.append((f"CN={name},{SERVICES}", "msDS-SupportedEncryptionTypes", [types]))

    def _people(self) -> dict[str, list[str]]:
        teams: dict[str, list[str]] = {}
        heads: dict[str, str] = {}
        for number, row in enumerate(company(self.people).people):
            team, account = row["unit"], row["username"]
            surname = " ".join(filter(None, (row["name_prefix"], row["family_name"])))
            dn = f"CN={surname}\\, {row['given_name']} ({account}),{STAFF}"
            self._user(
                dn, account, PASSWORD if number < WITH_PASSWORD else "", givenName=row["given_name"], sn=surname,
                displayName=f"{row['given_name']} {surname}", mail=row["email"], title=row["title"], department=team,
                employeeNumber=row["employee_number"], manager=heads.get(team, ""),
            )  # fmt: skip
            heads.setdefault(team, dn)
            teams.setdefault(team, []).append(dn)
        return teams

    def _groups(self, teams: Mapping[str, list[str]]) -> None:
        level, names = dict(teams), {"department": 8, "division": 6, "staff": 10_000}
        for name, dns in level.items():
            self._group(name, dns)
        for name, width in names.items():
            level = {
                name if width > len(level) and name == "staff" else f"{name}-{at + 1}": inside
                for at, inside in enumerate(_parts([self._dn(one) for one in level], width))
            }
            for one, inside in level.items():
                self._group(one, inside)
        self._group("everyone", [self._dn("staff")])
        for number in range(1, MANY_GROUPS + 1):
            self._group(f"project-{number:03}", teams["team-2"][-1:])
        self._group("circle-a", [])
        self._group("circle-b", [self._dn("circle-a"), self._dn("team-1")])
        self.changes.append((self._dn("circle-a"), "member", [self._dn("circle-b")]))

    def _group(self, name: str, members: list[str]) -> None:
        entry = {"dn": self._dn(name), "objectClass": "group", "sAMAccountName": name}
        self.entries.append({**entry, **({"member": members} if members else {})})

    @staticmethod
    def _dn(name: str) -> str:
        return f"CN={name},{GROUPS}"

    def _awkward(self) -> None:
        for name in (*STATES, FORGETFUL):
            self._user(f"CN={name},{STAFF}", name, PASSWORD, givenName=name.title(), employeeNumber=f"X-{name}")
        for name, attribute, values in (
            ("disabled", "userAccountControl", ["514"]),
            ("locked", "lockoutTime", ["now"]),
            ("expired", "accountExpires", [LONG_AGO]),
            ("stale", "pwdLastSet", [LONG_AGO]),
            (FORGETFUL, "pwdLastSet", [LONG_AGO]),
            ("beginner", "pwdLastSet", [NEVER]),
            ("nightwatch", "logonHours", ["hex:" + "00" * 21]),
            ("elsewhere", "userWorkstations", ["KIOSK7"]),
        ):
            self.changes.append((f"CN={name},{STAFF}", attribute, values))


def _parts(names: list[str], width: int) -> Iterator[list[str]]:
    for at in range(0, len(names), width):
        yield names[at : at + width]
