"""Filters (RFC 7644 section 3.4.2.2): a text -> a tree, within limits of length, depth and number (PR-14)."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NoReturn

from sso_bridge.scim.attribute import Attribute
from sso_bridge.scim.errors import InvalidFilter
from sso_bridge.scim.limits import DEEPEST_FILTER, LONGEST_FILTER, MOST_COMPARISONS
from sso_bridge.scim.moments import moment
from sso_bridge.scim.places import Place, place_of
from sso_bridge.scim.schema import ResourceKind

Value = str | bool | int | float | None
ORDERED: Final = frozenset({"eq", "ne", "gt", "ge", "lt", "le"})
COMPARISONS: Final = ORDERED | {"co", "sw", "ew"}
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>\"(?:[^\"\\\x00-\x1f]|\\[\"\\/bfnrt]|\\u[0-9a-fA-F]{4})*\")"
    r"|(?P<number>-?\d{1,15}(?:\.\d{1,15})?(?![\w.]))"
    r"|(?P<word>[A-Za-z$][A-Za-z0-9$_.:-]*)"
    r"|(?P<mark>[()\[\]])|(?P<part>\.[A-Za-z$][A-Za-z0-9$_-]*))"
)
_LITERALS: Final[dict[str, Value]] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Where:
    """One comparison; `pr` has no value."""

    place: Place
    how: str
    value: Value = None


@dataclass(frozen=True, slots=True)
class Within:
    """Some element of a list for which all of the inner filter holds: `emails[type eq "work"]`."""

    place: Place
    inner: Filter


@dataclass(frozen=True, slots=True)
class Both:
    """All of them hold."""

    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of them holds."""

    items: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """It does not hold."""

    item: Filter


Filter = Where | Within | Both | Either | Opposite


def parse(text: str, kind: ResourceKind) -> Filter:
    """Return the tree of a filter on resources of a kind; InvalidFilter."""
    if len(text.encode("utf-8", "replace")) > LONGEST_FILTER:
        raise InvalidFilter(f"a filter has at most {LONGEST_FILTER} bytes")
    return _Reader(text, kind).whole()


def parse_inner(text: str, attribute: Attribute, kind: ResourceKind) -> Filter:
    """Return the tree of what stands in the brackets of a path; InvalidFilter."""
    if len(text.encode("utf-8", "replace")) > LONGEST_FILTER:
        raise InvalidFilter(f"a filter has at most {LONGEST_FILTER} bytes")
    return _Reader(text, kind, attribute).whole()


