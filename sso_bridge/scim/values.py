"""Values as callers write them -> values as we keep them, cut down to what the schema knows (AD-03, PR-13).

Booleans may be texts (Entra writes "True"), a complex value with a part `value` may be that part alone, names of
attributes may have any case. What the schema does not know is thrown away, a password with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.errors import InvalidSyntax, InvalidValue
from sso_bridge.scim.limits import LONGEST_TEXT, MOST_VALUES
from sso_bridge.scim.moments import moment, whole
from sso_bridge.scim.schema import MEMBERS, ResourceKind

Json = dict[str, Any]
UNSAID: Final = "unsaid"
"""Marks a resource whose source took back what it said of `active`; no attribute is called so."""
_BREAKS: Final = frozenset("\n\r\t")
_DECIMAL: Final = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
LARGEST_NUMBER: Final = 10**15


def cleaned(kind: ResourceKind, body: Any) -> Json:
    """Return what a caller may set of a whole resource; InvalidSyntax, InvalidValue."""
    if not isinstance(body, Mapping):
        raise InvalidSyntax("the body must be one resource")
    stated = {str(name).lower(): value for name, value in body.items()}
    schemas = stated.get("schemas")
    if not isinstance(schemas, list) or kind.urn.lower() not in [str(one).lower() for one in schemas]:
        raise InvalidSyntax(f"schemas must hold {kind.urn}")
    made: Json = {}
    for name, value in body.items():
        if urn := kind.schema(str(name)):
            made.update(_extension(kind, urn, value))
        elif (attribute := kind.find(str(name))) is not None and attribute.writable and attribute.name != "schemas":
            _put(made, attribute, value)
    return made


def complete(kind: ResourceKind, resource: Json) -> Json:
    """Return the resource if it has what it must have; InvalidValue."""
    for attribute in kind.attributes:
        if attribute.required and not resource.get(attribute.name):
            raise InvalidValue(f"{attribute.name} is missing")
    return resource


def with_state(resource: Json, before: Mapping[str, Any]) -> Json:
    """Return the resource with the state it had, when it does not say whether the person is active: no guess."""
    return resource if "active" in resource else {**resource, "active": before["active"], UNSAID: True}


def as_said(resource: Mapping[str, Any]) -> Json:
    """Return the resource as its source said it."""
    hidden = {UNSAID, "active"} if UNSAID in resource else set[str]()
    return {name: value for name, value in resource.items() if name not in hidden}


def value_of(attribute: Attribute, value: Any) -> Any:
    """Return the value to keep, None for nothing; InvalidValue names the attribute, never the value."""
    if value is None or value in ("", [], {}):
        return None
    if not attribute.many:
        return _single(attribute, value)
    stated = value if isinstance(value, list) else [value]
    if len(stated) > MOST_VALUES and attribute is not MEMBERS:
        raise InvalidValue(f"{attribute.name} has at most {MOST_VALUES} values")
    elements = [one for one in (_single(attribute, each) for each in stated) if one is not None]
    if sum(isinstance(one, dict) and one.get("primary") is True for one in elements) > 1:
        raise InvalidValue(f"one value of {attribute.name} at most is primary")
    return elements or None


def _extension(kind: ResourceKind, urn: str, value: Any) -> Json:
    if value in (None, "", []):
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValue(f"{urn} must be an object")
    inner: Json = {}
    for name, each in value.items():
        attribute = kind.find(str(name), urn)
        if attribute is not None and attribute.writable:
            _put(inner, attribute, each)
    if urn == kind.urn:
        return inner
    return {urn: inner} if inner else {}


def _put(made: Json, attribute: Attribute, value: Any) -> None:
    found = value_of(attribute, value)
    if found is not None:
        made[attribute.name] = found


def _single(attribute: Attribute, value: Any) -> Any:
    if attribute.type == "complex":
        return _complex(attribute, value)
    if attribute.type == "boolean":
        return _truth(attribute, value)
    if attribute.type == "decimal":
        return _number(attribute, value)
    if not isinstance(value, str):
        raise InvalidValue(f"{attribute.name} must be a text")
    if attribute.type == "dateTime":
        return _moment(attribute, value)
    text = unicodedata.normalize("NFC", value)
    if len(text) > LONGEST_TEXT:
        raise InvalidValue(f"{attribute.name} has at most {LONGEST_TEXT} characters")
    if any(unicodedata.category(each) in {"Cc", "Cs"} and each not in _BREAKS for each in text):
        raise InvalidValue(f"{attribute.name} holds a control character")
    return text


def _complex(attribute: Attribute, value: Any) -> Json | None:
    if isinstance(value, str) and attribute.part("value") is not None:
        value = {"value": value}
    if not isinstance(value, Mapping):
        raise InvalidValue(f"{attribute.name} must be an object")
    made: Json = {}
    for name, each in value.items():
        part = attribute.part(str(name))
        if part is not None and part.writable:
            _put(made, part, each)
    reference = made.pop("$ref", "")
    if reference and "value" not in made:
        made["value"] = reference.rstrip("/").rpartition("/")[2]
    return made or None


def _number(attribute: Attribute, value: Any) -> int | float:
    """Return the number, also one that is written as a text."""
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) >= LARGEST_NUMBER:
        raise InvalidValue(f"{attribute.name} must be a number")
    return value


def _moment(attribute: Attribute, value: str) -> str:
    if moment(value) is None:
        raise InvalidValue(f"{attribute.name} must be a date as in 2026-12-01, or a moment as in 2026-12-01T00:00:00Z")
    return whole(value)


def _truth(attribute: Attribute, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise InvalidValue(f"{attribute.name} must be true or false")
