"""The org chart as delegated rights see it: a rule that somebody writes asks about nobody else (AD-02, AD-04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from mappings.chart import OrgChart
from mappings.days import Day
from mappings.people import Person, Unit
from sso_bridge.admin.delegation import Reach
from sso_bridge.admin.tokens import ApiToken


@dataclass(frozen=True, slots=True)
class OwnChart:
    """Units of the token and those above them, and its people; everybody else is not there (`people.OrgChart`)."""

    whole: OrgChart
    reach: Reach
    token: ApiToken
    above: frozenset[str]

    @classmethod
    def of(cls, whole: OrgChart, reach: Reach, token: ApiToken, person: Person) -> OrgChart:
        """Return the chart for rules about this person: the whole one for a token that is not bound to units."""
        if not token.bounds.units:
            return whole
        above = (unit for job in person.assignments for unit in reach.upwards(job.unit))
        return cls(whole, reach, token, frozenset(above))

    @property
    def on(self) -> date:
        """Return the day this chart shows."""
        return self.whole.on

    @property
    def days(self) -> Day:
        """Return the same day as it is for each person."""
        return self.whole.days

    def person(self, key: str) -> Person | None:
        """Return a person of the token with this HR key, or None."""
        found = self.whole.person(key)
        return found if found is not None and self.reach.person(self.token, found) else None

    def unit(self, key: str) -> Unit | None:
        """Return a unit of the token, or one above the person, or None."""
        return self.whole.unit(key) if key in self.above or self.reach.unit(self.token, key) else None
