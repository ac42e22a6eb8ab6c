"""Kinds of workplaces: adding one is a file in this room and a line here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sso_bridge.errors import WorkplaceDown
from sso_bridge.login.authenticate.around import Around
from sso_bridge.login.authenticate.contract import KnowsAccounts, Workplace
from sso_bridge.login.authenticate.entra.settings import EntraSettings
from sso_bridge.login.authenticate.entra.workplace import Entra
from sso_bridge.login.authenticate.kerberos.door import opened as kerberos_opened
from sso_bridge.login.authenticate.kerberos.settings import KerberosSettings
from sso_bridge.login.authenticate.ldap.form import LdapForm, LdapSettings
from sso_bridge.login.authenticate.oidc_rp.relying_party import RelyingParty
from sso_bridge.login.authenticate.oidc_rp.settings import OidcSettings
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile
from sso_bridge.login.authenticate.saml_sp.opening import opened as saml_opened
from sso_bridge.login.authenticate.saml_sp.settings import SamlWorkplaceSettings

WorkplaceSettings = (
    LdapSettings | FileSettings | KerberosSettings | OidcSettings | EntraSettings | SamlWorkplaceSettings
)


@dataclass(slots=True)
class Workplaces:
    """Opened workplaces. One whose settings did not change stays open, with its connections, over revisions."""

    around: Around
    _open: dict[str, tuple[WorkplaceSettings, Workplace]] = field(default_factory=dict)

    def of(self, settings: Iterable[WorkplaceSettings]) -> dict[str, Workplace]:
        """Return the workplaces of a configuration by name, in its order."""
        wanted = {one.name: one for one in settings}
        before = self._open
        self._open = {
            name: before[name] if name in before and before[name][0] == one else (one, self._opened(one))
            for name, one in wanted.items()
        }
        for name, (_, workplace) in before.items():
            if name not in self._open or self._open[name][1] is not workplace:
                workplace.close()
        return {name: workplace for name, (_, workplace) in self._open.items()}

    def directory(self, name: str) -> KnowsAccounts:
        """Return the directory that another workplace asks about an account (LD-07); WorkplaceDown without one."""
        found = self._open.get(name)
        if found is None or not isinstance(found[1], KnowsAccounts):
            raise WorkplaceDown(f"there is no workplace {name} that knows accounts")
        return found[1]

    def _opened(self, settings: WorkplaceSettings) -> Workplace:
        around = self.around
        if isinstance(settings, LdapSettings):
            return LdapForm(settings, around.secret, around.brake, around.clock)
        if isinstance(settings, KerberosSettings):
            return kerberos_opened(settings, around, self.directory)
        if isinstance(settings, OidcSettings):
            return RelyingParty(settings, around, self.directory)
        if isinstance(settings, EntraSettings):
            return Entra(settings, around, self.directory)
        if isinstance(settings, SamlWorkplaceSettings):
            return saml_opened(settings, around, self.directory)
        return PasswordFile(settings, around.clock)
