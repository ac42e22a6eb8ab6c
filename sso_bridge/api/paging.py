"""Lists in pages: `next` of one page begins the next one, of the same list under the same filters and no other.

Handlers know plain places. On the way out a place gets the mark of what was asked for; on the way in the mark must be
that of what is asked now. The mark is no secret and no right: it only keeps a page from going on in another list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, PlainSerializer, SerializationInfo, ValidationInfo, WithJsonSchema

LARGEST: Final = 2_147_483_647
FARTHEST: Final = 10**14
HOW: Final = frozenset({"limit", "before", "after", "format"})
"""Parameters that say how much is told and how, not of what."""
_SHAPE: Final = re.compile(r"([0-9a-z-]{1,80})\.([0-9a-f]{8})")
_SCHEMA: Final = {
    "type": "string", "pattern": f"^{_SHAPE.pattern}$", "maxLength": 90, "examples": ["412.5f0c3a1e"],
}  # fmt: skip


def mark_of(path: str, given: Mapping[str, str]) -> str:
    """Return what names a list under its filters; a filter that is empty is none."""
    filters = sorted((name, value) for name, value in given.items() if value and name not in HOW)
    return blake2b(json.dumps([path, filters]).encode(), digest_size=4).hexdigest()


def cursor(place: Any, mark: str) -> str:
    """Return a place as callers are told it."""
    return f"{place}.{mark}"


def _place(value: Any, info: ValidationInfo) -> Any:
    """Return the place in a cursor of this very list; ValueError for any other text."""
    if not isinstance(value, str):
        return value
    found = _SHAPE.fullmatch(value)
    if found is None:
        raise ValueError("must be `next` of the page before")
    if found[2] != (info.context or {}).get("mark"):
        raise ValueError("is `next` of another list, or of other filters: begin anew without it")
    return found[1]


def _number(value: Any, info: ValidationInfo) -> Any:
    place = _place(value, info)
    if isinstance(place, str) and not place.isdecimal():
        raise ValueError("must be `next` of the page before")
    return place


def _told(place: int | str | None, info: SerializationInfo) -> str | None:
    return None if place is None else cursor(place, (info.context or {}).get("mark", ""))


Cursor = Annotated[int, BeforeValidator(_number), Field(ge=0, le=LARGEST), WithJsonSchema(_SCHEMA)]
FarCursor = Annotated[int, BeforeValidator(_number), Field(ge=0, le=FARTHEST), WithJsonSchema(_SCHEMA)]
WordsCursor = Annotated[str, BeforeValidator(_place), WithJsonSchema(_SCHEMA)]
Next = Annotated[
    int | None,
    PlainSerializer(_told, return_type=str | None),
    Field(description="Hand it over to get the next page; null: that was all.", examples=["412.5f0c3a1e"]),
]
WordsNext = Annotated[
    str | None,
    PlainSerializer(_told, return_type=str | None),
    Field(description="Hand it over to get the next page; null: that was all.", examples=["amber-boat.5f0c3a1e"]),
]
