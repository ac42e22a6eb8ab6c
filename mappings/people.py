"""Facts about people and units, as the HR org chart states them; nothing derived.

Dates are inclusive on both ends: somebody whose `leaves_on` is 30 June works on 30 June.
An empty text means that HR did not say; `None` is only used for dates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

EXTERNAL_MARK = "@"
"""Begins the `source` of people whom a workplace admits and HR does not know; no HR source can be called so."""
ERASED_MARK = "erased:"
"""Begins the number of the tombstone of somebody who was erased; no HR source can state such a number."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A dated job in a unit; several at once are normal."""

    id: str
    unit: str = ""
    title: str = ""
    manager: str = ""
    kind: str = ""
    location: str = ""
    country: str = ""
    cost_centre: str = ""
    legal_entity: str = ""
    fte: float = 1.0
    primary: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the job is held on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Leave:
    """A dated absence: parental, sick, sabbatical, garden ..."""

    kind: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the person is away on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the HR org chart. `id` is ours and dense, `uuid` ours and public, `key` is HR's number.

    `birth_date`, and the `other_number` that another HR source has for this person, only tell whether two rows are
    one person: no rule sees them, and no platform gets them. `source_groups` are the names of the groups that the HR
    source has the person in.
    """

    id: int
    uuid: str
    source: str
    key: str
    given_name: str = ""
    name_prefix: str = ""
    family_name: str = ""
    partner_name: str = ""
    name_order: str = ""
    preferred_name: str = ""
    email: str = ""
    username: str = ""
    kind: str = "employee"
    status: str = "active"
    hired_on: date | None = None
    leaves_on: date | None = None
    birth_date: date | None = None
    other_number: str = ""
    partner_prefix: str = ""
    source_groups: tuple[str, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    leaves: tuple[Leave, ...] = ()

    @property
    def is_external(self) -> bool:
        """Return whether only a workplace knows this person, and HR does not."""
        return self.source.startswith(EXTERNAL_MARK)


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the dated org tree; `parent`, `head` and `deputy` are keys, empty when there is none."""

    key: str
    name: str = ""
    parent: str = ""
    kind: str = ""
    head: str = ""
    deputy: str = ""
    valid_from: date | None = None
    valid_to: date | None = None


Facts = Mapping[str, object]
"""What expressions see: `person`, `primary`, `assignments`, `unit`, `manager`; the shape is declared in `facts.py`."""
