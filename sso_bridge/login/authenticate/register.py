"""Kinds of workplaces: adding one is a file in this room and a line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sso_bridge.clock import Clock
from sso_bridge.login.authenticate.contract import Brake, Workplace
from sso_bridge.login.authenticate.ldap_bind import LdapForm, LdapSettings
from sso_bridge.login.authenticate.password_file import FileSettings, PasswordFile

WorkplaceSettings = LdapSettings | FileSettings


@dataclass(slots=True)
class Workplaces:
    """Opened workplaces. One whose settings did not change stays open, with its connections, over revisions."""

    secret: Callable[[str], str]
    brake: Brake
    clock: Clock
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

    def _opened(self, settings: WorkplaceSettings) -> Workplace:
        if isinstance(settings, LdapSettings):
            return LdapForm(settings, self.secret, self.brake, self.clock)
        return PasswordFile(settings, self.clock)
