"""Filters -> SQL, where the database has a column for what they ask (RFC 7644 section 3.4.2.2).

A compiled filter is exact, or a condition that everything it finds fulfils: then what is left is looked at one by one.
Membership is only answered by the database, since members are not part of what is kept of a resource.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, exists, literal, not_, or_, select
from sqlalchemy.sql.elements import KeyedColumnElement

from sso_bridge.scim.errors import InvalidFilter
from sso_bridge.scim.filters import Both, Either, Filter, Opposite, Where, Within
from sso_bridge.scim.moments import moment
from sso_bridge.store.tables.scim import scim_group, scim_mail, scim_member, scim_stranger, scim_subgroup, scim_user

Condition = ColumnElement[bool]
Column = KeyedColumnElement[Any]

EXACT: Mapping[str, Mapping[str, Column]] = {
    "User": {"id": scim_user.c.uuid, "externalId": scim_user.c.external_id},
    "Group": {"id": scim_group.c.uuid, "externalId": scim_group.c.external_id},
}
FOLDED: Mapping[str, Mapping[str, Column]] = {
    "User": {"userName": scim_user.c.user_name, "displayName": scim_user.c.display_name},
    "Group": {"displayName": scim_group.c.name},
}
MOMENTS: Mapping[str, Mapping[str, Column]] = {
    "User": {"meta.created": scim_user.c.created_at, "meta.lastModified": scim_user.c.modified_at},
    "Group": {"meta.created": scim_group.c.created_at, "meta.lastModified": scim_group.c.modified_at},
}
LISTS = {"groups": "User", "members": "Group"}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition, and whether it says all that the filter says; `known` are those that only we can answer."""

    condition: Condition | None = None
    exact: bool = False
    known: Mapping[int, Condition] = field(default_factory=dict)


def compiled(asked: Filter | None, kind: str) -> Compiled:  # noqa: PLR0911 - one for each sort of filter
    """Return the filter for resources of a kind as SQL; InvalidFilter for what is asked of members in other ways."""
    if asked is None:
        return Compiled(None, exact=True)
    match asked:
        case Both(items):
            return _both([compiled(one, kind) for one in items])
        case Either(items):
            return _either([compiled(one, kind) for one in items])
        case Opposite(item):
            inner = compiled(item, kind)
            if inner.exact and inner.condition is not None:
                return Compiled(not_(inner.condition), exact=True, known=inner.known)
            return Compiled(None, exact=False, known=inner.known)
        case Within(place, inner_filter):
            name = place.attribute.name if place.attribute else ""
            if name in LISTS:
                return _member(asked, inner_filter, kind)
            return _mail_within(inner_filter) if name == "emails" and not place.urn else Compiled()
        case Where():
            return _where(asked, kind)


def _where(asked: Where, kind: str) -> Compiled:  # noqa: PLR0911 - one for each sort of column
    name = asked.place.name
    if name.partition(".")[0] in LISTS:
        return _member(asked, asked, kind)
    if name in {"emails", "emails.value"}:
        return _mail(asked)
    if name == "active" and asked.how in {"eq", "ne"} and isinstance(asked.value, bool):
        return Compiled(scim_user.c.active.is_(asked.value == (asked.how == "eq")), exact=True)
    if (column := MOMENTS[kind].get(name)) is not None:
        return _moment(asked, column)
    if (column := EXACT[kind].get(name)) is not None:
        return _text(asked, column, str(asked.value), like_is_exact=False)
    if (column := FOLDED[kind].get(name)) is not None:
        return _text(asked, column, str(asked.value).casefold(), like_is_exact=True)
    return Compiled()


def _text(asked: Where, column: Column, wanted: str, *, like_is_exact: bool) -> Compiled:  # noqa: PLR0911 - one for each operator
    there = column.is_not(None)
    if asked.how == "pr" or asked.value is None:
        missing = asked.how == "eq"
        return Compiled(column.is_(None) if missing else there, exact=True)
    match asked.how:
        case "eq":
            return Compiled(and_(there, column == wanted), exact=True)
        case "ne":
            return Compiled(or_(column.is_(None), column != wanted), exact=True)
        case "co":
            return Compiled(and_(there, column.contains(wanted, autoescape=True)), exact=like_is_exact)
        case "sw":
            return Compiled(and_(there, column.startswith(wanted, autoescape=True)), exact=like_is_exact)
        case "ew":
            return Compiled(and_(there, column.endswith(wanted, autoescape=True)), exact=like_is_exact)
        case _:
            return Compiled(there, exact=False)


