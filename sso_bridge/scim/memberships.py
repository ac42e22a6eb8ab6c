"""What a message says about a group: name, external id, and who comes and goes, without ever reading the members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sso_bridge.scim.errors import InvalidFilter, InvalidValue
from sso_bridge.scim.filters import Either, Filter, Where
from sso_bridge.scim.operations import Operation, operations
from sso_bridge.scim.patching import patched
from sso_bridge.scim.schema import GROUP_KIND, MEMBERS
from sso_bridge.scim.values import Json, cleaned, complete, value_of


@dataclass(frozen=True, slots=True)
class MemberChange:
    """People who come, who go, or who are all that stay; `everybody` goes when no ids are given to `leave`."""

    how: Literal["join", "leave", "be"]
    people: tuple[str, ...] = ()
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """A whole group as it was sent."""

    resource: Json
    members: tuple[str, ...]


def stated(body: Any) -> Stated:
    """Return a whole group; InvalidSyntax, InvalidValue."""
    resource = complete(GROUP_KIND, cleaned(GROUP_KIND, body))
    members = ids_of(resource.pop("members", ()))
    return Stated(resource, members)


def parted(body: Any) -> tuple[list[Operation], list[MemberChange]]:
    """Return the operations on the group itself, and those on its members, each in order."""
    asked = operations(GROUP_KIND, body)
    own = [one for one in asked if one.attribute is not MEMBERS]
    return own, [_change(one) for one in asked if one.attribute is MEMBERS]


def renamed(resource: Mapping[str, Any], own: Iterable[Operation]) -> Json:
    """Return the group itself after the operations."""
    return complete(GROUP_KIND, patched(resource, own))


def ids_of(members: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return who is meant; InvalidValue for a member without an id, or one that is no person."""
    found: dict[str, None] = {}
    for one in members:
        if str(one.get("type", "User")).lower() != "user":
            raise InvalidValue("members are people; groups in groups are not kept")
        if not one.get("value"):
            raise InvalidValue("a member has no value")
        found[str(one["value"])] = None
    return tuple(found)


def _change(operation: Operation) -> MemberChange:
    if operation.place.part is not None:
        raise InvalidValue("a member is added or removed as a whole")
    if operation.only is not None:
        if operation.act != "remove":
            raise InvalidFilter("members[...] can be removed; they are added by members")
        return MemberChange("leave", _named(operation.only))
    people = ids_of(value_of(MEMBERS, operation.value) or ())
    if operation.act == "remove":
        return MemberChange("leave", people, everybody=not people)
    return MemberChange("join" if operation.act == "add" else "be", people)


def _named(only: Filter) -> tuple[str, ...]:
    """Return whom the filter of a path names: value eq "...", or several of them joined by or."""
    items = only.items if isinstance(only, Either) else (only,)
    people = [
        str(one.value) for one in items if isinstance(one, Where) and one.how == "eq" and one.place.name == "value"
    ]
    if len(people) != len(items):
        raise InvalidFilter("members are named by value eq")
    return tuple(people)
