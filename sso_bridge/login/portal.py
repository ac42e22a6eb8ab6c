"""Which platforms a person may use: the rules' answer, for the portal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.errors import EvaluationError
from mappings.people import Person
from sso_bridge.login.ports import LiveRules, OutcomeRules, PlatformView, Register


@dataclass(frozen=True, slots=True)
class Portal:
    """`today` tells the dates of this moment."""

    live: LiveRules
    register: Register
    today: Callable[[], Day]

    def platforms_of(self, person: Person) -> list[PlatformView]:
        """Return the platforms that can be opened and whose mapping has the person in scope, by title."""
        live = self.live.current()
        chart = self.register.chart(self.today())
        mine = [
            platform
            for platform in live.platforms.values()
            if platform.launch and _in_scope(live.rules, platform.name, person, chart)
        ]
        return sorted(mine, key=lambda platform: (platform.title or platform.name).casefold())


def _in_scope(rules: OutcomeRules, platform: str, person: Person, chart: OrgChart) -> bool:
    """Return whether the platform is for this person; one whose rule fails is not shown, the others are."""
    try:
        return rules.outcome(platform, person, chart).in_scope
    except EvaluationError:
        return False
