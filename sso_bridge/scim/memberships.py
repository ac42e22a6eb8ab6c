"""What a message says about a group: name, external id, and who comes and goes, without ever reading the members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sso_bridge.scim.errors import InvalidFilter, InvalidValue
from sso_bridge.scim.filters import Either, Filter, Where
from sso_bridge.scim.operations import Operation, operations
from sso_bridge.scim.patching import patched
from sso_bridge.scim.schema import GROUP_KIND, MEMBERS
from sso_bridge.scim.values import Json, cleaned, complete, value_of
from sso_bridge.store.staff.scim_users import canonical_id


@dataclass(frozen=True, slots=True)
class MemberChange:
    """Members who come, who go, or who are all that stay; `everybody` goes when no ids are given to `leave`.

    `said` are those of them that the caller calls a person or a group.
    """

    how: Literal["join", "leave", "be"]
    members: tuple[str, ...] = ()
    everybody: bool = False
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stated:
    """A whole group as it was sent."""

    resource: Json
    members: MemberChange


def stated(body: Any) -> Stated:
    """Return a whole group; InvalidSyntax, InvalidValue."""
    resource = complete(GROUP_KIND, cleaned(GROUP_KIND, body))
    members = resource.pop("members", ())
    return Stated(resource, MemberChange("be", ids_of(members), said=_said(members)))


def parted(body: Any) -> tuple[list[Operation], list[MemberChange]]:
    """Return the operations on the group itself, and those on its members, each in order."""
    asked = operations(GROUP_KIND, body)
    own = [one for one in asked if one.attribute is not MEMBERS]
    return own, [_change(one) for one in asked if one.attribute is MEMBERS]


def renamed(resource: Mapping[str, Any], own: Iterable[Operation]) -> Json:
    """Return the group itself after the operations."""
    return complete(GROUP_KIND, patched(resource, own))


def ids_of(members: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Return who is meant; InvalidValue for a member without an id, or one that is neither person nor group."""
    found: dict[str, None] = {}
    for one in members:
        if str(one.get("type", "User")).lower() not in {"user", "group"}:
            raise InvalidValue("members are of the type User or Group")
        if not one.get("value"):
            raise InvalidValue("a member has no value")
        found[_id(one)] = None
    return tuple(found)


def _change(operation: Operation) -> MemberChange:
    if operation.place.part is not None:
        raise InvalidValue("a member is added or removed as a whole")
    if operation.only is not None:
        if operation.act != "remove":
            raise InvalidFilter("members[...] can be removed; they are added by members")
        return MemberChange("leave", _named(operation.only))
    members = value_of(MEMBERS, operation.value) or ()
    ids = ids_of(members)
    if operation.act == "remove":
        return MemberChange("leave", ids, everybody=not ids)
    return MemberChange("join" if operation.act == "add" else "be", ids, said=_said(members))


def _said(members: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the ids of members whose type is said, with that type."""
    return {_id(one): str(one["type"]).lower() for one in members if one.get("type")}


def _id(member: Mapping[str, Any]) -> str:
    """Return the id as we write it, or the text that is none of ours."""
    return canonical_id(str(member["value"])) or str(member["value"])


def _named(only: Filter) -> tuple[str, ...]:
    """Return whom the filter of a path names: value eq "...", or several of them joined by or."""
    items = only.items if isinstance(only, Either) else (only,)
    people = [
        _id({"value": one.value})
        for one in items
        if isinstance(one, Where) and one.how == "eq" and one.place.name == "value"
    ]
    if len(people) != len(items):
        raise InvalidFilter("members are named by value eq")
    return tuple(people)
