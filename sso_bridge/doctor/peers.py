"""The configured peers: workplaces, platforms by SAML and OpenID Connect, connectors."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from sso_bridge.configuration.build import saml_settings
from sso_bridge.configuration.model import OidcLogin, Platform, SamlLogin
from sso_bridge.configuration.saml_workplace import SamlWorkplace
from sso_bridge.configuration.workplaces import FileWorkplace
from sso_bridge.doctor.finding import Doubt, Question
from sso_bridge.errors import BadRequest
from sso_bridge.login.respond.saml_idp.platform import read_metadata
from sso_bridge.secrets import resolve
from sso_bridge.site import SiteParts

TAKE_ANEW = "take the metadata from the platform once more; until then running processes use what they read before"
DIRECTORY = "see urls, ca_file, base_dn, bind_dn, bind_password and link_attribute of this workplace"


class Peers:
    """The questions about everybody else, by name."""

    def __init__(self, parts: SiteParts) -> None:
        self._parts = parts
        self._configuration = parts.live.current().configuration

    @property
    def names(self) -> tuple[str, ...]:
        """Return everybody who can be asked about."""
        return (*self._configuration.workplaces, *self._configuration.platforms)

    def questions(self, name: str) -> Iterator[Question]:
        """Yield the questions about the workplace and the platform of this name."""
        if name in self._configuration.workplaces:
            yield "sign-in", lambda: self._workplace(name), DIRECTORY
            workplace = self._configuration.workplaces[name]
            if isinstance(workplace, FileWorkplace):
                yield "users file", lambda: self._users(workplace), "chmod 600 the users file"
            if isinstance(workplace, SamlWorkplace):
                look = f"run: sso-bridge workplace metadata {name}"
                yield "identity provider", lambda: self._identity_provider(name), look
        platform = self._configuration.platforms.get(name)
        if platform is None:
            return
        if not platform.enabled:
            yield "platform", lambda: "switched off", ""
            return
        if isinstance(platform.login, SamlLogin):
            login = platform.login
            yield "SAML metadata", lambda: self._saml(name, login), TAKE_ANEW
            yield "SAML certificates", lambda: self._warnings(login), "take the metadata from the platform once more"
        if isinstance(platform.login, OidcLogin):
            client = platform.login
            yield "OpenID client", lambda: self._client(client), "see client_secret and redirect_uris of this platform"
        if platform.connector != "none":
            yield "accounts", lambda: self._connector(name, platform), "see url and token of this platform"

    def _workplace(self, name: str) -> str:
        return self._parts.sign_in_configuration.current().workplaces[name].check()

    def _identity_provider(self, name: str) -> str:
        """Say what is trusted of it, and what of that somebody should see to (MD-03, MD-04, SP-18)."""
        state = self._parts.peers.state(name)
        if state.warnings or state.problem:
            raise Doubt("; ".join([*state.warnings, *([f"not refreshed: {state.problem}"] if state.problem else [])]))
        ends = f"its first certificate ends on {state.certificate_ends:%Y-%m-%d}" if state.certificate_ends else ""
        clock = f"its clock differs by {abs(state.skew):.0f} s" if state.skew_samples else "its clock is not known yet"
        return ", ".join(one for one in (ends, clock) if one)

    def _users(self, workplace: FileWorkplace) -> str:
        path = self._home / workplace.path
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Doubt(f"{path.name} can be read by others", f"run: chmod 600 {path}")
        return f"only its owner can read {path.name}"

    def _saml(self, name: str, login: SamlLogin) -> str:
        problem = self._parts.saml.platforms.problems().get(name)
        if problem:
            raise BadRequest(problem)
        provider = read_metadata(saml_settings(login, self._home).metadata_file.read_bytes())
        return f"{provider.entity_id}, answers go to {provider.default_consumer.location}"

    def _warnings(self, login: SamlLogin) -> str:
        provider = read_metadata(saml_settings(login, self._home).metadata_file.read_bytes())
        warnings = provider.warnings(self._parts.clock())
        if warnings:
            raise Doubt("; ".join(warnings))
        return f"{len(provider.signing)} to check requests with, {len(provider.encryption)} to encrypt for"

    def _client(self, login: OidcLogin) -> str:
        for reference in (login.client_secret, login.previous_client_secret):
            if reference and not reference.startswith("sha256:"):
                resolve(reference, self._home)
        plain = [one for one in login.redirect_uris if one.startswith("http:")]
        if plain and self._parts.settings.public_url.startswith("https:"):
            raise Doubt(f"answers to {plain[0]} travel without TLS", "register an https address")
        old = " and the previous one" if login.previous_client_secret else ""
        return f"the secret{old} can be read, {len(login.redirect_uris)} addresses are registered"

    def _connector(self, name: str, platform: Platform) -> str:
        if not platform.mapping:
            raise Doubt("it has a connector and no mapping: nobody gets an account", "write a mapping")
        return self._parts.platforms.connector(name).check()

    @property
    def _home(self) -> Path:
        return self._parts.settings.base_dir
