"""Resources as callers get them: with id, addresses and version, cut down to the attributes they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sso_bridge.scim.errors import InvalidValue
from sso_bridge.scim.places import Place, place_of
from sso_bridge.scim.schema import ENTERPRISE, ResourceKind
from sso_bridge.scim.values import Json, as_said
from sso_bridge.scim.writing import Streamed


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which attributes a caller wants: some, or all but some (RFC 7644 section 3.9)."""

    only: tuple[Place, ...] = ()
    without: tuple[Place, ...] = ()
    restricted: bool = False

    def cut(self, resource: Json) -> Json:
        """Return the resource with what is wanted, and what is always told."""
        if self.restricted:
            made: Json = {name: resource[name] for name in ("schemas", "id") if name in resource}
            for place in self.only:
                _copy(place, resource, made)
            return made
        for place in self.without:
            _drop(place, resource)
        return resource

    def includes(self, name: str) -> bool:
        """Return whether an attribute of the resource itself is told at all; what is not is not even read."""
        named = [place for place in (self.only if self.restricted else self.without) if place.attribute is not None]
        if self.restricted:
            return any(place.attribute is not None and place.attribute.name == name for place in named)
        return not any(
            place.attribute is not None and place.attribute.name == name and not place.part for place in named
        )


def wanted(kind: ResourceKind, attributes: Iterable[str], excluded: Iterable[str]) -> Wanted:
    """Return the choice; names that are not served are of no effect. InvalidValue when both are given."""
    only, without = list(attributes), list(excluded)
    if only and without:
        raise InvalidValue("attributes and excludedAttributes exclude each other")
    return Wanted(_places(kind, only), _places(kind, without), restricted=bool(only))


def version(revision: int, created_at: datetime) -> str:
    """Return the weak entity tag of a resource."""
    return f'W/"{int(created_at.timestamp() * 1000):x}.{revision}"'


def schemas_of(kind: ResourceKind, resource: Mapping[str, Any]) -> list[str]:
    """Return the URNs of what a resource is made of."""
    return [kind.urn, *(urn for urn in kind.extensions if urn in resource)]


def told(
    kind: ResourceKind,
    base: str,
    resource: Mapping[str, Any],
    uuid: str,
    revision: int,
    times: tuple[datetime, datetime],
) -> Json:
    """Return the whole resource, groups and members aside."""
    location = f"{base}{kind.endpoint}/{uuid}"
    meta = {
        "resourceType": kind.name,
        "created": _text(times[0]),
        "lastModified": _text(times[1]),
        "location": location,
        "version": version(revision, times[0]),
    }
    made: Json = {"schemas": schemas_of(kind, resource), "id": uuid, **as_said(resource), "meta": meta}
    manager = made.get(ENTERPRISE, {}).get("manager")
    if manager and "value" in manager:
        referring = {**manager, "$ref": f"{base}/Users/{quote(manager['value'], safe='')}"}
        made[ENTERPRISE] = {**made[ENTERPRISE], "manager": referring}
    return made


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _places(kind: ResourceKind, names: Iterable[str]) -> tuple[Place, ...]:
    found = (place_of(kind, name.strip()) for name in names)
    return tuple(place for place in found if place is not None)


def _copy(place: Place, resource: Json, made: Json) -> None:
    source = resource.get(place.urn, {}) if place.urn else resource
    if place.attribute is None:
        if place.urn in resource:
            made[place.urn] = resource[place.urn]
        return
    name = place.attribute.name
    if name not in source:
        return
    target = made.setdefault(place.urn, {}) if place.urn else made
    if place.part is None:
        target[name] = source[name]
    else:
        target[name] = _merged(target.get(name), source[name], place.part.name)


def _merged(before: Any, source: Any, part: str) -> Any:
    """Return what is told so far with one part more, element by element."""
    if isinstance(source, Streamed):
        whole = isinstance(before, Streamed) and not before.only
        return before if whole else replace(before or source, only=(before or source).only | {part})
    if isinstance(source, list):
        known = before if isinstance(before, list) else [{} for _ in source]
        return [_merged(one, each, part) for one, each in zip(known, source, strict=True)]
    return {**(before or {}), **({part: source[part]} if part in source else {})}


def _drop(place: Place, resource: Json) -> None:
    if place.attribute is None:
        resource.pop(place.urn, None)
        return
    if place.attribute.returned == "always" or place.attribute.name == "id":
        return
    if place.urn:
        if place.urn not in resource:
            return
        resource[place.urn] = dict(resource[place.urn])
    holder = resource[place.urn] if place.urn else resource
    found = holder.get(place.attribute.name)
    if place.part is None:
        holder.pop(place.attribute.name, None)
    elif isinstance(found, list):
        holder[place.attribute.name] = [_less(one, place.part.name) for one in found]
    elif isinstance(found, Streamed):
        holder[place.attribute.name] = replace(found, without=found.without | {place.part.name})
    elif isinstance(found, dict):
        holder[place.attribute.name] = _less(found, place.part.name)


def _less(found: Json, part: str) -> Json:
    return {name: value for name, value in found.items() if name != part}
