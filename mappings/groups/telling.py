"""Why somebody is in a group, and why not: the expression, the facts, or the exception that says so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mappings.bound import Bound
from mappings.desired import GroupKey
from mappings.expression import Program
from mappings.groups.named import Named, holding
from mappings.groups.rule import GroupRule

OF_PERSON = ("person", "primary", "assignments")


def why_in(rule: GroupRule, key: GroupKey, bound: Bound, day: date) -> tuple[str, Mapping[str, object] | None]:
    """Return what put the person into this group, and the facts it was read from."""
    named = [one for one in _named(rule, bound, day) if one.joins]
    exact = next((one for one in named if one.of == key.of), None) or (named[0] if named and rule.nested else None)
    if exact is not None:
        return str(exact), None
    members = rule.members
    if isinstance(members, Program):
        return members.source, {read: bound.value(read) for read in members.reads if read.startswith(OF_PERSON)}
    if members is not None:
        return "listed by HR key", None
    reach = f", reach: {rule.each.reach}" if rule.each.reach else ""
    return f"each: {rule.each.kind}{reach}", {".".join(rule.each.fact): rule.each.basis(bound)}


def why_not_in(rule: GroupRule, bound: Bound, day: date) -> str:
    """Return why the person is in none of the groups of this rule."""
    out = next((one for one in _named(rule, bound, day) if not one.joins), None)
    if out is not None:
        return f"groups.{rule.name}.exclude: {out}"
    if isinstance(rule.members, Program):
        read = [one for one in rule.members.reads if one.startswith(OF_PERSON)]
    else:
        read = [".".join(rule.each.fact)] if rule.each.kind else []
    seen = ", ".join(f"{one} = {_seen(one, bound, rule)!r}" for one in read)
    return f"groups.{rule.name}.members is false" + (f": {seen}" if seen else "")


def _seen(read: str, bound: Bound, rule: GroupRule) -> object:
    return rule.each.basis(bound) if rule.each.kind and read == ".".join(rule.each.fact) else bound.value(read)


def _named(rule: GroupRule, bound: Bound, day: date) -> tuple[Named, ...]:
    return holding(rule.named.get(str(bound.value("person.id")), ()), day)