class _Reader:
    """Recursive descent: `or` of `and` of one; depth and number are counted."""

    def __init__(self, text: str, kind: ResourceKind, within: Attribute | None = None) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._kind = kind
        self._within = within
        self._comparisons = 0

    def whole(self) -> Filter:
        """Read all of it."""
        found = self._either(0)
        if self._at != len(self._tokens):
            self._refuse("something follows the end of the filter")
        return found

    def _either(self, depth: int) -> Filter:
        if depth > DEEPEST_FILTER:
            self._refuse(f"brackets may be {DEEPEST_FILTER} deep")
        items = [self._both(depth)]
        while self._word("or"):
            items.append(self._both(depth))
        return items[0] if len(items) == 1 else Either(tuple(items))

    def _both(self, depth: int) -> Filter:
        items = [self._one(depth)]
        while self._word("and"):
            items.append(self._one(depth))
        return items[0] if len(items) == 1 else Both(tuple(items))

    def _one(self, depth: int) -> Filter:
        if self._word("not"):
            self._mark("(")
            return Opposite(self._bracketed(depth))
        if self._peek() == ("mark", "("):
            self._at += 1
            return self._bracketed(depth)
        return self._comparison(depth)

    def _bracketed(self, depth: int) -> Filter:
        inner = self._either(depth + 1)
        self._mark(")")
        return inner

    def _comparison(self, depth: int) -> Filter:
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            self._refuse(f"a filter has at most {MOST_COMPARISONS} comparisons")
        sort, name = self._next()
        if sort != "word":
            self._refuse("the name of an attribute was expected")
        place = self._place(name)
        if self._peek() == ("mark", "["):
            return self._elements(place, depth)
        return self._compared(place)

    def _elements(self, place: Place, depth: int) -> Filter:
        """Read `[...]`, and the comparison of a part that may follow: `emails[type eq "work"].value eq "a@b"`."""
        outer = place.attribute
        if self._within is not None or outer is None or place.part is not None or not outer.parts or not outer.many:
            self._refuse("only a list of complex values has elements to choose from")
        self._at += 1
        self._within = outer
        inner = self._either(depth + 1)
        self._mark("]")
        if self._peek()[0] == "part":
            inner = Both((inner, self._compared(self._place(self._next()[1][1:]))))
        self._within = None
        return Within(place, inner)

    def _compared(self, place: Place) -> Filter:
        if self._word("pr"):
            return Where(place, "pr")
        sort, how = self._next()
        if sort != "word" or how.lower() not in COMPARISONS:
            self._refuse("an operator was expected: eq ne co sw ew gt ge lt le pr")
        return Where(place, how.lower(), self._value(place, how.lower()))

    def _value(self, place: Place, how: str) -> Value:
        sort, text = self._next()
        found: Value
        if sort == "text":
            found = _text(text)
        elif sort == "number":
            found = float(text) if "." in text else int(text)
        elif sort == "word" and text.lower() in _LITERALS:
            found = _LITERALS[text.lower()]
        else:
            self._refuse("a value was expected: a text in quotes, a number, true, false or null")
        leaf = place.leaf
        if leaf is not None and leaf.type == "boolean":
            return _truth(found, how)
        if leaf is not None and leaf.type == "decimal":
            return _number(found, how)
        if leaf is not None and leaf.type == "dateTime" and how in ORDERED and moment(str(found)) is None and found:
            self._refuse("a moment is written as 2026-11-23T09:00:00Z")
        if not isinstance(found, str) and not (found is None and how in {"eq", "ne"}):
            self._refuse("this attribute is compared with a text in quotes")
        return found

    def _place(self, name: str) -> Place:
        if self._within is not None:
            part = self._within.part(name)
            place = Place("", part) if part else None
        else:
            place = place_of(self._kind, name)
        if place is None or place.attribute is None:
            raise InvalidFilter("a filter names an attribute that is not served; see /Schemas")
        leaf = place.leaf
        whole = leaf is not None and leaf.type == "complex" and leaf.part("value") is None
        sort, word = self._peek()
        if whole and (sort, word.lower()) not in {("word", "pr"), ("mark", "[")}:
            raise InvalidFilter("a complex attribute is compared by one of its parts")
        return place

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        found = self._peek()
        self._at += 1
        return found

    def _word(self, wanted: str) -> bool:
        sort, text = self._peek()
        if sort != "word" or text.lower() != wanted:
            return False
        self._at += 1
        return True

    def _mark(self, wanted: str) -> None:
        if self._next() != ("mark", wanted):
            self._refuse(f"{wanted} was expected")

    def _refuse(self, why: str) -> NoReturn:
        raise InvalidFilter(f"{why} (word {min(self._at, len(self._tokens)) or 1} of the filter)")


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            raise InvalidFilter(f"the filter cannot be read from character {at + 1} on")
        yield found.lastgroup, found.group(found.lastgroup)
        at = found.end()


def _text(token: str) -> str:
    """Return the text in composed form, as all texts are kept."""
    text = unicodedata.normalize("NFC", str(json.loads(token)))
    if not is_storable(text):
        raise InvalidFilter("a text holds a NUL or half a character")
    return text


def is_storable(text: str) -> bool:
    """Return whether a database can compare with the text: no NUL, no half of a character."""
    return "\x00" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def comparisons_in(asked: Filter) -> int:
    """Return how many comparisons a filter has."""
    match asked:
        case Both(items) | Either(items):
            return sum(map(comparisons_in, items))
        case Opposite(item) | Within(_, item):
            return comparisons_in(item)
        case Where():
            return 1


def _number(found: Value, how: str) -> Value:
    if how not in ORDERED or isinstance(found, bool | str) or (found is None and how not in {"eq", "ne"}):
        raise InvalidFilter("numbers are compared by eq ne gt ge lt le")
    return found


def _truth(found: Value, how: str) -> Value:
    """Return true and false also when they are written as texts, as Entra does."""
    if isinstance(found, str) and found.lower() in {"true", "false"}:
        found = found.lower() == "true"
    if how not in {"eq", "ne"} or not (isinstance(found, bool) or found is None):
        raise InvalidFilter("true and false are compared by eq and ne")
    return found
