"""Which columns of the HR files each fact is made of: from a value in an explanation to the row behind it.

A column is named with whose row it stands in: `person` (any row of the person), `primary` (the row of the main job),
`assignments` (the rows of all jobs), `leaves`, `unit`, `units` (the rows of all units above), `manager`, `managers`.
Which job is the main one is decided by all rows of the person; that is not repeated for each fact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

_CALL: Final = ("person.preferred_name", "person.given_name")
_OWN: Final = ("person.name_prefix", "person.family_name")
_SURNAME: Final = (*_OWN, "person.partner_prefix", "person.partner_name", "person.name_order")
_DATES: Final = ("assignments.valid_from", "assignments.valid_to")

_PERSON: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("person.employee_number",),
    "uuid": (),
    "source": (),
    "employeeNumber": ("person.employee_number",),
    "givenName": ("person.given_name",),
    "prefix": ("person.name_prefix",),
    "familyName": ("person.family_name",),
    "partnerPrefix": ("person.partner_prefix",),
    "partnerName": ("person.partner_name",),
    "nameOrder": ("person.name_order",),
    "preferredName": ("person.preferred_name",),
    "callName": _CALL,
    "surname": _SURNAME,
    "ownSurname": _OWN,
    "displayName": (*_CALL, *_SURNAME, "person.username", "person.employee_number"),
    "sortName": (*_CALL, *_SURNAME),
    "initials": ("person.given_name",),
    "email": ("person.email",),
    "username": ("person.username",),
    "kind": ("primary.kind", "person.kind"),
    "status": ("person.status",),
    "hiredOn": ("person.hired_on",),
    "leavesOn": ("person.leaves_on",),
    "active": ("person.status", "person.hired_on", "person.leaves_on", *_DATES),
    "onLeave": ("person.status", "leaves.valid_from", "leaves.valid_to"),
    "unitPath": ("primary.unit", "units.parent"),
    "units": ("assignments.unit", *_DATES),
    "managers": ("primary.manager", "managers.manager"),
    "sourceGroups": (),
}
_JOB: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("assignment_id",),
    "unit": ("unit",),
    "unitName": ("unit", "unit.name"),
    "title": ("title",),
    "manager": ("manager",),
    "kind": ("kind",),
    "costCentre": ("cost_centre",),
    "legalEntity": ("legal_entity",),
    "country": ("country",),
    "validFrom": ("valid_from",),
    "validTo": ("valid_to",),
    "fte": ("fte",),
    "primary": ("primary",),
    "location.name": ("location",),
    "location.country": ("country",),
}
_UNIT: Final[Mapping[str, tuple[str, ...]]] = {
    "key": (),
    "name": ("unit.name",),
    "parent": ("unit.parent",),
    "kind": ("unit.kind",),
    "head": ("unit.head",),
    "deputy": ("unit.deputy",),
    "path": ("units.parent",),
    "depth": ("units.parent",),
}
ANY_UNIT: Final = "unit()"
"""Read by a rule that looks a unit up by its key: `unit('sales').head`."""


def columns_of(reads: Iterable[str]) -> frozenset[str]:
    """Return the columns behind these facts (`person.displayName`, `primary.location`, `assignments`, `unit()`)."""
    return frozenset(column for read in reads for fact in _within(read) for column in STATED.get(fact, ()))


def _within(read: str) -> Iterable[str]:
    """Yield the single facts of a read; a whole message stands for all of them."""
    return (fact for fact in STATED if fact == read or fact.startswith(f"{read}."))


def _job(whose: str) -> dict[str, tuple[str, ...]]:
    return {
        f"{whose}.{name}": tuple(column if "." in column else f"{whose}.{column}" for column in columns)
        for name, columns in _JOB.items()
    }


def _of_manager(column: str) -> str:
    """Return the column in the manager's own rows; those of units and of managers above stay."""
    whose, _, name = column.partition(".")
    return column if whose in {"units", "managers"} else f"manager.{name}"


STATED: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"person.{name}": columns for name, columns in _PERSON.items()},
    **_job("primary"),
    **_job("assignments"),
    **{f"unit.{name}": ("primary.unit", *columns) for name, columns in _UNIT.items()},
    **{f"manager.{name}": ("primary.manager", *map(_of_manager, columns)) for name, columns in _PERSON.items()},
    **dict.fromkeys(("group.rule", "group.of"), ()),
    ANY_UNIT: tuple(f"unit.{name}" for name in ("unit", "name", "parent", "kind", "head", "deputy")),
}
"""Every fact that expressions see, and the columns it comes from; what is ours (`uuid`, `group` ...) has none."""
