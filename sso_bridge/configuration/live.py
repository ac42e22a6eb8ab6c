"""The configuration that holds at this moment, compiled once per process and revision: nothing needs a restart."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from mappings.rules import Rules
from sso_bridge.configuration.document.model import Configuration, Zones
from sso_bridge.configuration.document.parse import parse
from sso_bridge.configuration.settings.build import manners, oidc_clients, saml_platforms, views, workplaces
from sso_bridge.login import ports
from sso_bridge.login.authenticate.register import Workplaces
from sso_bridge.login.release.admission import Accounts, Admission
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
        self._known = live = self.at(number)
        return live

    def at(self, number: int) -> Live:
        """Return a revision by its number, ready to be used; MappingError, and `NoSuchRevision` from the store."""
        document = self._revisions.get(number).document if number else {}
        checked = parse(document)
        return Live(number, checked.configuration, checked.rules, document)


@dataclass(frozen=True, slots=True)
class _ForSignIn:
    """One revision in the shapes of sign-in."""

    view: ports.Live
    saml: Mapping[str, SamlSettings]
    openid: Mapping[str, Client]
    zones: Zones


class SignInConfiguration:
    """What sign-in needs of it: fulfils `login.ports.LiveRules`, `saml_idp.registry.Configured` and `Clients`.

    Between `hold` and `let_go` one look at the database does for all questions of a thread: a web request is served
    under one revision from its beginning to its end, and the next request sees the next revision.
    """

    def __init__(self, live: LiveConfiguration, opened: Workplaces, base_dir: Path, accounts: Accounts) -> None:
        self._live = live
        self._accounts = accounts
        self._opened = opened
        self._base_dir = base_dir
        self._known: _ForSignIn | None = None
        self._opening = Lock()
        self._held: ContextVar[list[_ForSignIn] | None] = ContextVar("held_revision", default=None)

    def hold(self) -> None:
        """Keep the answer to the next question until `let_go`."""
        self._held.set([])

    def let_go(self) -> None:
        """Ask the database at every question again."""
        self._held.set(None)

    def current(self) -> ports.Live:
        """Return the rules, the opened workplaces and the platforms of this moment."""
        return self._now().view

    def saml(self) -> tuple[int, Mapping[str, SamlSettings]]:
        """Return the revision and the platforms that speak SAML."""
        now = self._now()
        return now.view.revision, now.saml

    def zones(self) -> Zones:
        """Return where HR's dates begin and end at another time than at home."""
        return self._now().zones

    def by_id(self, client_id: str) -> Client | None:
        """Return the OpenID client with this exact client_id, or None."""
        return self._now().openid.get(client_id)

    def _now(self) -> _ForSignIn:
        held = self._held.get()
        if held is None:
            return self._look()
        if not held:
            held.append(self._look())
        return held[0]

    def _look(self) -> _ForSignIn:
        """Return the revision that holds; only one thread opens it, or another would close what this one opened."""
        known = self._known
        live = self._live.current()
        if known is not None and known.view.revision == live.revision:
            return known
        with self._opening:
            if self._known is not known:  # by another thread, perhaps of a newer revision
                known, live = self._known, self._live.current()
            if known is None or known.view.revision != live.revision:
                self._known = known = self._made(live)
        return known

    def _made(self, live: Live) -> _ForSignIn:
        read = live.configuration
        opened = self._opened.of(workplaces(read, self._base_dir))
        view = ports.Live(live.revision, Admission(live.rules, self._accounts), opened, views(read), manners(read))
        return _ForSignIn(view, saml_platforms(read, self._base_dir), oidc_clients(read), read.zones)
