"""Connectors and protected lists of the configuration in force; opened once, opened anew when it changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import requests

from provisioners.errors import NeedsAdmin
from provisioners.platforms.contract import Connector
from provisioners.platforms.opening import Opening
from provisioners.platforms.register import descriptor, open_connector
from provisioners.sync.plan.ownership import Protected
from provisioners.sync.rollout.limiter import Limiter
from sso_bridge.clock import Clock
from sso_bridge.jobs.pace import Pace


class Configured(Protocol):
    """What a platform's configuration says; see `configuration.model.Platform`."""

    @property
    def enabled(self) -> bool:
        """Return whether it is in use."""
        ...

    @property
    def provisioning(self) -> Mapping[str, Any]:
        """Return the connector and its settings."""
        ...

    @property
    def protected(self) -> tuple[str, ...]:
        """Return the accounts and groups that nobody may touch."""
        ...


Current = Callable[[], tuple[int, Mapping[str, Configured]]]
"""Returns the revision in force and its platforms."""


class Platforms:
    """`connector` and `protected` as the executor asks for them, both by the name of the platform."""

    def __init__(
        self,
        current: Current,
        session: requests.Session,
        limiter: Limiter,
        *,
        clock: Clock,
        secret: Callable[[str], str],
        wait: Callable[[float], object],
    ) -> None:
        self._current = current
        self._session = session
        self._limiter = limiter
        self._clock = clock
        self._secret = secret
        self._wait = wait
        self._lock = threading.Lock()
        self._open: dict[str, tuple[int, Connector]] = {}

    def connector(self, platform: str) -> Connector:
        """Return the open connector; raises NeedsAdmin when the platform is gone, switched off or has none."""
        revision, platforms = self._current()
        with self._lock:
            known = self._open.get(platform)
            if known is None or known[0] != revision:
                known = self._open[platform] = (revision, self._opened(platform, platforms.get(platform)))
        return known[1]

    def protected(self, platform: str) -> Protected:
        """Return the list as it stands now; everything on a platform that is gone is left alone by `connector`."""
        configured = self._current()[1].get(platform)
        return Protected.of(configured.protected if configured else ())

    def _opened(self, platform: str, configured: Configured | None) -> Connector:
        if configured is None or not configured.enabled:
            raise NeedsAdmin(f"{platform} is not in use", hint=f"the platform {platform} is gone or switched off")
        kind = str(configured.provisioning.get("connector", "none"))
        if kind == "none":
            raise NeedsAdmin(f"{platform} has no connector", hint=f"the platform {platform} has no connector")
        said = dict(configured.provisioning)
        rate = float(said.pop("calls_per_second", descriptor(kind).calls_per_second))
        pace = Pace(self._limiter, platform, rate, clock=self._clock, wait=self._wait)
        opening = Opening(platform, said, self._session, pace, self._clock, self._secret)
        return open_connector(kind, opening)
