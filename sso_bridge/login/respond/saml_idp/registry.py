"""The registered platforms that speak SAML, found by entity id or by name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import structlog

from sso_bridge.clock import Clock
from sso_bridge.errors import BridgeError, UnknownPlatform
from sso_bridge.login.respond.saml_idp.encryption import encryption_key
from sso_bridge.login.respond.saml_idp.platform import ServiceProvider, read_metadata
from sso_bridge.login.respond.saml_idp.refresh import doubts
from sso_bridge.login.respond.saml_idp.settings import SamlSettings

Configured = Callable[[], tuple[Hashable, Mapping[str, SamlSettings]]]
"""Returns the revision of the configuration, and the settings of every platform that is switched on."""

Stamps = tuple[tuple[str, tuple[int, int] | None], ...]
"""The state of each platform's file: time and size."""

LOOK_AGAIN = timedelta(minutes=1)
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
    """Reads each metadata file once per revision and process, and again when it has changed on disk.

    A platform that cannot be used stops nobody else. One whose new file cannot be used keeps the last good copy.
    """

    def __init__(self, configured: Configured, clock: Clock) -> None:
        self._configured = configured
        self._clock = clock
        self._known: Known | None = None
        self._stamps: Stamps = ()
        self._looked_at = datetime.min.replace(tzinfo=UTC)

    def by_entity(self, entity_id: str) -> SamlPlatform:
        """Return the platform with exactly this entity id; raise UnknownPlatform."""
        found = self._current().by_entity.get(entity_id)
        if found is None:
            raise UnknownPlatform("no platform has the entity id of the request")
        return found

    def by_name(self, name: str) -> SamlPlatform:
        """Return the platform with this name in the configuration; raise UnknownPlatform."""
        known = self._current()
        found = known.by_name.get(name)
        if found is None:
            raise UnknownPlatform(known.problems.get(name, "no SAML platform has this name"))
        return found

    def problems(self) -> Mapping[str, str]:
        """Return what is wrong with platforms: they cannot be used, or their new file cannot. For `doctor`."""
        return self._current().problems

    def _current(self) -> Known:
        revision, settings = self._configured()
        known, now = self._known, self._clock()
        same = known is not None and known.revision == revision
        if known is not None and same and now - self._looked_at < LOOK_AGAIN:
            return known
        self._looked_at = now
        stamps = _stamps(settings)
        if known is not None and same and stamps == self._stamps:
            return known
        read = read_all(revision, settings)
        self._known = made = _keeping(known, read) if known is not None and same else read
        self._stamps = stamps
        log.info("saml_metadata_read", platforms=sorted(made.by_name))
        for name, problem in made.problems.items():
            log.warning("saml_platform_unusable", platform=name, problem=problem, last_good_copy=name in made.by_name)
        return made


def _stamps(settings: Mapping[str, SamlSettings]) -> Stamps:
    """Return time and size of every file; None stands for one that is not there."""

    def stamp(file: Path) -> tuple[int, int] | None:
        try:
            found = file.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    return tuple((name, stamp(decided.metadata_file)) for name, decided in settings.items())


def _keeping(known: Known, read: Known) -> Known:
    """Return what was read, with the last good copy of what is bad or doubtful now; all old ones if names clash."""
    doubtful = {
        name: why
        for name, one in read.by_name.items()
        if name in known.by_name and (why := doubts(known.by_name[name].provider, one.provider))
    }
    problems = MappingProxyType({**read.problems, **doubtful})
    by_name = {**read.by_name, **{name: known.by_name[name] for name in problems if name in known.by_name}}
    by_entity = {one.provider.entity_id: one for one in by_name.values()}
    if len(by_entity) < len(by_name):
        return replace(known, problems=problems)
    return Known(known.revision, MappingProxyType(by_name), MappingProxyType(by_entity), problems)


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
