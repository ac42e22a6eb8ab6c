"""The `ldap` workplace: a name and a password, checked by Active Directory or another LDAP directory.

Search as the service account for exactly one entry; bind as that entry on a new connection; believe result 0 only, and
only when "Who am I?" does not say otherwise (LD-03). The subject is the directory's immutable id, the names are in its
own spelling, whatever was typed (LD-06). An unknown name costs the same steps as a wrong password (LD-09).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from sso_bridge.clock import Clock
from sso_bridge.errors import SignInRefused, WorkplaceDown
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import PASSWORD, Brake
from sso_bridge.login.authenticate.ldap.examination import Examination
from sso_bridge.login.authenticate.ldap.names import same_dn
from sso_bridge.login.authenticate.ldap.pace import Pace
from sso_bridge.login.authenticate.ldap.password import Changed, change, refuse_unusable
from sso_bridge.login.authenticate.ldap.people import People
from sso_bridge.login.authenticate.ldap.servers import Servers, Unreachable
from sso_bridge.login.authenticate.ldap.services import service_accounts
from sso_bridge.login.authenticate.ldap.settings import LdapSettings
from sso_bridge.login.authenticate.ldap.state import ACCOUNT_RESULTS, Bound, refusal_of
from sso_bridge.login.authenticate.ldap.wire import Entry, Wire
from sso_bridge.login.authenticate.services import ServiceAccount
from sso_bridge.question import Question

__all__ = ["LdapForm", "LdapSettings"]


class LdapForm:
    """Fulfils `contract.Workplace`, `TakesPassword`, `ChangesPassword`, `KnowsAccounts`, `KnowsServices`.

    `secret` resolves the reference to the service account's password.
    """

    assurance = PASSWORD

    def __init__(self, settings: LdapSettings, secret: Callable[[str], str], brake: Brake, clock: Clock) -> None:
        self.settings = settings
        self.brake = brake
        self.clock = clock
        self._secret = secret
        servers = Servers(settings.urls, settings.ca_file)
        self.wire = Wire(servers, settings.bind_dn, lambda: secret(settings.bind_password))
        self.people = People(settings, self.wire)
        self.pace = Pace()

    @property
    def name(self) -> str:
        """Return the name in the configuration."""
        return self.settings.name

    def close(self) -> None:
        """Close what is open; it opens again when needed."""
        self.wire.close()

    def examine(self) -> Iterator[Question]:
        """Yield what the doctor asks."""
        return Examination(self.people, lambda: self._secret(self.settings.bind_password), self.clock).questions()

    def service_accounts(self, name: str) -> tuple[ServiceAccount, ...] | None:
        """Return the accounts with this service name; None but in a Windows domain. WorkplaceDown."""
        return service_accounts(self.people, name) if self.people.flavour.windows else None

    @property
    def kdc_hosts(self) -> tuple[str, ...]:
        """Return the domain controllers; none when this is no Windows domain."""
        hosts = tuple(urlsplit(url).hostname or "" for url in self.settings.urls)
        return hosts if self.people.flavour.windows else ()

    def check_password(self, username: str, password: str) -> VerifiedLogin:
        """Return who that is, or raise SignInRefused with the audit's reason, or WorkplaceDown."""
        if not password.strip() or "\x00" in password or not username.strip():
            raise SignInRefused("empty_password")
        entry, reason = self.people.named(username)
        account, reason = self._braked(entry, reason)
        begun = self.pace.ticks()
        bound = self._believable(lambda: self.wire.bind(account, password))
        reason = reason or refusal_of(bound) or self._stranger(entry, bound)
        reason = reason or (self.people.closed(entry, self.clock()) if entry else "")
        if reason or entry is None:
            self._even(begun, entry, account)
            raise SignInRefused(reason or "unknown_user")
        self.brake.release(self.name, account)
        return self.people.login(entry, self.clock(), ("pwd",), PASSWORD)

    def change_password(self, username: str, old: str, new: str) -> Subject:
        """Return whose password it was, now another one; the reasons are those of a sign-in, or NewPasswordRefused."""
        refuse_unusable(username, old, new)
        entry, reason = self.people.named(username)
        account, reason = self._braked(entry, reason)
        begun = self.pace.ticks()
        changed: Changed = change(self.people, entry, account, old, new, self.clock())
        reason = reason or changed.reason
        if reason or entry is None:
            self._even(begun, entry, account)
            raise SignInRefused(reason or "unknown_user")
        self.brake.release(self.name, account)
        if changed.refused:
            raise changed.refused
        return Subject(self.name, self.people.permanent_id(entry), self.people.flavour.id)

    def account(self, name: str) -> VerifiedLogin:
        """Return the entry of a full name or permanent id and its state (LD-07); SignInRefused or WorkplaceDown."""
        now = self.clock()
        return self.people.login(self.people.account(name, now), now, (), "")

    def _braked(self, entry: Entry | None, reason: str) -> tuple[str, str]:
        """Return as whom to ask the directory: the entry, or nobody when there is none or it was tried too often."""
        nobody = f"cn={secrets.token_hex(8)},{self.settings.base_dn}"
        account = entry.dn if entry is not None else nobody
        if self.brake.press(self.name, account):
            return account, reason
        return nobody, reason or "account_throttled"

    def _even(self, begun: float, entry: Entry | None, account: str) -> None:
        """Let every refusal take the time of one that the directory itself gave to somebody."""
        if entry is not None and account == entry.dn:
            self.pace.note(begun)
        else:
            self.pace.even(begun)

    def _believable(self, ask: Callable[[], Bound]) -> Bound:
        try:
            bound = ask()
        except Unreachable as why:
            raise WorkplaceDown(str(why)) from None
        if bound.code != 0 and bound.code not in ACCOUNT_RESULTS:
            raise WorkplaceDown(f"the directory answered the bind with result {bound.code}")
        return bound

    def _stranger(self, entry: Entry | None, bound: Bound) -> str:
        """Return a reason when the directory bound somebody else than the entry that was found (RFC 4532)."""
        kind, _, who = bound.who.partition(":")
        if entry is None or not bound.who:
            return ""
        if kind == "dn":
            return "" if same_dn(who, entry.dn) else "bound_as_another"
        account = entry.text("sAMAccountName").casefold()
        return "" if account and who.rpartition("\\")[2].casefold() == account else "bound_as_another"
