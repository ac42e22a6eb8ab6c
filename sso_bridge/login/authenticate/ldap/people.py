"""People in a directory: found by what was typed or by what somebody proved to be, and told as a `VerifiedLogin`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import EMPLOYEE_NUMBER
from sso_bridge.login.authenticate.ldap.account import Unreadable, refusal_in
from sso_bridge.login.authenticate.ldap.flavours import FLAVOURS, Flavour
from sso_bridge.login.authenticate.ldap.groups import Groups
from sso_bridge.login.authenticate.ldap.names import account_filter, own_domains, person_filter
from sso_bridge.login.authenticate.ldap.servers import Unreachable
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from sso_bridge.login.authenticate.ldap.wire import Entry, Wire


@dataclass(frozen=True, slots=True)
class People:
    """The people below `base_dn`; everything raises WorkplaceDown when no server can be asked."""

    settings: LdapSettings
    wire: Wire

    @property
    def flavour(self) -> Flavour:
        """Return what this kind of directory calls things."""
        return FLAVOURS[self.settings.directory]

    @property
    def domains(self) -> frozenset[str]:
        """Return the domains whose accounts these are."""
        return own_domains(self.settings.base_dn, self.settings.domains)

    def named(self, typed: str) -> tuple[Entry | None, str]:
        """Return the one entry of this name, or None with the reason; two entries are nobody."""
        names = self.settings.names or self.flavour.names
        try:
            query = person_filter(self.flavour, names, typed, self.domains)
        except UnicodeEncodeError:
            return None, "not_utf8"
        return self._one(query, (*self.attributes, *self._told_by_entry))

    def closed(self, entry: Entry, now: datetime) -> str:
        """Return why an account whose password was right may not be used, as far as only its entry tells.

        A Windows domain tells it all by its answer to the bind. A lock is over once a bind succeeds.
        """
        if not self._told_by_entry:
            return ""
        reason = refusal_in(entry, self.flavour, now)
        return "" if reason == "account_locked" else reason

    @property
    def _told_by_entry(self) -> tuple[str, ...]:
        return () if self.flavour.windows else self.flavour.state

    def account(self, name: str, now: datetime) -> Entry:
        """Return the entry that a full name or permanent id means; SignInRefused also when it may not be used now."""
        try:
            query = account_filter(self.flavour, name, self.domains)
        except UnicodeEncodeError:
            raise SignInRefused("not_utf8") from None
        entry, reason = self._one(query, (*self.attributes, *self.flavour.state)) if query else (None, "unknown_user")
        try:
            reason = reason or (refusal_in(entry, self.flavour, now) if entry else "unknown_user")
        except Unreadable as what:
            raise WorkplaceDown(f"the service account cannot read {what}, which tells who is disabled") from None
        if entry is None or reason:
            raise SignInRefused(reason)
        return entry

    def some(self, query: str, most: int) -> list[Entry]:
        """Return at most so many people; `query` is a filter made of nothing that was typed."""
        return self._search(f"(&{self.flavour.people}{query})", self.attributes, most)

    def login(self, entry: Entry, at: datetime, method: tuple[str, ...], assurance: str) -> VerifiedLogin:
        """Return what the directory vouches for."""
        number = entry.text(self.settings.link_attribute)
        return VerifiedLogin(
            subject=Subject(self.settings.name, self.permanent_id(entry), self.flavour.id),
            authenticated_at=at,
            method=method,
            assurance=assurance,
            keys={EMPLOYEE_NUMBER: number} if number else {},
            attributes={name: (entry.text(name),) for name in self.flavour.names if entry.text(name)},
            groups=self._groups(entry) if self.settings.group_base else frozenset(),
        )

    def permanent_id(self, entry: Entry) -> str:
        """Return the id that is never given to somebody else."""
        try:
            return self.flavour.permanent(entry.first(self.flavour.id))
        except ValueError:
            raise WorkplaceDown(f"the service account cannot read {self.flavour.id}") from None

    @property
    def attributes(self) -> tuple[str, ...]:
        """Return the attributes a sign-in needs."""
        own = self.flavour
        return tuple(dict.fromkeys((own.id, self.settings.link_attribute, own.login, *own.names, "gidNumber")))

    def _one(self, query: str, attributes: tuple[str, ...]) -> tuple[Entry | None, str]:
        found = self._search(query, attributes, 2)
        if len(found) > 1:
            return None, "ambiguous_name"
        return (found[0], "") if found else (None, "unknown_user")

    def _search(self, query: str, attributes: tuple[str, ...], most: int) -> list[Entry]:
        try:
            return self.wire.search(self.settings.base_dn, query, attributes, most)
        except Unreachable as why:
            raise WorkplaceDown(str(why)) from None

    def _groups(self, entry: Entry) -> frozenset[str]:
        try:
            return Groups(self.wire, self.flavour, self.settings.group_base).of(entry)
        except Unreachable as why:
            raise WorkplaceDown(str(why)) from None
