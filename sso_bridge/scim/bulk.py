"""Bulk requests (RFC 7644 section 3.7): each operation by itself, in an order in which references can be followed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    waiting, limit = _read(body)
    promised = {one.bulk_id for one in waiting if one.method == "POST"}
    progress = _Progress()
    while waiting and (not limit or progress.errors < limit):
        ready = next((one for one in waiting if not _open(one, promised, progress.made)), None)
        one = ready or waiting[0]
        waiting.remove(one)
        progress.answers[one.place] = _answer(one, act, progress)
        if one.bulk_id not in progress.made:
            promised.discard(one.bulk_id)
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


def _open(one: _One, promised: set[str], made: Mapping[str, str]) -> bool:
    """Return whether it names something that is made only later."""
    return bool((_named(one.data) | _named(one.id)) & promised - made.keys() - {one.bulk_id})


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
