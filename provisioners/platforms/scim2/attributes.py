"""Between the flat names of a mapping and the nested JSON of a SCIM user (RFC 7643 section 4)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from mappings.desired import Account, Value
from provisioners.platforms.contract import RemoteAccount

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

PLAIN = frozenset(
    {"userName", "displayName", "nickName", "title", "userType", "preferredLanguage", "locale", "timezone"}
    | {"name.givenName", "name.familyName", "name.middleName", "name.formatted"}
)
EXTENDED = frozenset({"employeeNumber", "costCenter", "organization", "division", "department", "manager"})
LISTS = frozenset({"emails", "phoneNumbers"})
NAMES = PLAIN | EXTENDED | LISTS
"""Everything a mapping may fill. `active` is not among them: it follows the state of the account."""

Json = dict[str, Any]


def apply(resource: Mapping[str, Any], wanted: Mapping[str, Value]) -> Json:
    """Return a copy of the resource with the wanted values; an empty text removes, unnamed attributes stay."""
    result: Json = copy.deepcopy(dict(resource))
    for name, value in wanted.items():
        if name in LISTS:
            _put(result, name, _merged(result.get(name), value))
        elif name in EXTENDED:
            _put_inside(result, ENTERPRISE, name, _manager(result, value) if name == "manager" else value)
        elif "." in name:
            outer, inner = name.split(".", 1)
            _put_inside(result, outer, inner, value)
        elif name in PLAIN:
            _put(result, name, value)
    result["schemas"] = _schemas(result)
    return result


def new_user(account: Account) -> Json:
    """Return the body that creates the account, with the person's UUID as external id."""
    start = {"schemas": [USER], "externalId": account.person_uuid, "active": account.state == "active"}
    return apply(start, {name: value for name, value in account.attributes.items() if value not in ("", ())})


def remote_account(resource: Mapping[str, Any]) -> RemoteAccount:
    """Read a SCIM user, tolerant of booleans as texts and of missing parts."""
    extension = _object(resource.get(ENTERPRISE))
    values: dict[str, Value] = {}
    for name in NAMES:
        found = _read(resource, extension, name)
        if found not in (None, ""):
            values[name] = found if isinstance(found, bool | int | float) else str(found)
    return RemoteAccount(
        remote_id=str(resource.get("id", "")),
        external_id=str(resource.get("externalId") or ""),
        active=truth(resource.get("active", True)),
        attributes=values,
        version=str(_object(resource.get("meta")).get("version") or ""),
    )


def truth(value: object) -> bool:
    """Return a boolean as services tell it: true, "True", "false", 0."""
    return value.strip().lower() in {"true", "1"} if isinstance(value, str) else bool(value)


def _manager(resource: Mapping[str, Any], value: Value) -> object:
    """Return the reference to a manager's account; strict services want `$ref` beside the id, lax ones ignore it."""
    present = _object(resource.get(ENTERPRISE)).get("manager")
    if not value or (isinstance(present, dict) and str(present.get("value") or "") == value):
        return present if value else None
    return {"value": value, "$ref": f"../Users/{quote(str(value), safe='')}"}


def _read(resource: Mapping[str, Any], extension: Mapping[str, Any], name: str) -> Any:
    if name in LISTS:
        return _main(_items(resource.get(name))).get("value")
    if name == "manager":
        manager = extension.get(name)
        return manager.get("value") if isinstance(manager, dict) else manager
    if name in EXTENDED:
        return extension.get(name)
    outer, _, inner = name.partition(".")
    return _object(resource.get(outer)).get(inner) if inner else resource.get(name)


def _merged(present: object, value: Value) -> list[Json]:
    """Return the list with our value as the primary work one; what others put there stays."""
    items = [dict(item) for item in _items(present)]
    ours = _main(items)
    texts = list(value) if isinstance(value, tuple) else [value]
    wanted = [text for text in texts if text]
    others = [item for item in items if item is not ours and item.get("value") not in wanted]
    if not wanted:
        return others
    if items and ours.get("value") == wanted[0] and len(wanted) == 1:
        return items
    for item in others:
        item.pop("primary", None)
    first = {"value": wanted[0], "type": "work", "primary": True}
    return [first, *({"value": text, "type": "other"} for text in wanted[1:]), *others]


def _main(items: list[Json]) -> Json:
    """Return the primary item, else the work one, else the first."""
    primary = [item for item in items if truth(item.get("primary", False))]
    work = [item for item in items if str(item.get("type", "")).lower() == "work"]
    return next(iter(primary or work or items), {})


def _put(target: Json, name: str, value: Any) -> None:
    if value in ("", (), [], None):
        target.pop(name, None)
    else:
        target[name] = value


def _put_inside(target: Json, outer: str, name: str, value: Any) -> None:
    inside = dict(_object(target.get(outer)))
    _put(inside, name, value)
    _put(target, outer, inside or None)


def _schemas(resource: Mapping[str, Any]) -> list[str]:
    known = [str(schema) for schema in resource.get("schemas") or [USER]]
    return [*known, ENTERPRISE] if ENTERPRISE in resource and ENTERPRISE not in known else known


def _items(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
