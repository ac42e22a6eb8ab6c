"""Groups in groups, as they were pushed by SCIM: a row for each, and what follows from many of them.

Who is in a group is in every group that holds it. A walk ends after `DEEPEST_GROUPS` steps, whatever the rows say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from sso_bridge.scim.limits import DEEPEST_GROUPS
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.scim_users import canonical_id
from sso_bridge.store.tables.scim import scim_group, scim_member, scim_subgroup

CHUNK = 500
Group = tuple[str, str]
"""Id as it is told, and name."""


class ScimNesting:
    """Reads and writes; writing joins the caller's transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def known(self, source: str, uuids: Iterable[str]) -> dict[str, int]:
        """Return our id of each of these groups that the source owns; the others are left out."""
        wanted, found = sorted({one for one in map(canonical_id, uuids) if one}), dict[str, int]()
        with self._store.reading() as connection:
            for some in _chunks(wanted):
                query = select(scim_group.c.uuid, scim_group.c.id).where(scim_group.c.source == source)
                found.update((row.uuid, row.id) for row in connection.execute(query.where(scim_group.c.uuid.in_(some))))
        return found

    def within(self, id_: int) -> list[int]:
        """Return the groups that are members of a group."""
        query = select(scim_subgroup.c.member_id).where(scim_subgroup.c.group_id == id_)
        with self._store.reading() as connection:
            return list(connection.execute(query.order_by(scim_subgroup.c.member_id)).scalars())

    def within_told(self, id_: int) -> list[str]:
        """Return the ids, as they are told, of the groups that are members of a group."""
        joined = scim_subgroup.join(scim_group, scim_group.c.id == scim_subgroup.c.member_id)
        query = select(scim_group.c.uuid).select_from(joined).where(scim_subgroup.c.group_id == id_)
        with self._store.reading() as connection:
            return list(connection.execute(query.order_by(scim_group.c.id)).scalars())

    def join(self, id_: int, groups: Iterable[int]) -> list[int]:
        """Add groups; return those that were no members before."""
        new = sorted(set(groups) - set(self.within(id_)))
        if new:
            with self._store.writing() as connection:
                connection.execute(insert(scim_subgroup), [{"group_id": id_, "member_id": one} for one in new])
        return new

    def leave(self, id_: int, groups: Iterable[int]) -> list[int]:
        """Remove groups; return those that were members."""
        leaving = sorted(set(groups) & set(self.within(id_)))
        with self._store.writing() as connection:
            for some in _chunks(leaving):
                mine = scim_subgroup.c.group_id == id_
                connection.execute(delete(scim_subgroup).where(mine, scim_subgroup.c.member_id.in_(some)))
        return leaving

    def forget(self, id_: int, now: datetime) -> None:
        """Take a group out of all groups, which get their next version, and all groups out of it."""
        holding = select(scim_subgroup.c.group_id).where(scim_subgroup.c.member_id == id_)
        with self._store.writing() as connection:
            values = {"revision": scim_group.c.revision + 1, "modified_at": now}
            connection.execute(update(scim_group).where(scim_group.c.id.in_(holding)).values(**values))
            connection.execute(delete(scim_subgroup).where(scim_subgroup.c.member_id == id_))
            connection.execute(delete(scim_subgroup).where(scim_subgroup.c.group_id == id_))

    def levels_above(self, ids: Iterable[int]) -> list[set[int]]:
        """Return the groups that hold these, those that hold them, and so on."""
        with self._store.reading() as connection:
            return list(_levels(connection, ids, up=True))

    def levels_below(self, ids: Iterable[int]) -> list[set[int]]:
        """Return the groups in these, those in them, and so on."""
        with self._store.reading() as connection:
            return list(_levels(connection, ids, up=False))

    def of_people(self, people: Iterable[int], most: int) -> Iterator[tuple[list[Group], list[Group]]]:
        """Yield the groups that each of a page of people is in, and those that hold these groups.

        Ends before the one with whom these would be more than `most`, unless that is the first.
        """
        direct: dict[int, list[int]] = {one: [] for one in people}
        with self._store.reading() as connection:
            query = select(scim_member.c.user_id, scim_member.c.group_id).where(scim_member.c.user_id.in_(list(direct)))
            for user, group in connection.execute(query.order_by(scim_member.c.group_id)):
                direct[user].append(group)
            held_by = above(connection, {group for groups in direct.values() for group in groups})
            names = named(connection, held_by)
        told = 0
        for place, groups in enumerate(direct.values()):
            others = closure(groups, held_by) - set(groups)
            told += len(groups) + len(others)
            if place and told > most:
                return
            yield [names[one] for one in groups], [names[one] for one in sorted(others)]


def closure(groups: Iterable[int], held_by: Mapping[int, Sequence[int]]) -> set[int]:
    """Return these groups and all that hold them."""
    found: set[int] = set()
    waiting = list(groups)
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += held_by.get(one, ())
    return found


def _levels(connection: Connection, ids: Iterable[int], *, up: bool) -> Iterator[set[int]]:
    member, group = scim_subgroup.c.member_id, scim_subgroup.c.group_id
    near, far = (member, group) if up else (group, member)
    level = set(ids)
    for _ in range(DEEPEST_GROUPS + 1):
        level = {
            one
            for some in _chunks(sorted(level))
            for one in connection.execute(select(far).where(near.in_(some))).scalars()
        }
        if not level:
            return
        yield level


def above(connection: Connection, ids: set[int]) -> dict[int, list[int]]:
    """Return by which groups each of these is held, and each of those; every group is looked up once."""
    found: dict[int, list[int]] = {}
    level = ids
    while level:
        found.update((one, []) for one in level)
        for some in _chunks(sorted(level)):
            query = select(scim_subgroup.c.member_id, scim_subgroup.c.group_id)
            for member, group in connection.execute(query.where(scim_subgroup.c.member_id.in_(some))):
                found[member].append(group)
        level = {group for one in level for group in found[one]} - found.keys()
    return found


def named(connection: Connection, ids: Iterable[int]) -> dict[int, Group]:
    """Return id and name, as they are told, of each of these groups."""
    columns = (scim_group.c.id, scim_group.c.uuid, scim_group.c.resource["displayName"].as_string())
    found: dict[int, Group] = {}
    for some in _chunks(sorted(ids)):
        rows = connection.execute(select(*columns).where(scim_group.c.id.in_(some)))
        found.update((row[0], (row[1], row[2])) for row in rows)
    return found


def _chunks(values: Sequence[int] | Sequence[str]) -> Iterator[Sequence[int] | Sequence[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
