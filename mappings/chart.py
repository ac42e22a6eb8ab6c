"""One day of the org chart, as rules look at it."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from mappings.days import Day
from mappings.people import Person, Unit


class OrgChart(Protocol):
    """The org chart of one day. Look-ups only, so that a sign-in need not load everybody."""

    @property
    def on(self) -> date:
        """Return the day this chart shows, for units and for what belongs to nobody."""
        ...

    @property
    def days(self) -> Day:
        """Return the same day as it is for each person (`mappings.days.day_of`)."""
        ...

    def person(self, key: str) -> Person | None:
        """Return the person with this HR key, or None."""
        ...

    def unit(self, key: str) -> Unit | None:
        """Return the unit with this key as it stands that day, or None."""
        ...
