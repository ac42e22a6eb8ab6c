"""PATCH messages (RFC 7644 section 3.5.2) -> operations on places of the schema, in the ways of Entra and Okta too.

`op` may be written in capitals. A value without a path is taken apart: each of its names is a path of its own, also
one with dots, brackets or a URN; names that are not served are thrown away, as in a whole resource. A path that is
written as a path must be served (PR-14).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.errors import InvalidFilter, InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget
from sso_bridge.scim.filters import Filter, comparisons_in, parse_inner
from sso_bridge.scim.limits import LONGEST_FILTER, MOST_COMPARISONS_OF_PATCH, MOST_OPERATIONS
from sso_bridge.scim.places import Place, place_of
from sso_bridge.scim.schema import ResourceKind

PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_IGNORED: Final = frozenset({"schemas", "id", "meta", "groups"})
"""What clients send back inside a value as they got it; as a path it is refused."""
Act = Literal["add", "replace", "remove"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change: what to do at a place, at the elements that a filter names, with a value."""

    act: Act
    place: Place
    only: Filter | None = None
    value: Any = None

    @property
    def attribute(self) -> Attribute:
        """Return the attribute; whole extensions have been taken apart before."""
        if self.place.attribute is None:
            raise InvalidPath("a whole extension is changed through its attributes")
        return self.place.attribute


def operations(kind: ResourceKind, body: Any) -> list[Operation]:
    """Return the operations in order; InvalidSyntax, InvalidFilter, InvalidPath, InvalidValue, Mutability, NoTarget."""
    stated = {str(name).lower(): value for name, value in body.items()} if isinstance(body, Mapping) else {}
    schemas, listed = stated.get("schemas"), stated.get("operations")
    if not isinstance(schemas, list) or PATCH.lower() not in [str(one).lower() for one in schemas]:
        raise InvalidSyntax(f"schemas must hold {PATCH}")
    if not isinstance(listed, list) or not 0 < len(listed) <= MOST_OPERATIONS:
        raise InvalidSyntax(f"Operations must be a list of 1 to {MOST_OPERATIONS}")
    made, comparisons = list[Operation](), 0
    for one in (each for stated_one in listed for each in _operations(kind, stated_one)):
        made.append(one)
        comparisons += comparisons_in(one.only) if one.only is not None else 0
        if comparisons > MOST_COMPARISONS_OF_PATCH:
            raise InvalidFilter(f"the paths of one PATCH have at most {MOST_COMPARISONS_OF_PATCH} comparisons")
    return made


def _operations(kind: ResourceKind, one: Any) -> Iterator[Operation]:
    if not isinstance(one, Mapping):
        raise InvalidSyntax("an operation must be an object")
    stated = {str(name).lower(): value for name, value in one.items()}
    act = _act(stated.get("op"))
    path, value = stated.get("path"), stated.get("value")
    if path is not None and not isinstance(path, str):
        raise InvalidPath("a path must be a text")
    if path:
        yield from _at(kind, act, path, value)
    elif act == "remove":
        raise NoTarget("remove needs a path")
    elif isinstance(value, Mapping):
        yield from _taken_apart(kind, act, value)
    else:
        raise InvalidValue("a value without a path must be an object")


def _act(text: Any) -> Act:
    match str(text).lower():
        case "add":
            return "add"
        case "replace":
            return "replace"
        case "remove":
            return "remove"
        case _:
            raise InvalidSyntax("op must be add, replace or remove")


def _at(kind: ResourceKind, act: Act, path: str, value: Any) -> Iterator[Operation]:
    place, only = _path(kind, path)
    if place is None:
        raise InvalidPath("the path names nothing that is served; see /Schemas")
    if place.attribute is None:
        yield from _extension(kind, act, place.urn or kind.urn, value)
        return
    leaf = place.leaf
    if not place.attribute.writable or place.attribute.name == "schemas" or (leaf is not None and not leaf.writable):
        raise Mutability("the path names something that cannot be changed")
    if act != "remove" and value is None:
        value = ""
    yield Operation(act, place, only, value)


def _taken_apart(kind: ResourceKind, act: Act, value: Mapping[Any, Any]) -> Iterator[Operation]:
    for name, inner in value.items():
        place, _ = _path(kind, str(name))
        if place is not None and (place.attribute is None or place.attribute.name not in _IGNORED):
            yield from _at(kind, act, str(name), inner)


def _extension(kind: ResourceKind, act: Act, urn: str, value: Any) -> Iterator[Operation]:
    attributes = kind.extensions.get(urn, ())
    if act == "remove":
        yield from (Operation("remove", Place(urn, attribute)) for attribute in attributes)
        return
    if not isinstance(value, Mapping):
        raise InvalidValue("the value of an extension must be an object")
    for name, inner in value.items():
        attribute = kind.find(str(name), urn)
        if attribute is not None and attribute.writable and attribute.name not in _IGNORED:
            yield Operation(act, Place("" if urn == kind.urn else urn, attribute), None, inner)


def _path(kind: ResourceKind, text: str) -> tuple[Place | None, Filter | None]:
    """Return the place and the filter in its brackets (RFC 7644 figure 7)."""
    if len(text) > LONGEST_FILTER:
        raise InvalidPath("the path is too long")
    outer, bracket, rest = text.strip().partition("[")
    place = place_of(kind, outer)
    if not bracket or place is None or place.attribute is None:
        return (None, None) if bracket else (place, None)
    inner, closing, part_name = rest.rpartition("]")
    if not closing or not place.attribute.many or place.part is not None:
        raise InvalidPath("brackets choose among the values of a list")
    only = parse_inner(inner, place.attribute, kind)
    if not part_name:
        return place, only
    part = place.attribute.part(part_name[1:]) if part_name.startswith(".") else None
    return (Place(place.urn, place.attribute, part), only) if part else (None, None)
