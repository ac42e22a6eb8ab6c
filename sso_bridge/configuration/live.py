"""The configuration that holds at this moment, compiled once per process and revision: nothing needs a restart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mappings.rules import Rules
from sso_bridge.configuration.build import oidc_clients, saml_platforms, views, workplaces
from sso_bridge.configuration.model import Configuration
from sso_bridge.configuration.parse import parse
from sso_bridge.login import ports
from sso_bridge.login.authenticate.register import Workplaces
from sso_bridge.login.respond.oidc_provider.client import Client
from sso_bridge.login.respond.saml_idp.settings import SamlSettings


@dataclass(frozen=True, slots=True)
class Live:
    """One revision, ready to be used. `document` is what was written, for comparison and export."""

    revision: int
    configuration: Configuration
    rules: Rules
    document: Mapping[str, Any]


class KeptRevision(Protocol):
    """What is asked of a stored revision."""

    @property
    def document(self) -> dict[str, Any]:
        """Return the document."""
        ...


class KeptRevisions(Protocol):
    """Where revisions are kept (`store.revisions.Revisions`)."""

    def number(self) -> int:
        """Return the number of the one that holds."""
        ...

    def get(self, number: int) -> KeptRevision:
        """Return one by its number."""
        ...


class LiveConfiguration:
    """Safe for several threads; one cheap query per question."""

    def __init__(self, revisions: KeptRevisions) -> None:
        self._revisions = revisions
        self._known: Live | None = None

    def current(self) -> Live:
        """Return the revision that holds; MappingError only when this version of the product cannot read it."""
        number, known = self._revisions.number(), self._known
        if known is not None and known.revision == number:
            return known
        document = self._revisions.get(number).document if number else {}
        checked = parse(document)
        self._known = live = Live(number, checked.configuration, checked.rules, document)
        return live


class SignInConfiguration:
    """What sign-in needs of it: fulfils `login.ports.LiveRules`, `saml_idp.registry.Configured` and `Clients`."""

    def __init__(self, live: LiveConfiguration, opened: Workplaces, base_dir: Path) -> None:
        self._live = live
        self._opened = opened
        self._base_dir = base_dir
        self._known: tuple[ports.Live, Mapping[str, SamlSettings], Mapping[str, Client]] | None = None

    def current(self) -> ports.Live:
        """Return the rules, the opened workplaces and the platforms of this moment."""
        return self._now()[0]

    def saml(self) -> tuple[int, Mapping[str, SamlSettings]]:
        """Return the revision and the platforms that speak SAML."""
        now = self._now()
        return now[0].revision, now[1]

    def by_id(self, client_id: str) -> Client | None:
        """Return the OpenID client with this exact client_id, or None."""
        return self._now()[2].get(client_id)

    def _now(self) -> tuple[ports.Live, Mapping[str, SamlSettings], Mapping[str, Client]]:
        live, known = self._live.current(), self._known
        if known is not None and known[0].revision == live.revision:
            return known
        read = live.configuration
        opened = self._opened.of(workplaces(read, self._base_dir))
        titles = {name: one.title for name, one in read.workplaces.items() if one.title}
        view = ports.Live(live.revision, live.rules, opened, views(read), titles)
        self._known = made = (view, saml_platforms(read, self._base_dir), oidc_clients(read))
        return made
