"""Groups that were pushed by SCIM, and who is in them: a row per member, never a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update

from sso_bridge.store.engine import Store
from sso_bridge.store.staff.scim_pages import Found
from sso_bridge.store.staff.scim_users import canonical_id
from sso_bridge.store.tables.scim import scim_group, scim_member, scim_stranger, scim_subgroup, scim_user
from sso_bridge.store.upsert import insert_new

CHUNK = 500
_COLUMNS = [scim_group.c[name] for name in Found._fields]


class ScimGroups:
    """Reads and writes; writing joins the caller's transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, source: str, uuid: str, *, lock: bool = False) -> Found | None:
        """Return the group with this id if the source owns it, None otherwise; `lock` keeps others out."""
        query = select(*_COLUMNS).where(scim_group.c.source == source, scim_group.c.uuid == canonical_id(uuid))
        with self._store.reading() as connection:
            row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else Found(*row)

    def is_taken(self, source: str, name: str, *, but: int = 0) -> bool:
        """Return whether another group of the source has this name, whatever its case."""
        query = select(scim_group.c.id).where(scim_group.c.source == source, scim_group.c.name == name.casefold())
        with self._store.reading() as connection:
            return connection.execute(query.where(scim_group.c.id != but)).first() is not None

    def add(self, source: str, resource: Mapping[str, Any], now: datetime) -> Found:
        """Keep a new group, without members."""
        uuid = str(uuid4())
        row = _row(resource) | {"revision": 1, "created_at": now, "modified_at": now}
        with self._store.writing() as connection:
            made = insert(scim_group).values(uuid=uuid, source=source, **row).returning(scim_group.c.id)
            id_ = int(connection.execute(made).scalar_one())
        return Found(id_, uuid, resource, 1, now, now)

    def change(self, found: Found, resource: Mapping[str, Any], now: datetime) -> Found:
        """Keep name and external id anew, under the next version."""
        made = found._replace(resource=resource, revision=found.revision + 1, modified_at=now)
        row = _row(resource) | {"revision": made.revision, "modified_at": now}
        with self._store.writing() as connection:
            connection.execute(update(scim_group).where(scim_group.c.id == found.id).values(**row))
        return made

    def remove(self, id_: int) -> None:
        """Forget the group, and who was in it."""
        with self._store.writing() as connection:
            connection.execute(delete(scim_member).where(scim_member.c.group_id == id_))
            connection.execute(delete(scim_stranger).where(scim_stranger.c.group_id == id_))
            connection.execute(delete(scim_group).where(scim_group.c.id == id_))

    def known(self, source: str, uuids: Iterable[str]) -> dict[str, int]:
        """Return our id of each of these people that the source owns; the others are left out."""
        wanted = sorted({one for one in map(canonical_id, uuids) if one})
        found: dict[str, int] = {}
        with self._store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(scim_user.c.uuid, scim_user.c.id).where(scim_user.c.source == source)
                chosen = query.where(scim_user.c.uuid.in_(wanted[start : start + CHUNK]))
                found.update((row.uuid, row.id) for row in connection.execute(chosen))
        return found

    def join(self, id_: int, people: Iterable[int]) -> list[int]:
        """Add members; return those who were none before."""
        wanted = set(people)
        new = sorted(wanted - self._among(id_, wanted))
        if new:
            with self._store.writing() as connection:
                connection.execute(insert(scim_member), [{"group_id": id_, "user_id": one} for one in new])
        return new

    def leave(self, id_: int, people: Iterable[int]) -> list[int]:
        """Remove members; return those who were some."""
        leaving = sorted(self._among(id_, set(people)))
        with self._store.writing() as connection:
            for start in range(0, len(leaving), CHUNK):
                chosen = scim_member.c.user_id.in_(leaving[start : start + CHUNK])
                connection.execute(delete(scim_member).where(scim_member.c.group_id == id_, chosen))
        return leaving

    def strangers(self, id_: int) -> list[str]:
        """Return the members that are nobody."""
        query = select(scim_stranger.c.value).where(scim_stranger.c.group_id == id_).order_by(scim_stranger.c.value)
        with self._store.reading() as connection:
            return list(connection.execute(query).scalars())

    def note_strangers(self, id_: int, values: Iterable[str]) -> None:
        """Add members that are nobody."""
        rows = [{"group_id": id_, "value": value} for value in sorted(set(values))]
        with self._store.writing() as connection:
            insert_new(connection, scim_stranger, rows)

    def drop_strangers(self, id_: int, values: Iterable[str]) -> None:
        """Remove members that are nobody."""
        chosen = scim_stranger.c.value.in_(sorted(set(values)))
        with self._store.writing() as connection:
            connection.execute(delete(scim_stranger).where(scim_stranger.c.group_id == id_, chosen))

    def welcome(self, source: str, uuid: str, id_: int) -> bool:
        """Make a stranger the member that was meant, in all groups of the source; return whether there was any."""
        joined = scim_stranger.join(scim_group, scim_group.c.id == scim_stranger.c.group_id)
        query = select(scim_group.c.id).select_from(joined).where(scim_stranger.c.value == uuid)
        with self._store.writing() as connection:
            groups = list(connection.execute(query.where(scim_group.c.source == source)).scalars())
            for group in groups:
                self.drop_strangers(group, [uuid])
                self.join(group, [id_])
        return bool(groups)

    def has_more_than(self, id_: int, most: int) -> bool:
        """Return whether the group has more members than this, without counting them all."""
        query = select(scim_member.c.user_id).where(scim_member.c.group_id == id_).offset(most).limit(1)
        with self._store.reading() as connection:
            return connection.execute(query).first() is not None

    def everybody(self, id_: int) -> list[int]:
        """Return our ids of all members."""
        with self._store.reading() as connection:
            query = select(scim_member.c.user_id).where(scim_member.c.group_id == id_)
            return list(connection.execute(query).scalars())

    def count(self, ids: Iterable[int]) -> dict[int, int]:
        """Return how many members each of these groups has, people and groups."""
        chosen, found = list(ids), dict[int, int]()
        with self._store.reading() as connection:
            for group in (scim_member.c.group_id, scim_subgroup.c.group_id):
                query = select(group, func.count()).where(group.in_(chosen)).group_by(group)
                for id_, count in connection.execute(query):
                    found[id_] = found.get(id_, 0) + count
        return found

    def members(self, id_: int) -> Iterator[str]:
        """Yield the ids of all members, as a stream."""
        joined = scim_member.join(scim_user, scim_user.c.id == scim_member.c.user_id)
        query = select(scim_user.c.uuid).select_from(joined).where(scim_member.c.group_id == id_)
        query = query.order_by(scim_member.c.user_id).execution_options(yield_per=2000)
        with self._store.reading() as connection, connection.execute(query) as rows:
            yield from rows.scalars()
        yield from self.strangers(id_)

    def groups_of(self, people: Iterable[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
        """Yield each of these people with the ids of all groups that name them as members."""
        wanted = sorted(set(people))
        joined = scim_member.join(scim_group, scim_group.c.id == scim_member.c.group_id)
        columns = (scim_member.c.user_id, scim_group.c.uuid)
        with self._store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                some = wanted[start : start + CHUNK]
                found: dict[int, list[str]] = {one: [] for one in some}
                query = select(*columns).select_from(joined).where(scim_member.c.user_id.in_(some))
                for user, uuid in connection.execute(query):
                    found[user].append(uuid)
                yield from ((user, tuple(sorted(uuids))) for user, uuids in found.items())

    def _among(self, id_: int, people: set[int]) -> set[int]:
        wanted, found = sorted(people), set[int]()
        with self._store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(scim_member.c.user_id).where(scim_member.c.group_id == id_)
                chosen = query.where(scim_member.c.user_id.in_(wanted[start : start + CHUNK]))
                found.update(connection.execute(chosen).scalars())
        return found


def _row(resource: Mapping[str, Any]) -> dict[str, Any]:
    name = str(resource["displayName"])
    return {"name": name.casefold(), "external_id": resource.get("externalId"), "resource": dict(resource)}
