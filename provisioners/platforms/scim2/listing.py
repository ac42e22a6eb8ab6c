"""Read lists of a SCIM service to their true end: a page that repeats, shrinks or is missing is an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provisioners.errors import NeedsAdmin, SkipAccount, TryAgain
from provisioners.platforms.http import Http

Json = dict[str, Any]
END_REFUSED = (400, 404)
NO_FILTER = (400, 403, 501)


class Listing:
    """Index paging (RFC 7644 section 3.4.2.4) that counts along."""

    def __init__(self, http: Http, page_size: int) -> None:
        self._http = http
        self._page_size = page_size

    def every(self, endpoint: str) -> Iterator[Json]:
        """Yield each resource once. Raises TryAgain when the list moved under our hands, NeedsAdmin when it lies."""
        seen: set[str] = set()
        total = -1
        while total < 0 or len(seen) < total:
            items, now_total = self._page(endpoint, len(seen) + 1)
            if now_total < total:
                raise TryAgain(f"list {endpoint}: it became shorter while being read")
            total = now_total
            if not items and len(seen) < total:
                raise TryAgain(f"list {endpoint}: ended after {len(seen)} of {total}")
            yield from _fresh(endpoint, items, seen)
            if len(seen) > total:
                raise NeedsAdmin(f"list {endpoint}: more came than announced", hint="totalResults is wrong")
            if items and len(seen) == total:
                total = self._end(endpoint, total)

    def one(self, endpoint: str, attribute: str, value: str) -> Json | None:
        """Return the only resource whose attribute has exactly this value; None when the service has none.

        Every hit is compared here too, so a service that ignores the filter or the case gives no wrong answer.
        """
        literal = value.replace("\\", "\\\\").replace('"', '\\"')
        query = f'{attribute} eq "{literal}"'
        first = self._http.get(endpoint, f"find in {endpoint}", accept=NO_FILTER, filter=query)
        if first.status in NO_FILTER:
            candidates = list(self.every(endpoint))
        else:
            candidates, total = _read(endpoint, first.body)
            if total > len(candidates):
                candidates = list(self.every(endpoint))
        hits = [found for found in candidates if str(found.get(attribute) or "") == value]
        if len(hits) > 1:
            raise SkipAccount(
                f"find in {endpoint}: {len(hits)} carry the same {attribute}",
                hint="the platform holds doubles; remove all but one there",
            )
        return hits[0] if hits else None

    def _page(self, endpoint: str, start: int) -> tuple[list[Json], int]:
        reply = self._http.get(endpoint, f"list {endpoint}", startIndex=start, count=self._page_size)
        return _read(endpoint, reply.body)

    def _end(self, endpoint: str, total: int) -> int:
        """Look once behind the announced end, since some services announce the length of a page as the total."""
        reply = self._http.get(
            endpoint, f"list {endpoint}", accept=END_REFUSED, startIndex=total + 1, count=self._page_size
        )
        if reply.status in END_REFUSED:
            return total
        items, now_total = _read(endpoint, reply.body)
        if items and now_total <= total:
            raise NeedsAdmin(f"list {endpoint}: there is more behind the end", hint="totalResults is wrong")
        return now_total


def _fresh(endpoint: str, items: list[Json], seen: set[str]) -> Iterator[Json]:
    for item in items:
        key = str(item.get("id") or "")
        if not key:
            raise NeedsAdmin(f"list {endpoint}: a resource has no id", hint="this is no SCIM 2.0 service")
        if key in seen:
            raise TryAgain(f"list {endpoint}: a page came twice or overlaps")
        seen.add(key)
        yield item


def _read(endpoint: str, body: object) -> tuple[list[Json], int]:
    """Return resources and total of a list response (RFC 7644 section 3.4.2)."""
    fields = body if isinstance(body, dict) else {}
    total = fields.get("totalResults")
    total = int(total) if isinstance(total, str) and total.isdigit() else total
    items = fields.get("Resources", fields.get("resources"))
    items = [] if items is None else items
    if isinstance(total, bool) or not isinstance(total, int) or total < 0 or not isinstance(items, list):
        raise NeedsAdmin(f"list {endpoint}: not a SCIM list", hint="check the address; it ends before /Users")
    if not all(isinstance(item, dict) for item in items):
        raise NeedsAdmin(f"list {endpoint}: not a SCIM list", hint="check the address; it ends before /Users")
    return items, total
