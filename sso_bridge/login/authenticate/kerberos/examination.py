"""What the doctor asks about tickets: our keys, the directory that knows the people, the domain that gives them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sso_bridge.clock import Clock
from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate import reached
from sso_bridge.login.authenticate.contract import KnowsAccounts
from sso_bridge.login.authenticate.kerberos.kdc import time_at
from sso_bridge.login.authenticate.kerberos.keytab import AES, Key, Unusable, keys_of
from sso_bridge.login.authenticate.kerberos.settings import KerberosSettings
from sso_bridge.login.authenticate.services import KnowsServices
from sso_bridge.question import Doubt, Question, Wrong

NEW_KEYTAB = "make the keytab anew, or write it into next_keytab: see docs/workplaces/kerberos.md"


@dataclass(frozen=True, slots=True)
class Examination:
    """The questions about one workplace; `check` is its own."""

    settings: KerberosSettings
    directory: Callable[[str], KnowsAccounts]
    check: Callable[[], str]
    clock: Clock
    _keys: list[Key] = field(default_factory=list)

    def questions(self) -> Iterator[Question]:
        """Yield them; those about the domain only where the directory is one."""
        for path in self.settings.keytabs:
            yield Question(f"keytab {path.name}", partial(self._keytab, path), NEW_KEYTAB)
        yield Question("our key", self.check, NEW_KEYTAB)
        yield Question("directory", self._asked, "write the name of an ldap workplace into directory")
        domain = self._domain()
        if domain is None:
            return
        yield Question("service account", lambda: self._account(domain), NEW_KEYTAB)
        for host in domain.kdc_hosts:
            for realm in self.settings.realms[:1]:
                yield Question(f"KDC at {host}", partial(self._kdc, host, realm))

    def _keytab(self, path: Path) -> str:
        try:
            keys = keys_of(path)
        except Unusable as why:
            raise Wrong(str(why)) from None
        ours = [key for key in keys if key.principal.rpartition("@")[0] == self.settings.service]
        self._keys.extend(key for key in ours if key.encryption in AES)
        weak = sum(key.encryption not in AES for key in ours)
        if weak:
            raise Doubt(
                f"{weak} of its {len(ours)} keys of {self.settings.service} are RC4 or DES and not used", NEW_KEYTAB
            )
        return f"only its owner can read it, {len(ours)} keys of {self.settings.service}"

    def _asked(self) -> str:
        self.directory(self.settings.directory)
        return f"{self.settings.directory} knows the accounts"

    def _domain(self) -> KnowsServices | None:
        try:
            found = self.directory(self.settings.directory)
        except WorkplaceDown:
            return None
        return found if isinstance(found, KnowsServices) and found.kdc_hosts else None

    def _account(self, domain: KnowsServices) -> str:
        """Compare our keys with the account that the domain encrypts tickets for (KR-06)."""
        service, found = self.settings.service, domain.service_accounts(self.settings.service)
        if not found:
            add = f"setspn -S {service} ACCOUNT"
            raise Wrong(
                f"no account of the domain has the service name {service}", f"let the domain's people run: {add}"
            )
        if len(found) > 1:
            raise Wrong(
                f"{len(found)} accounts have the service name {service}: nobody gets a ticket",
                f"take it away from all but one: setspn -Q {service} lists them",
            )
        account, ours = found[0], sorted({key.kvno for key in self._keys})
        if account.disabled:
            raise Wrong("its account is disabled", "let the domain's people enable it")
        if account.kvno and account.kvno not in ours:
            has = ", ".join(map(str, ours)) or "none"
            raise Wrong(f"the domain has version {account.kvno} of the key, our keytab has {has}", NEW_KEYTAB)
        if not account.aes:
            raise Doubt("its account does not say that it takes AES", "set msDS-SupportedEncryptionTypes to 24")
        return f"one account, version {account.kvno} of the key, which we have" if account.kvno else "one account"

    def _kdc(self, host: str, realm: str) -> str:
        return f"answers for {realm}, its clock {reached.clocks(time_at(host, realm), self.clock())}"
