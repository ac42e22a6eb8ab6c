"""People and units as plain JSON values and back; what the `facts` columns hold.

A field that says nothing (empty text, no date, a default) is left out, so that the same facts always give the same
value and the same digest, whichever layout HR used. `source_groups` stand here by their ids; whoever reads people gets
the names (`group_names`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from hashlib import blake2b
from typing import Any

from mappings.people import Assignment, Leave, Person, Unit

_OURS = frozenset({"id", "uuid", "source", "key", "assignments", "leaves"})
_PERSON = tuple((field.name, field.default) for field in fields(Person) if field.name not in _OURS)
_ASSIGNMENT = tuple((field.name, field.default) for field in fields(Assignment))
_UNIT = tuple((field.name, field.default) for field in fields(Unit) if field.name != "key")
_CANONICAL = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode
_DATES = frozenset({"hired_on", "leaves_on", "birth_date", "valid_from", "valid_to"})


def person_facts(person: Person) -> dict[str, Any]:
    """Return what HR says of the person, without our own ids; assignments sorted by their id."""
    facts = _said(person, _PERSON)
    if person.assignments:
        facts["assignments"] = [_said(each, _ASSIGNMENT) for each in sorted(person.assignments, key=lambda a: a.id)]
    if person.leaves:
        held = sorted(person.leaves, key=lambda leave: (leave.valid_from, leave.kind))
        facts["leaves"] = [_leave_facts(leave) for leave in held]
    return facts


def person_from(facts: Mapping[str, Any], *, id: int, uuid: str, source: str, key: str) -> Person:  # noqa: A002 - the field's name
    """Return the person whose facts these are."""
    given = _given(facts)
    given["assignments"] = tuple(Assignment(**_given(each)) for each in facts.get("assignments", ()))
    if "source_groups" in given:
        given["source_groups"] = tuple(given["source_groups"])
    given["leaves"] = tuple(Leave(**_given(each)) for each in facts.get("leaves", ()))
    return Person(id=id, uuid=uuid, source=source, key=key, **given)


def unit_facts(unit: Unit) -> dict[str, Any]:
    """Return what HR says of the unit, without its key."""
    return _said(unit, _UNIT)


def unit_from(facts: Mapping[str, Any], key: str) -> Unit:
    """Return the unit whose facts these are."""
    return Unit(key=key, **_given(facts))


def digest_of(facts: Mapping[str, Any]) -> bytes:
    """Return 64 bits that differ when the facts do."""
    return written(facts)[1]


def written(facts: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return the facts as the text that is stored, always the same for the same facts, and their digest."""
    text = _CANONICAL(facts)
    return text, blake2b(text.encode(), digest_size=8).digest()


def _said(record: object, names: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for name, default in names:
        value = getattr(record, name)
        if value != default:
            said[name] = value.isoformat() if isinstance(value, date) else value
    return said


def _leave_facts(leave: Leave) -> dict[str, Any]:
    facts = {"kind": leave.kind, "valid_from": leave.valid_from.isoformat()}
    if leave.valid_to is not None:
        facts["valid_to"] = leave.valid_to.isoformat()
    return facts


def _given(facts: Mapping[str, Any]) -> dict[str, Any]:
    given = dict(facts)
    for name in _DATES & given.keys():
        given[name] = date.fromisoformat(given[name])
    return given
