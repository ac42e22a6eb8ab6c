"""What a pushed person says -> facts of the staff register, read like a row of an HR file (`collect.cells`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mappings.people import Assignment, Leave, Person
from provisioners.sync.collect.cells import READERS, WrongCell, text
from provisioners.sync.collect.layout import JOB, PERSON
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.employment import EMPLOYMENT
from sso_bridge.scim.errors import InvalidValue
from sso_bridge.scim.schema import USERS
from sso_bridge.store.staff.scim_users import first_mail

_JOB = frozenset(JOB) | {"kind"}
_PERSON = frozenset(PERSON)
_JOB_PARTS = (
    ("unit", "unit"), ("title", "title"), ("kind", "type"), ("location", "location"), ("country", "country"),
    ("cost_centre", "costCenter"), ("legal_entity", "legalEntity"), ("fte", "fte"), ("primary", "primary"),
    ("valid_from", "startDate"), ("valid_to", "endDate"),
)  # fmt: skip


def number_of(resource: Mapping[str, Any], uuid: str, caller: Caller) -> str:
    """Return the HR number: our id, or what the source keeps it in; InvalidValue when it is missing there."""
    attribute = caller.columns["employee_number"]
    number = uuid if attribute == "id" else _cell(resource, attribute)
    if not number:
        raise InvalidValue(f"{attribute} is missing: it is the HR number of this source")
    return str(_read("employee_number", number, attribute))


def person_of(
    resource: Mapping[str, Any], uuid: str, caller: Caller, numbered: Callable[[str], str], groups: tuple[str, ...]
) -> Person:
    """Return the person; `numbered` tells the HR number of the manager with an id. InvalidValue.

    Whoever is not `active` works here on no day; whoever is works on the days from `startDate` to `endDate`.
    """
    values: dict[str, Any] = {"status": "active" if resource["active"] else "inactive"}
    for column, attribute in caller.columns.items():
        if column != "employee_number" and attribute:
            cell = uuid if attribute == "id" else _cell(resource, attribute)
            values[column] = _read(column, numbered(cell) if attribute == "manager" else cell, attribute)
    said = {name: values[name] for name in _PERSON & values.keys()}
    number = number_of(resource, uuid, caller)
    jobs = _stated_jobs(resource, numbered) if states_jobs(resource) else _job(values)
    leaves = tuple(_leave(one) for one in resource.get(EMPLOYMENT, {}).get("leaves", ()))
    return Person(0, uuid, caller.source, number, assignments=jobs, leaves=leaves, source_groups=groups, **said)


def states_jobs(resource: Mapping[str, Any]) -> bool:
    """Return whether the source states all jobs with their dates, not only what holds now."""
    return bool(resource.get(EMPLOYMENT, {}).get("assignments"))


def _job(values: Mapping[str, Any]) -> tuple[Assignment, ...]:
    job = {name: values[name] for name in _JOB & values.keys() if name != "assignment_id"}
    return (Assignment(id="1", **job),) if any(value for name, value in job.items() if name != "kind") else ()


def _stated_jobs(resource: Mapping[str, Any], numbered: Callable[[str], str]) -> tuple[Assignment, ...]:
    jobs = []
    for place, said in enumerate(resource[EMPLOYMENT]["assignments"], start=1):
        id_ = _read("assignment_id", str(said.get("value", place)).strip(), "assignments.value")
        values = {column: _part(said, "assignments", part, column) for column, part in _JOB_PARTS if part in said}
        manager = _read("manager", numbered(str(said.get("manager", "")).strip()), "assignments.manager")
        jobs.append(Assignment(id_, manager=manager, **values))
    if len({(job.id, job.valid_from) for job in jobs}) < len(jobs):
        raise InvalidValue("assignments: two have the same value and startDate")
    return tuple(jobs)


def _leave(said: Mapping[str, Any]) -> Leave:
    start = _part(said, "leaves", "startDate", "valid_from")
    if start is None:
        raise InvalidValue("leaves.startDate is missing")
    return Leave(
        _read("title", said.get("type", "leave"), "leaves.type"), start, _part(said, "leaves", "endDate", "valid_to")
    )


def _part(said: Mapping[str, Any], attribute: str, part: str, column: str) -> Any:
    return _read(column, str(said.get(part, "")).strip(), f"{attribute}.{part}")


def _read(column: str, cell: str, attribute: str) -> Any:
    try:
        return READERS.get(column, text)(cell)
    except WrongCell as wrong:
        raise InvalidValue(f"{attribute} {wrong}") from None


def _cell(resource: Mapping[str, Any], attribute: str) -> str:
    """Return the text of an attribute; of lists the primary value, the one of work, or the first."""
    if attribute == "emails":
        return first_mail(resource)
    outer, _, inner = attribute.partition(".")
    urn = next((urn for urn in USERS.extensions if USERS.find(outer) is None and USERS.find(outer, urn)), "")
    found = (resource.get(urn, {}) if urn else resource).get(outer, "")
    if isinstance(found, list):
        chosen = sorted(found, key=lambda one: (not one.get("primary"), one.get("type") != "work"))
        found = chosen[0] if chosen else {}
    if isinstance(found, Mapping):
        found = found.get(inner or "value", "")
    return str(found).strip()
