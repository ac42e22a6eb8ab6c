"""The names of groups that were pushed by SCIM; what stands in the facts of a person are their ids.

So a group is renamed, or put into another one, without touching a single member. Who is in a group is in every group
that holds it: rules see the names of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection, select

from mappings.people import Person
from sso_bridge.store.staff.scim_nesting import CHUNK, above, closure, named
from sso_bridge.store.tables.scim import scim_group, scim_subgroup


class GroupNames:
    """Knows some groups by their ids; `held_by` are the groups that hold each of them."""

    def __init__(self, ids: Mapping[str, int], names: Mapping[int, str], held_by: Mapping[int, Sequence[int]]) -> None:
        self._ids, self._names, self._held_by = ids, names, held_by
        self._found: dict[str, frozenset[str]] = {}

    def of(self, uuids: Iterable[str]) -> tuple[str, ...]:
        """Return the names of these groups and of all that hold them, in order; groups that are gone have none."""
        return tuple(sorted(frozenset[str]().union(*(self._all(uuid) for uuid in uuids))))

    def told(self, person: Person) -> Person:
        """Return the person with names in the place of ids."""
        return replace(person, source_groups=self.of(person.source_groups)) if person.source_groups else person

    def _all(self, uuid: str) -> frozenset[str]:
        if uuid not in self._found:
            ids = closure([self._ids[uuid]], self._held_by) if uuid in self._ids else ()
            self._found[uuid] = frozenset(self._names[one] for one in ids)
        return self._found[uuid]


NO_NAMES: Final = GroupNames({}, {}, {})
"""For whoever asks about days only: the people are in no group."""


def all_names(connection: Connection) -> GroupNames:
    """Return the names of all groups."""
    name = scim_group.c.resource["displayName"].as_string().label("name")
    rows = connection.execute(select(scim_group.c.uuid, scim_group.c.id, name)).all()
    held_by: dict[int, list[int]] = {}
    for member, group in connection.execute(select(scim_subgroup.c.member_id, scim_subgroup.c.group_id)):
        held_by.setdefault(member, []).append(group)
    return GroupNames({row.uuid: row.id for row in rows}, {row.id: row.name for row in rows}, held_by)


def names_for(connection: Connection, uuids: Iterable[str]) -> GroupNames:
    """Return the names of these groups and of those that hold them; asks nothing when there are none."""
    wanted = sorted(set(uuids))
    if not wanted:
        return NO_NAMES
    ids: dict[str, int] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(scim_group.c.uuid, scim_group.c.id).where(scim_group.c.uuid.in_(wanted[start : start + CHUNK]))
        ids.update((row.uuid, row.id) for row in connection.execute(query))
    held_by = above(connection, set(ids.values()))
    return GroupNames(ids, {id_: name for id_, (_, name) in named(connection, held_by).items()}, held_by)
