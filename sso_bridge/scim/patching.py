"""Operations of a PATCH applied to one resource (RFC 7644 section 3.5.2): all of them, or none."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.errors import InvalidFilter, InvalidValue, NoTarget
from sso_bridge.scim.filters import Both, Filter, Where
from sso_bridge.scim.limits import MOST_VALUES
from sso_bridge.scim.matching import holds
from sso_bridge.scim.operations import Operation
from sso_bridge.scim.values import Json, value_of


def patched(resource: Mapping[str, Any], operations: Iterable[Operation]) -> Json:
    """Return a changed copy; InvalidValue, NoTarget."""
    made: Json = copy.deepcopy(dict(resource))
    for operation in operations:
        holder = made.setdefault(operation.place.urn, {}) if operation.place.urn else made
        _apply(holder, operation)
        if operation.place.urn and not holder:
            del made[operation.place.urn]
    return made


def _apply(holder: Json, operation: Operation) -> None:
    attribute, part = operation.attribute, operation.place.part
    if attribute.many:
        _apply_to_list(holder, operation)
    elif part is not None:
        inner = dict(holder.get(attribute.name, {}))
        _set(inner, part, operation)
        if part.name == "$ref":
            _refer(inner)
        _keep(holder, attribute.name, inner)
    else:
        found = None if operation.act == "remove" else value_of(attribute, operation.value)
        if attribute.parts and isinstance(found, dict):
            found = {**holder.get(attribute.name, {}), **found}
        _keep(holder, attribute.name, found)


def _apply_to_list(holder: Json, operation: Operation) -> None:
    attribute, part, only = operation.attribute, operation.place.part, operation.only
    elements: list[Any] = list(holder.get(attribute.name, ()))
    chosen = [one for one in elements if only is None or holds(only, one)]
    if only is not None and not chosen:
        if operation.act == "replace":
            raise NoTarget("the filter of the path finds nothing")
        if operation.act == "add":
            chosen = [_described_by(only)]
            elements += chosen
    touched = chosen
    if part is not None:
        if not chosen and operation.act != "remove":
            touched = chosen = [{}]
            elements += chosen
        for one in chosen:
            _set(one, part, operation)
    elif operation.act == "remove":
        leaving = _leaving(attribute, chosen, operation)
        elements = [one for one in elements if not any(one is each for each in leaving)]
    else:
        elements, touched = _joined(attribute, elements, chosen, operation)
    _one_primary(attribute, elements, touched)
    if len(elements) > MOST_VALUES:
        raise InvalidValue(f"{attribute.name} has at most {MOST_VALUES} values")
    _keep(holder, attribute.name, [one for one in elements if one])


def _joined(
    attribute: Attribute, elements: list[Any], chosen: list[Any], operation: Operation
) -> tuple[list[Any], list[Any]]:
    """Return (all elements, those that are new or changed) after whole elements were added or replaced."""
    stated = value_of(attribute, operation.value) or []
    if operation.only is None:
        if operation.act == "replace":
            return stated, stated
        new = [one for one in stated if one not in elements]
        return [*elements, *new], new
    if len(stated) > 1:
        raise InvalidValue("the filter of the path chooses values for one new one")
    for one in chosen:
        if operation.act == "replace":
            one.clear()
        one.update(stated[0] if stated else {})
    return elements, chosen


def _leaving(attribute: Attribute, chosen: list[Any], operation: Operation) -> list[Any]:
    """Return the elements to remove: all that were chosen, or those of the value, which may say less than we know."""
    if operation.value in (None, "", []):
        return chosen
    stated = value_of(attribute, operation.value) or []
    return [one for one in chosen if any(each.items() <= one.items() for each in stated)]


def _set(holder: Json, part: Attribute, operation: Operation) -> None:
    _keep(holder, part.name, None if operation.act == "remove" else value_of(part, operation.value))


def _refer(inner: Json) -> None:
    """Turn the address of a resource into its id, which is what is kept."""
    reference = inner.pop("$ref", "")
    _keep(inner, "value", str(reference).rstrip("/").rpartition("/")[2] or None)


def _keep(holder: Json, name: str, value: Any) -> None:
    if value is None or value in ([], {}):
        holder.pop(name, None)
    else:
        holder[name] = value


def _one_primary(attribute: Attribute, elements: list[Any], touched: list[Any]) -> None:
    """Let a new primary value take the place of the old one (RFC 7644 section 3.5.2)."""
    primary = [one for one in elements if isinstance(one, dict) and one.get("primary") is True]
    if len(primary) < 2:  # noqa: PLR2004
        return
    newest = [one for one in primary if any(one is each for each in touched)]
    if len(newest) != 1:
        raise InvalidValue(f"one value of {attribute.name} at most is primary")
    for one in primary:
        one["primary"] = one is newest[0]


def _described_by(only: Filter) -> Json:
    """Return the element that a filter of equalities describes; InvalidFilter for any other filter."""
    items = only.items if isinstance(only, Both) else (only,)
    made: Json = {}
    for one in items:
        if not isinstance(one, Where) or one.how != "eq" or one.place.attribute is None or one.value is None:
            raise InvalidFilter("a value can only be added where the filter says what it is by eq")
        made[one.place.attribute.name] = value_of(one.place.attribute, one.value)
    return made
