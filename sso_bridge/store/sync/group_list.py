"""The groups we know of, as lists and counts: sizes only, no members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select

from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import Way, equals, narrowed
from sso_bridge.store.tables.sync import group_shadow as groups

BYTES = 4
"""An id in a member column (`shadows.packed`)."""
WAYS: Final[Mapping[str, Way]] = {
    **{name: equals(groups.c[name]) for name in ("platform", "state", "management")},
    "q": lambda text: func.lower(groups.c.name).contains(text.lower(), autoescape=True),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ListedGroup:
    """One group: how many members and owners it has, and how many groups are inside it."""

    place: int
    platform: str
    key: str
    name: str
    management: str
    state: str
    members: int
    owners: int
    groups: int


class GroupList:
    """Reads only."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self, limit: int, after: int = 0, *, without_owner: Sequence[str] | None = None, **wanted: str | None
    ) -> list[ListedGroup]:
        """Return so many groups that are wanted; `without_owner` keeps those of these platforms that nobody owns."""
        query = select(
            groups.c.id, groups.c.platform, groups.c.key, groups.c.name, groups.c.management, groups.c.state,
            func.length(groups.c.members), func.length(groups.c.owners), groups.c.groups,
        )  # fmt: skip
        query = query.where(groups.c.id > after).order_by(groups.c.id).limit(limit)
        query = narrowed(query, WAYS, wanted)
        if without_owner is not None:
            query = query.where(*_ownerless(without_owner))
        with self._store.reading() as connection:
            return [
                ListedGroup(*row[:6], row[6] // BYTES, row[7] // BYTES, len(row[8]))
                for row in connection.execute(query)
            ]

    def counts(self, owned: Sequence[str]) -> dict[str, tuple[int, int]]:
        """Return for each platform its live groups, and those of them that nobody owns; `owned` can have owners."""
        alive = select(groups.c.platform, func.count()).where(groups.c.state == "live").group_by(groups.c.platform)
        with self._store.reading() as connection:
            all_: dict[str, int] = {row[0]: row[1] for row in connection.execute(alive)}
            lacking = {row[0]: row[1] for row in connection.execute(alive.where(*_ownerless(owned)))}
        return {platform: (count, lacking.get(platform, 0)) for platform, count in sorted(all_.items())}


def _ownerless(platforms: Sequence[str]) -> tuple[ColumnElement[Any], ...]:
    ours = groups.c.management.in_(["managed", "adopted"])
    return groups.c.platform.in_(platforms), groups.c.state == "live", ours, func.length(groups.c.owners) == 0
