"""Is what a plan was made by still in force? Compared are the parts of a platform that decide what is done where.

Secrets and the pace are not among them: a new token in the middle of a run is no reason to plan again. The protected
list is not either: it is asked before each call, as it stands then.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256

from mappings.errors import MappingError
from provisioners.platforms.register import descriptor
from sso_bridge.configuration.live import Live
from sso_bridge.store.administration.revisions import NoSuchRevision

PACE = "calls_per_second"
KEPT = 32
NOT_THERE = ""


class Bases:
    """Tells for each platform whether a revision's part is the one in force. `at` reads a revision by its number."""

    def __init__(self, current: Callable[[], Live], at: Callable[[int], Live]) -> None:
        self._current = current
        self._at = at
        self._known: dict[tuple[int, str], str] = {}

    def changed(self, platform: str, revision: int) -> bool:
        """Return whether plans for this platform are made by something else now; also when nobody can tell."""
        live = self._current()
        if live.revision == revision:
            return False
        now = self._of(live.revision, platform, lambda: live)
        return now == NOT_THERE or now != self._of(revision, platform, lambda: self._at(revision))

    def _of(self, revision: int, platform: str, read: Callable[[], Live]) -> str:
        known = self._known.get((revision, platform))
        if known is None:
            if len(self._known) >= KEPT:
                self._known.clear()
            try:
                known = basis_of(read(), platform)
            except (MappingError, NoSuchRevision):
                known = f"unreadable {revision}"
            self._known[revision, platform] = known
        return known


def basis_of(live: Live, platform: str) -> str:
    """Return a digest over a platform's rules, guards, subject, connector, and zones; empty when nothing is synced."""
    configuration = live.configuration
    found = configuration.platforms.get(platform)
    if found is None or not found.enabled or not found.mapping or found.connector == "none":
        return NOT_THERE
    left_out = {*descriptor(found.connector).secrets, PACE}
    connector = {name: value for name, value in found.provisioning.items() if name not in left_out}
    guards = [
        {guard: limit.model_dump(mode="json") for guard, limit in configuration.guards.get(scope, {}).items()}
        for scope in ("default", platform)
    ]
    zones = configuration.zones.model_dump(mode="json")
    stated = [live.rules.fingerprint(platform), connector, found.login.subject, guards, zones]
    return sha256(json.dumps(stated, sort_keys=True, default=str).encode()).hexdigest()
