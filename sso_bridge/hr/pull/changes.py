"""Everybody, or those who changed since: what a system with a list of changes (OData 4 delta) is asked for.

The list gives ids only: what changed in a row may be a part of it, and a person is stated anew as a whole. Who was
removed is not told here: absence is what two whole readings say. A link that is too old is answered by 410, then
everybody is read, as changes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any, Never
from urllib.parse import urljoin

import structlog

from provisioners.errors import FeedRefused
from sso_bridge.hr.pull.calls import Caller, Gone
from sso_bridge.hr.pull.description import Changes, Description
from sso_bridge.hr.pull.pages import AGAIN, MOST_PAGES, Row, Turn, all_rows, origin

AT_ONCE = 15
"""Ids in one query: Graph takes no more in one `in`."""
MOST = 20 * AT_ONCE
"""With more changes, reading everybody is cheaper."""
NEXT, DELTA = "@odata.nextLink", "@odata.deltaLink"


def some_or_all(caller: Caller, description: Description, since: str) -> tuple[Iterator[Row], str, bool]:
    """Return the rows, the mark to go on from (empty where the rows are the mark), and whether they are everybody."""
    ask, changes = partial(_ask, caller, description), description.changes
    if changes is None:
        return all_rows(description, ask), "", True
    list_ = _List(caller, changes)
    known, _, link = since.partition(" ")
    label = sha256(repr((changes.url, sorted(changes.latest.items()))).encode()).hexdigest()[:16]
    if link and known == label:
        try:
            ids, following = list_.after(link)
        except Gone:
            structlog.get_logger().info("hr_changes_expired", url=changes.url)
        else:
            few = len(ids) <= MOST
            rows = _some(caller, description, changes, sorted(ids)) if few else all_rows(description, ask)
            return rows, f"{label} {following}", not few
    # The link first: what changes while everybody is read comes again with the next changes.
    return all_rows(description, ask), f"{label} {list_.after(changes.url, changes.latest)[1]}", True


def _some(caller: Caller, description: Description, changes: Changes, ids: list[str]) -> Iterator[Row]:
    for start in range(0, len(ids), AT_ONCE):
        narrowed = replace(description, query=changes.narrowed(ids[start : start + AT_ONCE]))
        yield from all_rows(narrowed, partial(_ask, caller, narrowed))


def _ask(caller: Caller, description: Description, turn: Turn) -> object:
    said = {name: str(value) for name, value in turn.said.items()}
    if description.body is not None:
        return caller.json(turn.url, description.query, {**description.body, **turn.said})
    return caller.json(turn.url, {**description.query, **said} if turn.url == description.url else {})


@dataclass(frozen=True, slots=True)
class _List:
    """The list of changes."""

    caller: Caller
    changes: Changes

    def after(self, link: str, query: Mapping[str, str] | None = None) -> tuple[set[str], str]:
        """Return the ids that changed since a link, and the link to go on from; Gone, FeedRefused."""
        ids: set[str] = set()
        for _ in range(MOST_PAGES):
            answer = self.caller.json(link, query or {})
            ids |= set(_ids(answer))
            following = self._link(answer, DELTA)
            if following:
                return ids, following
            link, query = self._link(answer, NEXT) or _refuse("a page of changes names no next one"), None
        raise FeedRefused("there is no end of changes", hint=AGAIN)

    def _link(self, answer: object, name: str) -> str:
        said = answer.get(name) if isinstance(answer, dict) else None
        if said is None:
            return ""
        if not isinstance(said, str) or origin(urljoin(self.changes.url, said)) != origin(self.changes.url):
            _refuse("the next changes are said to be at another address", "our token goes to the stated one only")
        return urljoin(self.changes.url, said)


def _ids(answer: Any) -> Iterable[str]:
    listed = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        _refuse("an answer holds no list of changes")
    ids = [one.get("id") for one in listed if "@removed" not in one]
    if not all(isinstance(one, str) and one.replace("-", "").isalnum() for one in ids):
        _refuse("a change names nobody")
    return ids


def _refuse(what: str, hint: str = AGAIN) -> Never:
    raise FeedRefused(f"the HR system was not read to the end: {what}", hint=hint)
