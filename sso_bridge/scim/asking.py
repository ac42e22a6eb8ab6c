"""What a caller asks of a list: as query parameters or as a SearchRequest (RFC 7644 sections 3.4.2 and 3.4.3)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from sso_bridge.scim.errors import InvalidCursor, InvalidSyntax, InvalidValue
from sso_bridge.scim.filters import is_storable, parse
from sso_bridge.scim.limits import MOST_PER_PAGE, PER_PAGE
from sso_bridge.scim.places import place_of
from sso_bridge.scim.schema import ResourceKind
from sso_bridge.scim.telling import Wanted, wanted
from sso_bridge.store.staff.scim_pages import After, Asked

SEARCH: Final = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
LARGEST: Final = 1_000_000_000
_NAMES: Final = frozenset(
    {"filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes"}
)
_LISTS: Final = frozenset({"attributes", "excludedAttributes"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the store, what is told of each, and what names the question in a cursor."""

    asked: Asked
    wanted: Wanted
    by_cursor: bool
    fingerprint: str

    @property
    def start_index(self) -> int:
        """Return the index of the first resource, from 1."""
        return self.asked.start + 1

    def cursor(self, after: After) -> str:
        """Return the text by which the next page is asked for."""
        text = json.dumps([self.fingerprint, after.value, after.id], ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def from_query(kind: ResourceKind, source: str, given: Mapping[str, list[str]]) -> Question:
    """Return the question of a GET; unknown parameters are ignored, as others may be meant for proxies."""
    said: dict[str, Any] = {}
    for name, values in given.items():
        known = next((one for one in _NAMES if one.lower() == name.lower()), "")
        if known and len(values) > 1:
            raise InvalidValue(f"{known} comes twice")
        if known:
            said[known] = values[0].split(",") if known in _LISTS else values[0]
    return _question(kind, source, said)


def from_search(kind: ResourceKind, source: str, body: Any) -> Question:
    """Return the question of a POST to `.search`."""
    if not isinstance(body, Mapping) or SEARCH not in (body.get("schemas") or ()):
        raise InvalidSyntax(f"schemas must hold {SEARCH}")
    said = {name: body[name] for name in _NAMES if body.get(name) is not None}
    for name in _LISTS & said.keys():
        if not isinstance(said[name], list) or not all(isinstance(one, str) for one in said[name]):
            raise InvalidValue(f"{name} must be a list of texts")
    return _question(kind, source, said)


def wanted_by(kind: ResourceKind, given: Mapping[str, list[str]]) -> Wanted:
    """Return which attributes of one resource are wanted."""
    return from_query(
        kind, "", {name: values for name, values in given.items() if name.lower().endswith("attributes")}
    ).wanted


def _question(kind: ResourceKind, source: str, said: Mapping[str, Any]) -> Question:
    text, sort_by, order = (_text(said, name) for name in ("filter", "sortBy", "sortOrder"))
    sort = place_of(kind, sort_by) if sort_by else None
    if sort_by and (sort is None or sort.attribute is None):
        raise InvalidValue("sortBy names an attribute that is not served")
    if order.lower() not in {"", "ascending", "descending"}:
        raise InvalidValue("sortOrder must be ascending or descending")
    seal = blake2b(json.dumps([kind.name, source, text, sort_by.lower(), order.lower()]).encode(), digest_size=8)
    by_cursor = "cursor" in said
    if by_cursor and "startIndex" in said:
        raise InvalidValue("cursor and startIndex exclude each other")
    after = _after(_text(said, "cursor"), seal.hexdigest())
    asked = Asked(
        kind.name,
        source,
        parse(text, kind) if text.strip() else None,
        sort,
        order.lower() == "descending",
        max(1, _number(said, "startIndex", 1)) - 1,
        after,
        min(max(0, _number(said, "count", PER_PAGE)), MOST_PER_PAGE),
    )
    choice = wanted(kind, said.get("attributes", ()), said.get("excludedAttributes", ()))
    return Question(asked, choice, by_cursor, seal.hexdigest())


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        raise InvalidValue(f"{name} must be a text")
    return value


def _number(said: Mapping[str, Any], name: str, default: int) -> int:
    value = said.get(name, default)
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 10):  # noqa: PLR2004
            raise InvalidValue(f"{name} must be a whole number")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(f"{name} must be a whole number")
    return min(value, LARGEST)


def _after(cursor: str, fingerprint: str) -> After | None:
    """Return where the page before ended; InvalidCursor when the cursor belongs to another question."""
    if not cursor:
        return None
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        theirs, value, id_ = json.loads(raw.decode())
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise InvalidCursor from None
    if theirs != fingerprint or not isinstance(value, str) or not _is_id(id_) or not is_storable(value):
        raise InvalidCursor
    return After(value, id_)


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
