"""Which platforms a person may use: the rules' answer, for the portal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from mappings.people import Person
from sso_bridge.login.ports import LiveRules, PlatformView, Register


@dataclass(frozen=True, slots=True)
class Portal:
    """`today` is the day in the zone of HR's dates."""

    live: LiveRules
    register: Register
    today: Callable[[], date]

    def platforms_of(self, person: Person) -> list[PlatformView]:
        """Return the platforms that can be opened and whose mapping has the person in scope, by title."""
        live = self.live.current()
        chart = self.register.chart(self.today())
        mine = [
            platform
            for platform in live.platforms.values()
            if platform.launch and live.rules.outcome(platform.name, person, chart).in_scope
        ]
        return sorted(mine, key=lambda platform: (platform.title or platform.name).casefold())
