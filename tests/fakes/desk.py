"""A judge of tickets for the tests, and a directory in a dict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sso_bridge.errors import SignInRefused
from sso_bridge.login.asked import Subject, VerifiedLogin
from sso_bridge.login.authenticate.contract import KnowsAccounts
from sso_bridge.login.authenticate.kerberos.door import KerberosTicket
from sso_bridge.login.authenticate.kerberos.settings import KerberosSettings
from tests.fakes.clock import FakeClock
from tests.fakes.workplaces import SeenBefore
from tests.lab import mit_kdc


@dataclass
class Accounts:
    """Knows these accounts, and remembers which were asked for; the value is a reason to refuse."""

    known: Mapping[str, str]
    asked: list[str] = field(default_factory=list)

    def account(self, name: str) -> VerifiedLogin:
        """Return somebody whose permanent id is made of the name."""
        self.asked.append(name)
        if self.known.get(name, "unknown_user"):
            raise SignInRefused(self.known.get(name, "unknown_user"))
        return VerifiedLogin(Subject("ad", f"id-of-{name}"), FakeClock()(), (), "", {"employee_number": "E1001"})


def door(keytabs: Path | tuple[Path, ...], accounts: KnowsAccounts | None = None, **changes: object) -> KerberosTicket:
    """Return the workplace `desktop` with these keys."""
    files = keytabs if isinstance(keytabs, tuple) else (keytabs,)
    known = accounts or Accounts({f"p00001@{mit_kdc.REALM}": ""})
    usual = {"service": mit_kdc.SERVICE, "realms": (mit_kdc.REALM,), "directory": "ad"}
    settings = KerberosSettings(name="desktop", keytabs=files, **{**usual, **changes})
    return KerberosTicket(settings, lambda _name: known, SeenBefore(), FakeClock())
