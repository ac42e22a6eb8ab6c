"""What a pushed person says -> facts of the staff register, read like a row of an HR file (`collect.cells`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mappings.people import Assignment, Person
from provisioners.sync.collect.cells import READERS, WrongCell, text
from provisioners.sync.collect.layout import JOB, PERSON
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.errors import InvalidValue
from sso_bridge.scim.schema import ENTERPRISE, USERS
from sso_bridge.store.staff.scim_users import first_mail

_JOB = frozenset(JOB) | {"kind"}
_PERSON = frozenset(PERSON)


def number_of(resource: Mapping[str, Any], uuid: str, caller: Caller) -> str:
    """Return the HR number: our id, or what the source keeps it in; InvalidValue when it is missing there."""
    attribute = caller.columns["employee_number"]
    number = uuid if attribute == "id" else _cell(resource, attribute)
    if not number:
        raise InvalidValue(f"{attribute} is missing: it is the HR number of this source")
    return str(_read("employee_number", number, attribute))


def person_of(resource: Mapping[str, Any], uuid: str, caller: Caller, manager: str, groups: tuple[str, ...]) -> Person:
    """Return the person; `manager` is the HR number of the one that the resource names by id. InvalidValue."""
    values: dict[str, Any] = {"status": "active" if resource["active"] else "inactive"}
    for column, attribute in caller.columns.items():
        if column != "employee_number" and attribute:
            cell = manager if attribute == "manager" else uuid if attribute == "id" else _cell(resource, attribute)
            values[column] = _read(column, cell, attribute)
    job = {name: values[name] for name in _JOB & values.keys() if name != "assignment_id"}
    said = {name: values[name] for name in _PERSON & values.keys()}
    number = number_of(resource, uuid, caller)
    jobs = (Assignment(id="1", **job),) if any(value for name, value in job.items() if name != "kind") else ()
    return Person(0, uuid, caller.source, number, assignments=jobs, source_groups=groups, **said)


def manager_of(resource: Mapping[str, Any]) -> str:
    """Return the id by which the resource names the manager."""
    return str(resource.get(ENTERPRISE, {}).get("manager", {}).get("value", ""))


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
    holder = resource if USERS.find(outer) is not None else resource.get(ENTERPRISE, {})
    found = holder.get(outer, "")
    if isinstance(found, list):
        chosen = sorted(found, key=lambda one: (not one.get("primary"), one.get("type") != "work"))
        found = chosen[0] if chosen else {}
    if isinstance(found, Mapping):
        found = found.get(inner or "value", "")
    return str(found).strip()
