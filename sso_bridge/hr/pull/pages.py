"""All pages of a list, or FeedRefused: a page too few, too many, or of another moment is never passed on as a whole.

Where the system tells how many rows there are, every page must tell the same, and so many must come. Where it does
not, all of it is read a second time and must be the same: a page that was cut by accident differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, Never
from urllib.parse import urljoin, urlsplit

from provisioners.errors import FeedRefused
from sso_bridge.configuration.hr_sources.pull import Cursor, NextLink, Numbered, Offset, OnePage
from sso_bridge.hr.pull.description import Description
from sso_bridge.hr.pull.fields import Absent, found

MOST_PAGES = 100_000
AGAIN = "nothing was taken; it is read again at the next turn"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """What is asked for: an address, and the parameters of this page."""

    url: str
    said: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """What came of it."""

    turn: Turn
    rows: list[Row]
    marks: tuple[bytes, ...]
    answer: object


def all_rows(description: Description, ask: Callable[[Turn], object]) -> Iterator[Row]:
    """Yield every row; FeedRefused, at the latest after the last one, unless it was all of them."""
    walk = _Walk(description)
    yield from walk.through(ask)
    if walk.total is None:
        again = _Walk(description)
        for _ in again.through(ask):
            pass
        if again.seen != walk.seen:
            _refuse("it was not the same when read again")


@dataclass(slots=True)
class _Walk:
    description: Description
    total: int | None = None
    rows: int = 0
    short: bool = False
    asked: set[str] = field(default_factory=set)
    seen: set[bytes] = field(default_factory=set)

    def through(self, ask: Callable[[Turn], object]) -> Iterator[Row]:
        """Yield the rows of all pages."""
        turn: Turn | None = _first(self.description)
        while turn is not None:
            page = _page(self.description, turn, ask(turn))
            self.take(page)
            yield from page.rows
            turn = self.following(page)
        if self.total is not None and self.rows != self.total:
            _refuse(f"{self.rows} rows came, {self.total} were announced")

    def take(self, page: Page) -> None:
        """Count a page in; FeedRefused when it does not fit to those before."""
        if repr(page.turn) in self.asked or len(self.asked) == MOST_PAGES:
            _refuse("there is no end of pages")
        paging, new = self.description.paging, set(page.marks)
        if isinstance(paging, Offset | Numbered):
            if len(page.rows) > paging.per_page or (self.short and page.rows):
                _refuse("a page in the middle has another size than asked for", "lower per_page, if this goes on")
            self.short = len(page.rows) < paging.per_page
        if len(new) < len(page.marks) or not self.seen.isdisjoint(new):
            _refuse("a row came twice", "choose fields and an order that tell rows apart, if this happens again")
        self._agree(page.answer)
        self.asked.add(repr(page.turn))
        self.seen |= new
        self.rows += len(page.rows)

    def _agree(self, answer: object) -> None:
        if not self.description.total:
            return
        try:
            said = found(answer, self.description.total)
        except Absent:
            said = None
        if said is None and self.asked and self.total is not None:
            return
        if isinstance(said, bool) or not isinstance(said, int | str) or not str(said).isdecimal():
            _refuse("it does not tell how many rows there are", f"see the path {self.description.total}")
        if self.total not in {None, int(said)}:
            _refuse("the number of rows changed while they were read")
        self.total = int(said)

    def following(self, page: Page) -> Turn | None:
        """Return what to ask for next, None at the end."""
        paging = self.description.paging
        if isinstance(paging, OnePage):
            return None
        if isinstance(paging, NextLink | Cursor):
            return self._linked(page, paging)
        ended = not page.rows if self.total is None else self.rows >= self.total
        if ended:
            return None
        if not page.rows:
            _refuse("a page before the last one is empty")
        said = dict(page.turn.said)
        if isinstance(paging, Offset):
            return replace(page.turn, said={**said, paging.offset: said[paging.offset] + len(page.rows)})
        return replace(page.turn, said={**said, paging.page: said[paging.page] + 1})

    def _linked(self, page: Page, paging: NextLink | Cursor) -> Turn | None:
        try:
            following = found(page.answer, paging.next)
        except Absent:
            following = None
        if following is None or following == "":
            return None
        if not isinstance(following, str):
            _refuse("the next page is not named by a text", f"see the path {paging.next}")
        if isinstance(paging, Cursor):
            turn = Turn(page.turn.url, {paging.cursor: following})
        else:
            turn = Turn(urljoin(page.turn.url, following))
            if origin(turn.url) != origin(self.description.url):
                _refuse("the next page is said to be at another address", "our token goes to the stated one only")
        return turn


def _first(description: Description) -> Turn:
    paging = description.paging
    if isinstance(paging, Offset):
        return Turn(description.url, {paging.offset: 0, paging.size: paging.per_page})
    if isinstance(paging, Numbered):
        return Turn(description.url, {paging.page: paging.first, paging.size: paging.per_page})
    return Turn(description.url)


def _page(description: Description, turn: Turn, answer: object) -> Page:
    try:
        rows = found(answer, description.rows)
    except Absent:
        rows = None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        _refuse("an answer holds no list of rows", f"see the path {description.rows or '(the answer itself)'}")
    marks = tuple(blake2b(repr(sorted(row.items())).encode(), digest_size=16).digest() for row in rows)
    return Page(turn, rows, marks, answer)


def origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _refuse(what: str, hint: str = AGAIN) -> Never:
    raise FeedRefused(f"the HR system was not read to the end: {what}", hint=hint)
