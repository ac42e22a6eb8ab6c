"""What a connector is built from: its settings and the parts that only the outside has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import requests

from provisioners.errors import NeedsAdmin
from provisioners.platforms.http import Bearer, Http
from provisioners.platforms.limiter import Limiter


@dataclass(frozen=True, slots=True)
class Opening:
    """One platform about to be opened. `settings` is its `provisioning` part as configured.

    `resolve` turns a secret reference (`env:NAME`, `file:PATH`) into the secret, at this moment and not before.
    """

    platform: str
    settings: Mapping[str, object]
    session: requests.Session = field(repr=False)
    limiter: Limiter = field(repr=False)
    now: Callable[[], datetime] = field(repr=False)
    resolve: Callable[[str], str] = field(repr=False)

    def text(self, name: str, default: str = "") -> str:
        """Return a setting as text; raise NeedsAdmin when it is missing and has no default."""
        value = self.settings.get(name, default)
        if value in ("", None):
            value = default
        if not value and not default:
            raise NeedsAdmin(f"{self.platform}: the setting {name} is missing", hint=f"add {name}")
        return str(value)

    def number(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return a setting as a whole number within bounds; raise NeedsAdmin otherwise."""
        value = self.settings.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise NeedsAdmin(
                f"{self.platform}: the setting {name} is not usable",
                hint=f"{name} is a whole number from {least} to {most}",
            )
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a setting as true or false; raise NeedsAdmin for anything else."""
        value = self.settings.get(name, default)
        if not isinstance(value, bool):
            raise NeedsAdmin(f"{self.platform}: the setting {name} is not usable", hint=f"{name} is true or false")
        return value

    def http(self, token: str = "token", headers: Mapping[str, str] | None = None) -> Http:  # noqa: S107
        """Return the line to the address in `url`, with the bearer token that the setting `token` refers to."""
        return Http(
            self.session,
            self.text("url"),
            platform=self.platform,
            auth=Bearer(self.resolve(self.text(token))),
            limiter=self.limiter,
            now=self.now,
            headers=headers,
        )
