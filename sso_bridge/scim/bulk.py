"""Bulk requests (RFC 7644 section 3.7): each operation by itself, in an order in which references can be followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Final

from sso_bridge.scim.errors import InvalidSyntax, InvalidValue, ScimRefused, TooLarge
from sso_bridge.scim.limits import MOST_OPERATIONS
from sso_bridge.scim.values import Json

REQUEST: Final = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
RESPONSE: Final = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
_REFERENCE: Final = re.compile(r"bulkId:([A-Za-z0-9._~-]{1,100})")
_PATH: Final = re.compile(r"/(Users|Groups)(?:/([^/?#]{1,120}))?")
METHODS: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Done:
    """What came of one operation."""

    status: int
    location: str = ""
    version: str = ""


Act = Callable[[str, str, str, Any, str], Done]
"""Carries out (method, `Users` or `Groups`, id, data, version); raises ScimRefused."""


@dataclass(slots=True)
class _One:
    """One operation as it was sent, at its place."""

    place: int
    method: str
    endpoint: str
    id: str
    bulk_id: str
    data: Any
    version: str


@dataclass(slots=True)
class _Progress:
    made: dict[str, str] = field(default_factory=dict)
    answers: dict[int, Json] = field(default_factory=dict)
    errors: int = 0


def carry_out(body: Any, act: Act) -> Json:
    """Return the response; InvalidSyntax, TooLarge. Refused operations stop no other, up to `failOnErrors`."""
    operations, limit = _read(body)
    progress = _Progress()
    for one in _in_order(operations):
        if limit and progress.errors >= limit:
            break
        progress.answers[one.place] = _answer(one, act, progress)
    return {"schemas": [RESPONSE], "Operations": [progress.answers[place] for place in sorted(progress.answers)]}


def _read(body: Any) -> tuple[list[_One], int]:
    if not isinstance(body, Mapping) or REQUEST not in (body.get("schemas") or ()):
        raise InvalidSyntax(f"schemas must hold {REQUEST}")
    listed, limit = body.get("Operations"), body.get("failOnErrors") or 0
    if not isinstance(listed, list) or not isinstance(limit, int) or isinstance(limit, bool) or limit < 0:
        raise InvalidSyntax("Operations must be a list, and failOnErrors a whole number")
    if len(listed) > MOST_OPERATIONS:
        raise TooLarge(f"at most {MOST_OPERATIONS} operations at once")
    made = [_operation(place, one) for place, one in enumerate(listed)]
    named = [one.bulk_id for one in made if one.bulk_id]
    if len(set(named)) < len(named):
        raise InvalidSyntax("a bulkId comes twice")
    return made, limit


def _operation(place: int, one: Any) -> _One:
    if not isinstance(one, Mapping):
        raise InvalidSyntax("an operation must be an object")
    method, path = str(one.get("method", "")).upper(), _PATH.fullmatch(str(one.get("path", "")))
    bulk_id, version = str(one.get("bulkId") or ""), str(one.get("version") or "")
    if method not in METHODS or path is None or (method == "POST") != (path.group(2) is None):
        raise InvalidSyntax("an operation has a method, and a path such as /Users or /Users/{id}")
    if method == "POST" and not re.fullmatch(r"[A-Za-z0-9._~-]{1,100}", bulk_id):
        raise InvalidSyntax("a POST has a bulkId of up to 100 letters, digits, - . _ ~")
    return _One(place, method, path.group(1), path.group(2) or "", bulk_id, one.get("data"), version)


def _in_order(operations: list[_One]) -> Iterator[_One]:
    """Yield each once: the first that waits for no other one, or the first of all when each waits for another.

    Each is read for references once, and looked at again only when the last of those that it waits for is over.
    """
    promised = {one.bulk_id for one in operations if one.method == "POST"}
    missing: list[int] = []
    wanting: dict[str, list[int]] = {}
    for one in operations:
        names = (_named(one.data) | _named(one.id)) & promised - {one.bulk_id}
        missing.append(len(names))
        for name in names:
            wanting.setdefault(name, []).append(one.place)
    ready = [place for place, count in enumerate(missing) if not count]
    left = dict.fromkeys(range(len(operations)))
    while left:
        place = heappop(ready) if ready else next(iter(left))
        if place not in left:
            continue
        del left[place]
        yield operations[place]
        for waiting in wanting.get(operations[place].bulk_id, ()):
            missing[waiting] -= 1
            if not missing[waiting]:
                heappush(ready, waiting)


def _named(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(_REFERENCE.findall(value))
    if isinstance(value, Mapping):
        value = list(value.values())
    return set().union(*(_named(one) for one in value)) if isinstance(value, list) else set()


def _answer(one: _One, act: Act, progress: _Progress) -> Json:
    told: Json = {"method": one.method}
    if one.bulk_id:
        told["bulkId"] = one.bulk_id
    try:
        id_ = _resolved(one.id, progress.made)
        done = act(one.method, one.endpoint, id_, _resolved(one.data, progress.made), one.version)
    except ScimRefused as why:
        progress.errors += 1
        if one.id:
            told["location"] = f"/{one.endpoint}/{one.id}"
        return told | {"status": str(why.status), "response": why.document()}
    if one.method == "POST":
        progress.made[one.bulk_id] = done.location.rpartition("/")[2]
    if done.version:
        told["version"] = done.version
    return told | {"location": done.location, "status": str(done.status)}


def _resolved(value: Any, made: Mapping[str, str]) -> Any:
    """Return the data with ids in the place of references; InvalidValue for those that name nothing that was made."""
    if isinstance(value, Mapping):
        return {name: _resolved(inner, made) for name, inner in value.items()}
    if isinstance(value, list):
        return [_resolved(inner, made) for inner in value]
    if not isinstance(value, str) or not (named := _REFERENCE.findall(value)):
        return value
    if any(one not in made for one in named):
        raise InvalidValue("a bulkId names nothing that could be made before this")
    return _REFERENCE.sub(lambda found: made[found.group(1)], value)
