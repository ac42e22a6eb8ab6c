"""What expressions see: `person`, `primary`, `assignments`, `unit` and `manager`, their declared shape and making.

An empty text means that HR did not say. Dates are texts (`2026-06-30`), which compare in the right order.
Chains end where they would repeat, so a loop in the org chart is never fatal here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from operator import attrgetter
from typing import Any, Final

from mappings.chart import OrgChart
from mappings.days import Day, day_of
from mappings.desired import GroupKey
from mappings.employment import active_on, on_leave
from mappings.extent import LONGEST_LIST
from mappings.functions import initials
from mappings.jobs import main_of
from mappings.names import names_of
from mappings.people import Assignment, Facts, Person, Unit

TYPES: Final[dict[str, dict[str, str]]] = {
    "Location": dict.fromkeys(("name", "country"), "string"),
    "Assignment": dict.fromkeys(
        ("id", "unit", "unitName", "title", "manager", "kind", "costCentre", "legalEntity", "country", "validFrom",
         "validTo"), "string") | {"fte": "double", "primary": "bool", "location": "Location"},
    "Unit": dict.fromkeys(("key", "name", "parent", "kind", "head", "deputy"), "string")
    | {"path": "strings", "depth": "int"},
    "Group": dict.fromkeys(("rule", "of"), "string"),
    "Person": dict.fromkeys(
        ("id", "uuid", "source", "employeeNumber", "givenName", "prefix", "familyName", "partnerPrefix", "partnerName",
         "nameOrder", "preferredName", "callName", "surname", "ownSurname", "displayName", "sortName", "initials",
         "email", "username", "kind", "status", "hiredOn", "leavesOn"), "string")
    | {"active": "bool", "onLeave": "bool", "unitPath": "strings", "units": "strings", "managers": "strings",
       "sourceGroups": "strings"},
}  # fmt: skip
"""`unitPath` runs from the root to the own unit, `units` are those of all jobs, `managers` run from the nearest up,
`sourceGroups` are the groups that the HR source has the person in (pushed by SCIM)."""

VARIABLES: Final = {
    "person": "Person", "primary": "Assignment", "assignments": "list:Assignment", "unit": "Unit", "manager": "Person",
    "group": "Group",
}  # fmt: skip

OWN_TO_ONE: Final = {
    f"person.{name}"
    for name in (
        "id",
        "uuid",
        "employeeNumber",
        "email",
        "username",
        "displayName",
        "sortName",
        "surname",
        "familyName",
    )
} | {"primary.id"}
"""Facts that differ from person to person: results that read them are not worth remembering."""

NOBODY: Final = Person(id=0, uuid="", source="", key="", kind="", status="")
NO_UNIT: Final = Unit(key="")
NO_GROUP: Final = {"rule": "", "of": ""}
_said_of: Final = attrgetter(*(part.name for part in fields(Person) if part.name not in {"assignments", "leaves"}))


def primary_of(person: Person, day: Day) -> Assignment | None:
    """Return the main job of that day: the one HR flags, then the largest, the oldest, the first by id."""
    day = day_of(day, person)
    return main_of(job for job in person.assignments if job.holds_on(day))


class FactSource:
    """Makes facts from one day's org chart; keeps unit paths and managers that many people share."""

    def __init__(self, chart: OrgChart) -> None:
        self.chart = chart
        self._nobody: Facts | None = None
        self._units: dict[str, dict[str, object]] = {}
        self._managers: dict[str, dict[str, object]] = {}
        self._above: dict[str, str | None] = {}
        self.groups: dict[object, tuple[GroupKey, ...]] = {}
        """Kept by group rules: the groups that follow from a combination of facts on this day."""

    def facts(self, person: Person) -> Facts:
        """Return everything expressions may see of this person on the chart's day."""
        day = day_of(self.chart.days, person)
        primary = primary_of(person, day)
        held = [job for job in person.assignments if job.holds_on(day)][:LONGEST_LIST]
        return {
            "person": self._person(person, primary),
            "primary": self._assignment(primary) if primary else self._assignment(Assignment(id="", fte=0.0)),
            "assignments": [self._assignment(job) for job in held],
            "unit": self.unit(primary.unit if primary else ""),
            "manager": self.manager(primary.manager if primary else ""),
            "group": NO_GROUP,
        }

    def nobody(self) -> Facts:
        """Return the facts of nobody in particular, made once."""
        if self._nobody is None:
            self._nobody = self.facts(NOBODY)
        return self._nobody

    def unit(self, key: str) -> dict[str, object]:
        """Return the facts of a unit; all empty when there is none with this key that day."""
        known = self._units.get(key)
        if known is None:
            found = (self.chart.unit(key) if key else None) or NO_UNIT
            path = self._path(found)
            known = self._units[key] = {
                "key": found.key, "name": found.name, "parent": found.parent, "kind": found.kind, "head": found.head,
                "deputy": found.deputy, "path": path, "depth": len(path),
            }  # fmt: skip
        return known

    def manager(self, key: str) -> dict[str, object]:
        """Return the facts of the person with this HR key as a manager; all empty when there is none."""
        known = self._managers.get(key)
        if known is None:
            found = (self.chart.person(key) if key else None) or NOBODY
            known = self._managers[key] = self._person(found, primary_of(found, self.chart.days))
        return known

    def _person(self, person: Person, primary: Assignment | None) -> dict[str, object]:
        day = day_of(self.chart.days, person)
        units = {job.unit: None for job in person.assignments if job.unit and job.holds_on(day)}
        names = names_of(person)
        return {
            "id": person.key, "uuid": person.uuid, "source": person.source, "employeeNumber": person.key,
            "givenName": person.given_name, "prefix": person.name_prefix, "familyName": person.family_name,
            "partnerPrefix": person.partner_prefix, "partnerName": person.partner_name,
            "nameOrder": person.name_order, "preferredName": person.preferred_name,
            "callName": names.call, "surname": names.surname, "ownSurname": names.own,
            "displayName": names.display, "sortName": names.sort,
            "initials": initials(person.given_name), "email": person.email, "username": person.username,
            "kind": (primary.kind if primary else "") or person.kind, "status": person.status,
            "hiredOn": _day(person.hired_on), "leavesOn": _day(person.leaves_on),
            "active": person is not NOBODY and active_on(person, day), "onLeave": on_leave(person, day),
            "unitPath": self.unit(primary.unit)["path"] if primary else (),
            "units": tuple(units)[:LONGEST_LIST], "managers": self._chain(person, primary),
            "sourceGroups": person.source_groups[:LONGEST_LIST],
        }  # fmt: skip

    def _assignment(self, job: Assignment) -> dict[str, object]:
        return {
            "id": job.id, "unit": job.unit, "unitName": self.unit(job.unit)["name"], "title": job.title,
            "manager": job.manager, "kind": job.kind, "costCentre": job.cost_centre, "legalEntity": job.legal_entity,
            "country": job.country, "validFrom": _day(job.valid_from), "validTo": _day(job.valid_to),
            "fte": float(job.fte), "primary": job.primary, "location": {"name": job.location, "country": job.country},
        }  # fmt: skip

    def _path(self, unit: Unit) -> tuple[str, ...]:
        path: dict[str, None] = {}
        at: Unit | None = unit
        while at is not None and at.key and at.key not in path and len(path) < LONGEST_LIST:
            path[at.key] = None
            at = self.chart.unit(at.parent) if at.parent else None
        return tuple(reversed(path))

    def _chain(self, person: Person, primary: Assignment | None) -> tuple[str, ...]:
        chain: dict[str, None] = {}
        key = primary.manager if primary else ""
        while key and key != person.key and key not in chain and len(chain) < LONGEST_LIST:
            above = self._above[key] if key in self._above else self._manager_of(key)
            if above is None:
                break
            chain[key] = None
            key = above
        return tuple(chain)

    def _manager_of(self, key: str) -> str | None:
        """Return and keep the HR key of a manager's own manager, empty without one; None when nobody has the key."""
        person = self.chart.person(key)
        job = primary_of(person, self.chart.days) if person else None
        found = self._above[key] = None if person is None else job.manager if job else ""
        return found


def manager_basis(person: Person, day: Day) -> tuple[object, ...]:
    """Return all that the facts about a manager are made of, beside the org chart: equal basis, equal facts.

    Most of what HR says of a job is not in it: no rule sees a manager's title or hours.
    """
    day = day_of(day, person)
    primary = primary_of(person, day)
    held = tuple(job.unit for job in person.assignments if job.holds_on(day))
    job = (primary.unit, primary.kind, primary.manager) if primary else ()
    return (*_said_of(person), active_on(person, day), on_leave(person, day), held, job)


def empty(type_name: str) -> dict[str, Any]:
    """Return a value of a declared type in which nothing is said."""
    nothing: Mapping[str, Any] = {"string": "", "bool": False, "double": 0.0, "int": 0, "strings": ()}
    fields = TYPES[type_name].items()
    return {name: nothing[text] if text in nothing else empty(text) for name, text in fields}


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
