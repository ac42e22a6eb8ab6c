"""One question about one person on one platform on one day, with everything that is needed to answer it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mappings.bound import Bound
from mappings.chart import OrgChart
from mappings.desired import Outcome
from mappings.errors import EvaluationError
from mappings.facts import FactSource
from mappings.people import Person
from mappings.rules import PlatformRules
from provisioners.platforms.descriptor import Descriptor
from sso_bridge.configuration.changing.sides import Side
from sso_bridge.configuration.document.model import Platform
from sso_bridge.configuration.explaining.sources import Sources
from sso_bridge.configuration.live import Live
from sso_bridge.store.sync.last_seen import LastSeen


@dataclass(frozen=True)
class Asked:
    """`live` is the configuration that is asked about, `seen` what is known of the account."""

    live: Live
    platform: str
    person: Person
    chart: OrgChart
    sources: Sources
    seen: LastSeen

    @cached_property
    def side(self) -> Side:
        """Return what arrives where under this configuration."""
        return Side.of(self.live.configuration, self.live.rules)

    @property
    def known(self) -> Platform:
        """Return the platform's part of the document."""
        return self.live.configuration.platforms[self.platform]

    @property
    def connector(self) -> Descriptor | None:
        """Return what keeps accounts there, None when nothing does."""
        return self.side.connector(self.platform)

    @property
    def behind(self) -> PlatformRules:
        """Return the compiled rules."""
        return self.live.rules.behind(self.platform)

    @cached_property
    def facts(self) -> tuple[Bound, FactSource]:
        """Return the person's facts."""
        return self.live.rules.bound(self.person, self.chart)

    @cached_property
    def outcome(self) -> Outcome | None:
        """Return what the rules say, None when one of them has no value."""
        try:
            return self.live.rules.outcome(self.platform, self.person, self.chart)
        except EvaluationError:
            return None
