"""The registered platforms that speak SAML, found by entity id or by name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import structlog

from sso_bridge.errors import BridgeError, UnknownPlatform
from sso_bridge.login.respond.saml_idp.encryption import encryption_key
from sso_bridge.login.respond.saml_idp.platform import ServiceProvider, read_metadata
from sso_bridge.login.respond.saml_idp.settings import SamlSettings

Configured = Callable[[], tuple[Hashable, Mapping[str, SamlSettings]]]
"""Returns the revision of the configuration, and the settings of every platform that is switched on."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SamlPlatform:
    """One platform: our name for it, what the administrator decided, what its metadata says."""

    name: str
    settings: SamlSettings
    provider: ServiceProvider


@dataclass(frozen=True, slots=True)
class Known:
    """Everything of one revision."""

    revision: Hashable
    by_name: Mapping[str, SamlPlatform] = field(default_factory=dict)
    by_entity: Mapping[str, SamlPlatform] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


class Platforms:
    """Reads each metadata file once per revision and process. A platform that cannot be used stops nobody else."""

    def __init__(self, configured: Configured) -> None:
        self._configured = configured
        self._known: Known | None = None

    def by_entity(self, entity_id: str) -> SamlPlatform:
        """Return the platform with exactly this entity id; raise UnknownPlatform."""
        found = self._current().by_entity.get(entity_id)
        if found is None:
            raise UnknownPlatform("no platform has the entity id of the request")
        return found

    def by_name(self, name: str) -> SamlPlatform:
        """Return the platform with this name in the configuration; raise UnknownPlatform."""
        found = self._current().by_name.get(name)
        if found is None:
            raise UnknownPlatform(self._current().problems.get(name, "no SAML platform has this name"))
        return found

    def problems(self) -> Mapping[str, str]:
        """Return the platforms that are configured but cannot be used, each with the reason. For `doctor`."""
        return self._current().problems

    def _current(self) -> Known:
        revision, settings = self._configured()
        known = self._known
        if known is None or known.revision != revision:
            known = read_all(revision, settings)
            self._known = known
            for name, problem in known.problems.items():
                log.warning("saml_platform_unusable", platform=name, problem=problem)
        return known


def read_all(revision: Hashable, settings: Mapping[str, SamlSettings]) -> Known:
    """Return all platforms of a revision. Two with one entity id are both left out: nobody can tell them apart."""
    by_name: dict[str, SamlPlatform] = {}
    problems: dict[str, str] = {}
    for name, decided in settings.items():
        try:
            provider = read_metadata(decided.metadata_file.read_bytes())
            by_name[name] = SamlPlatform(name, decided, provider)
        except (OSError, BridgeError) as error:
            problems[name] = str(error.strerror if isinstance(error, OSError) else error)
            continue
        if decided.encrypt == "required" and encryption_key(provider.encryption_keys) is None:
            problems[name] = "encryption is required but the metadata has no RSA key for it"
        for setting, problem in decided.problems():
            problems[name] = f"{setting}: {problem}"
    entities = [one.provider.entity_id for one in by_name.values()]
    for name, one in by_name.items():
        if entities.count(one.provider.entity_id) > 1:
            problems[name] = "another platform has the same entity id"
    for name in problems:
        by_name.pop(name, None)
    by_entity = {one.provider.entity_id: one for one in by_name.values()}
    return Known(revision, MappingProxyType(by_name), MappingProxyType(by_entity), MappingProxyType(problems))
