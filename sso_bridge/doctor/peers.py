"""The configured peers: workplaces, platforms by SAML and OpenID Connect, connectors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sso_bridge.configuration.document.model import OidcLogin, Platform, SamlLogin
from sso_bridge.configuration.settings.build import saml_settings
from sso_bridge.configuration.workplaces.saml import SamlWorkplace
from sso_bridge.doctor.finding import Finding, answers
from sso_bridge.doctor.stated import Stated
from sso_bridge.errors import BadRequest
from sso_bridge.login.respond.saml_idp.platform import read_metadata
from sso_bridge.parts.site import SiteParts
from sso_bridge.question import Doubt, Question
from sso_bridge.secrets import resolve

TAKE_ANEW = "take the metadata from the platform once more; until then running processes use what they read before"


class Peers:
    """The questions about everybody else, by name."""

    def __init__(self, parts: SiteParts) -> None:
        self._parts = parts
        self._configuration = parts.live.current().configuration

    @property
    def names(self) -> tuple[str, ...]:
        """Return everybody who can be asked about."""
        return (*self._configuration.workplaces, *self._configuration.platforms)

    @property
    def workplaces(self) -> tuple[str, ...]:
        """Return the workplaces among them."""
        return tuple(self._configuration.workplaces)

    def questions(self, name: str) -> Iterator[Question]:
        """Yield the questions about the workplace and the platform of this name."""
        if name in self._configuration.workplaces:
            yield from self.workplace(name)
        platform = self._configuration.platforms.get(name)
        if platform is not None:
            yield from self._platform(name, platform)

    def workplace(self, name: str) -> Iterator[Question]:
        """Yield the questions about a workplace: its kind's own, and what we know of it by its sign-ins."""
        workplace = self._configuration.workplaces[name]
        door = self._parts.sign_in_configuration.current().workplaces[name]
        yield from door.examine()
        if isinstance(workplace, SamlWorkplace):
            look = f"run: sso-bridge workplace metadata {name}"
            yield Question("identity provider", lambda: self._identity_provider(name), look)
        yield Question("facts", Stated(self._parts.traces, name, workplace).answer, "see docs/troubleshooting.md")

    def _platform(self, name: str, platform: Platform) -> Iterator[Question]:
        if not platform.enabled:
            yield Question("platform", lambda: "switched off")
            return
        if isinstance(platform.login, SamlLogin):
            login = platform.login
            yield Question("SAML metadata", lambda: self._saml(name, login), TAKE_ANEW)
            yield Question("SAML certificates", lambda: self._warnings(login), TAKE_ANEW)
        if isinstance(platform.login, OidcLogin):
            client = platform.login
            yield Question(
                "OpenID client", lambda: self._client(client), "see client_secret and redirect_uris of this platform"
            )
        if platform.connector != "none":
            yield Question("accounts", lambda: self._connector(name, platform), "see url and token of this platform")

    def _identity_provider(self, name: str) -> str:
        """Say what is trusted of it, and what of that somebody should see to (MD-03, MD-04, SP-18)."""
        state = self._parts.peers.state(name)
        if state.warnings or state.problem:
            raise Doubt("; ".join([*state.warnings, *([f"not refreshed: {state.problem}"] if state.problem else [])]))
        ends = f"its first certificate ends on {state.certificate_ends:%Y-%m-%d}" if state.certificate_ends else ""
        clock = f"its clock differs by {abs(state.skew):.0f} s" if state.skew_samples else "its clock is not known yet"
        return ", ".join(one for one in (ends, clock) if one)

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


def examined(parts: SiteParts, workplace: str) -> list[Finding]:
    """Return what is found about one workplace; KeyError when there is none of this name."""
    peers = Peers(parts)
    if workplace not in peers.workplaces:
        raise KeyError(workplace)
    return answers(workplace, peers.workplace(workplace))
