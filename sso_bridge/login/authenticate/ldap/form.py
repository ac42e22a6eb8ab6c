"""The `ldap` workplace: a name and a password, checked by Active Directory or another LDAP directory.

Search as the service account for exactly one entry; bind as that entry on a new connection; believe result 0 only, and
only when "Who am I?" does not say otherwise (LD-03). The subject is the directory's immutable id, the names are in its
own spelling, whatever was typed (LD-06). An unknown name costs the same steps as a wrong password (LD-09).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER, PASSWORD, Brake
from sso_bridge.login.authenticate.ldap.groups import nested_groups
from sso_bridge.login.authenticate.ldap.names import FLAVOURS, groups_filter, person_filter, same_dn
from sso_bridge.login.authenticate.ldap.state import ACCOUNT_RESULTS, Bound, refusal_of
from sso_bridge.login.authenticate.ldap.wire import Entry, Unreachable, Wire


@dataclass(frozen=True, slots=True)
class LdapSettings:
    """An `ldap` workplace of the configuration.

    `urls` are tried in order; `ldap://` means StartTLS, there is no unencrypted way. `bind_password` is a reference.
    `link_attribute` holds HR's employee number. `names` are the attributes a typed name may stand in; empty for the
    usual ones of the kind of directory. Groups are only read when `group_base` says where.
    """

    name: str
    urls: tuple[str, ...]
    base_dn: str
    bind_dn: str
    bind_password: str
    directory: str = "rfc2307bis"
    ca_file: Path | None = None
    names: tuple[str, ...] = ()
    link_attribute: str = "employeeNumber"
    group_base: str = ""


class LdapForm:
    """Fulfils `contract.Workplace` and `contract.TakesPassword`. `secret` resolves the reference to the password."""

    assurance = PASSWORD

    def __init__(self, settings: LdapSettings, secret: Callable[[str], str], brake: Brake, clock: Clock) -> None:
        self.settings = settings
        self.brake = brake
        self.clock = clock
        self.flavour = FLAVOURS[settings.directory]
        service = settings.bind_dn, lambda: secret(settings.bind_password)
        self.wire = Wire(settings.urls, *service, settings.ca_file)

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        return self.settings.name

    def close(self) -> None:
        """Close what is open; it opens again when needed."""
        self.wire.close()

    def check(self) -> str:
        """Return one sentence about the directory; WorkplaceDown when it cannot be searched."""
        found = self._search(f"(&{self.flavour.people})", 2)
        if not found:
            raise WorkplaceDown(f"the service account sees no person below {self.settings.base_dn}")
        self._immutable_id(found[0])
        if not self._search(f"(&{self.flavour.people}({self.settings.link_attribute}=*))", 1):
            raise WorkplaceDown(f"nobody it sees has {self.settings.link_attribute}, by which people are linked to HR")
        return f"the service account can search people below {self.settings.base_dn}"

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        """Return who that is, or raise SignInRefused with the audit's reason, or WorkplaceDown."""
        if not password.strip() or "\x00" in password or not username.strip():
            raise SignInRefused("empty_password")
        entry, reason = self._entry(username)
        account = entry.dn if entry is not None else f"cn={secrets.token_hex(8)},{self.settings.base_dn}"
        if not self.brake.press(self.name, account):
            reason = reason or "account_throttled"
            account = f"cn={secrets.token_hex(8)},{self.settings.base_dn}"
        bound = self._bind(account, password)
        reason = reason or refusal_of(bound) or self._stranger(entry, bound)
        if reason or entry is None:
            raise SignInRefused(reason or "unknown_user")
        self.brake.release(self.name, account)
        return self._login(entry)

    def _entry(self, username: str) -> tuple[Entry | None, str]:
        """Return the one entry of this name, or None with the reason; two entries are nobody."""
        try:
            query = person_filter(self.flavour, self.settings.names or self.flavour.names, username)
        except UnicodeEncodeError:
            return None, "not_utf8"
        found = self._search(query, 2)
        if len(found) > 1:
            return None, "ambiguous_name"
        return (found[0], "") if found else (None, "unknown_user")

    def _search(self, query: str, most: int) -> list[Entry]:
        attributes = (self.flavour.id, self.settings.link_attribute, *self.flavour.names)
        try:
            return self.wire.search(self.settings.base_dn, query, attributes, most)
        except Unreachable as why:
            raise WorkplaceDown(str(why)) from None

    def _bind(self, dn: str, password: str) -> Bound:
        try:
            bound = self.wire.bind(dn, password)
        except Unreachable as why:
            raise WorkplaceDown(str(why)) from None
        if bound.code != 0 and bound.code not in ACCOUNT_RESULTS:
            raise WorkplaceDown(f"the directory answered the bind with result {bound.code}")
        return bound

    def _stranger(self, entry: Entry | None, bound: Bound) -> str:
        """Return a reason when the directory bound somebody else than the entry that was found (RFC 4532)."""
        kind, _, who = bound.who.partition(":")
        if entry is None or not who:
            return ""
        if kind == "dn":
            return "" if same_dn(who, entry.dn) else "bound_as_another"
        account = entry.text("sAMAccountName").casefold()
        return "" if not account or who.rpartition("\\")[2].casefold() == account else "bound_as_another"

    def _login(self, entry: Entry) -> VerifiedLogin:
        number = entry.text(self.settings.link_attribute)
        return VerifiedLogin(
            subject=Subject(self.name, self._immutable_id(entry), self.flavour.id),
            authenticated_at=self.clock(),
            method=("pwd",),
            assurance=PASSWORD,
            keys={EMPLOYEE_NUMBER: number} if number else {},
            attributes={name: (entry.text(name),) for name in self.flavour.names if entry.text(name)},
            groups=self._groups(entry.dn) if self.settings.group_base else frozenset(),
        )

    def _immutable_id(self, entry: Entry) -> str:
        raw = entry.values.get(self.flavour.id.lower(), ())
        try:
            return str(UUID(bytes_le=raw[0]) if self.flavour.id_is_guid else UUID(raw[0].decode("ascii")))
        except (IndexError, ValueError):
            raise WorkplaceDown(f"the service account cannot read {self.flavour.id}") from None

    def _groups(self, dn: str) -> frozenset[str]:
        def parents(members: list[str]) -> Iterable[str]:
            query = groups_filter(self.flavour, members)
            return [group.dn for group in self.wire.paged(self.settings.group_base, query, ("cn",))]

        try:
            return nested_groups(dn, parents)
        except Unreachable as why:
            raise WorkplaceDown(str(why)) from None
