"""Does a filter hold for a resource? What has an index is answered by the database (`store.staff.scim_queries`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.filters import Both, Either, Filter, Opposite, Value, Where, Within
from sso_bridge.scim.moments import moment

Known = Mapping[int, bool]
"""What the database has answered already, by the `id()` of the comparison."""


def holds(asked: Filter, resource: Mapping[str, Any], known: Known | None = None) -> bool:
    """Return whether it holds; `known` are the comparisons that only the database can answer."""
    if known and id(asked) in known:
        return known[id(asked)]
    match asked:
        case Both(items):
            return all(holds(one, resource, known) for one in items)
        case Either(items):
            return any(holds(one, resource, known) for one in items)
        case Opposite(item):
            return not holds(item, resource, known)
        case Within(place, inner):
            found = resource.get(place.urn, {}) if place.urn else resource
            elements = found.get(place.attribute.name, ()) if place.attribute else ()
            return any(holds(inner, element) for element in elements)
        case Where():
            return _compare(asked, resource)


def _compare(asked: Where, resource: Mapping[str, Any]) -> bool:
    values = asked.place.values(resource)
    leaf = asked.place.leaf
    if asked.how == "pr":
        return any(one not in ("", None, [], {}) for one in values)
    if asked.value is None:
        return (not values) == (asked.how == "eq")
    if asked.how == "ne":
        return not any(_equal(one, asked.value, leaf) for one in values)
    compare = _equal if asked.how == "eq" else _HOW[asked.how]
    return any(compare(one, asked.value, leaf) for one in values)


def _equal(found: Any, wanted: Value, leaf: Attribute | None) -> bool:
    if isinstance(wanted, bool) or isinstance(found, bool):
        return found is wanted
    return bool(_comparable(found, leaf) == _comparable(wanted, leaf))


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Value, Attribute | None], bool]:
    def compared(found: Any, wanted: Value, leaf: Attribute | None) -> bool:
        return compare(_comparable(found, leaf), _comparable(wanted, leaf))

    return compared


def _comparable(value: Any, leaf: Attribute | None) -> Any:
    """Return what is compared: moments and numbers as such, texts folded unless the attribute is exact."""
    if isinstance(value, int | float):
        return value
    text = str(value)
    if leaf is not None and leaf.type == "dateTime":
        return moment(text) or datetime.min.replace(tzinfo=UTC)
    return text if leaf is not None and leaf.exact else text.casefold()


_HOW: Mapping[str, Callable[[Any, Value, Attribute | None], bool]] = {
    "co": lambda found, wanted, leaf: str(_folded(wanted, leaf)) in str(_folded(found, leaf)),
    "sw": lambda found, wanted, leaf: str(_folded(found, leaf)).startswith(str(_folded(wanted, leaf))),
    "ew": lambda found, wanted, leaf: str(_folded(found, leaf)).endswith(str(_folded(wanted, leaf))),
    "gt": _ordered(lambda found, wanted: bool(found > wanted)),
    "ge": _ordered(lambda found, wanted: bool(found >= wanted)),
    "lt": _ordered(lambda found, wanted: bool(found < wanted)),
    "le": _ordered(lambda found, wanted: bool(found <= wanted)),
}


def _folded(value: Any, leaf: Attribute | None) -> str:
    return str(value) if leaf is not None and leaf.exact else str(value).casefold()