def _moment(asked: Where, column: Column) -> Compiled:
    if asked.how == "pr":
        return Compiled(literal(True, Boolean), exact=True)  # noqa: FBT003 - a value, no switch
    wanted = moment(str(asked.value))
    if wanted is None:
        raise InvalidFilter("a moment is written as 2026-11-23T09:00:00Z")
    conditions: Mapping[str, Condition] = {
        "eq": column == wanted, "ne": column != wanted, "gt": column > wanted, "ge": column >= wanted,
        "lt": column < wanted, "le": column <= wanted,
    }  # fmt: skip
    if asked.how not in conditions:
        raise InvalidFilter("moments are compared by eq ne gt ge lt le")
    return Compiled(conditions[asked.how], exact=True)


def _mail(asked: Where) -> Compiled:
    if asked.how != "eq" or asked.value is None:
        return Compiled()
    return Compiled(_has_mail(str(asked.value)), exact=True)


def _mail_within(inner: Filter) -> Compiled:
    """Return a condition that holds whenever the element has this value, whatever else is asked of it."""
    for one in inner.items if isinstance(inner, Both) else (inner,):
        if isinstance(one, Where) and one.how == "eq" and one.place.name == "value" and one.value is not None:
            return Compiled(_has_mail(str(one.value)), exact=False)
    return Compiled()


def _has_mail(text: str) -> Condition:
    return exists().where(scim_mail.c.user_id == scim_user.c.id, scim_mail.c.mail == text.casefold())


def _member(asked: Filter, inner: Filter, kind: str) -> Compiled:
    value = isinstance(inner, Where) and inner.place.name in {
        "groups",
        "members",
        "groups.value",
        "members.value",
        "value",
    }
    if not value or not isinstance(inner, Where) or inner.how not in {"eq", "pr"}:
        raise InvalidFilter("groups and members are asked for by value eq, or pr")
    wanted = [] if inner.how == "pr" else [str(inner.value)]
    condition = _groups(wanted) if kind == "User" else _members(wanted)
    return Compiled(condition, exact=True, known={id(asked): condition})


def _groups(wanted: list[str]) -> Condition:
    """Return whether somebody is in the group or in one in it, or in any; other sources' have none of our people."""
    if not wanted:
        return scim_user.c.id.in_(select(scim_member.c.user_id))
    within = select(scim_group.c.id).where(scim_group.c.uuid == wanted[0]).cte(recursive=True)
    further = select(scim_subgroup.c.member_id).join(within, within.c.id == scim_subgroup.c.group_id)
    within = within.union(further)
    return scim_user.c.id.in_(select(scim_member.c.user_id).where(scim_member.c.group_id.in_(select(within.c.id))))


def _members(wanted: list[str]) -> Condition:
    """Return whether the group has this member, or any; also a group, and one that is nobody yet."""
    joined = scim_member.join(scim_user, scim_user.c.id == scim_member.c.user_id)
    people = select(scim_member.c.group_id).select_from(joined).where(*(scim_user.c.uuid == one for one in wanted))
    strangers = select(scim_stranger.c.group_id).where(*(scim_stranger.c.value == one for one in wanted))
    inner = scim_group.alias()
    groups = select(scim_subgroup.c.group_id).join(inner, inner.c.id == scim_subgroup.c.member_id)
    groups = groups.where(*(inner.c.uuid == one for one in wanted))
    return or_(*(scim_group.c.id.in_(one) for one in (people, groups, strangers)))


def _both(parts: Iterable[Compiled]) -> Compiled:
    parts = tuple(parts)
    conditions = [one.condition for one in parts if one.condition is not None]
    condition = and_(*conditions) if conditions else None
    return Compiled(condition, exact=all(one.exact for one in parts), known=_known(parts))


def _either(parts: Iterable[Compiled]) -> Compiled:
    parts = tuple(parts)
    conditions = [one.condition for one in parts if one.condition is not None]
    if len(conditions) < len(parts):
        return Compiled(None, exact=False, known=_known(parts))
    return Compiled(or_(*conditions), exact=all(one.exact for one in parts), known=_known(parts))


def _known(parts: Iterable[Compiled]) -> dict[int, Condition]:
    return {key: condition for one in parts for key, condition in one.known.items()}
