"""People that were pushed by SCIM, as their source stated them; the staff register holds what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from sso_bridge.store.engine import Store
from sso_bridge.store.staff.scim_pages import Found
from sso_bridge.store.tables.organisation import person
from sso_bridge.store.tables.scim import scim_group, scim_mail, scim_member, scim_user

_COLUMNS = [scim_user.c[name] for name in Found._fields]


class ScimUsers:
    """Reads and writes; every method joins the caller's transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, source: str, uuid: str, *, lock: bool = False) -> Found | None:
        """Return the resource with this id if the source owns it, None otherwise; `lock` keeps others out."""
        canonical = canonical_id(uuid)
        query = select(*_COLUMNS).where(scim_user.c.source == source, scim_user.c.uuid == canonical)
        with self._store.reading() as connection:
            row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        return None if row is None else Found(*row)

    def is_taken(self, source: str, user_name: str, *, but: int = 0) -> bool:
        """Return whether somebody else of the source has this user name, whatever its case."""
        folded = user_name.casefold()
        query = select(scim_user.c.id).where(scim_user.c.source == source, scim_user.c.user_name == folded)
        with self._store.reading() as connection:
            return connection.execute(query.where(scim_user.c.id != but)).first() is not None

    def has(self, id_: int) -> bool:
        """Return whether this person was pushed and not deleted since."""
        with self._store.reading() as connection:
            return connection.execute(select(scim_user.c.id).where(scim_user.c.id == id_)).first() is not None

    def number(self, source: str, uuid: str) -> str:
        """Return the HR number of the person with this id, empty when the source has none."""
        joined = scim_user.join(person, person.c.id == scim_user.c.id)
        query = select(person.c.key).select_from(joined)
        query = query.where(scim_user.c.source == source, scim_user.c.uuid == canonical_id(uuid))
        with self._store.reading() as connection:
            return str(connection.execute(query).scalar() or "")

    def add(self, id_: int, uuid: str, source: str, resource: Mapping[str, Any], now: datetime) -> Found:
        """Keep a new resource."""
        row = _row(resource) | {"revision": 1, "created_at": now, "modified_at": now}
        with self._store.writing() as connection:
            connection.execute(insert(scim_user).values(id=id_, uuid=uuid, source=source, **row))
            self._keep_mails(id_, resource)
        return Found(id_, uuid, resource, 1, now, now)

    def change(self, found: Found, resource: Mapping[str, Any], now: datetime) -> Found:
        """Keep the resource anew, under the next version."""
        made = found._replace(resource=resource, revision=found.revision + 1, modified_at=now)
        row = _row(resource) | {"revision": made.revision, "modified_at": now}
        with self._store.writing() as connection:
            connection.execute(update(scim_user).where(scim_user.c.id == found.id).values(**row))
            connection.execute(delete(scim_mail).where(scim_mail.c.user_id == found.id))
            self._keep_mails(found.id, resource)
        return made

    def remove(self, id_: int, now: datetime) -> None:
        """Forget the resource and its memberships; the groups it leaves get their next version."""
        left = select(scim_member.c.group_id).where(scim_member.c.user_id == id_)
        with self._store.writing() as connection:
            values = {"revision": scim_group.c.revision + 1, "modified_at": now}
            connection.execute(update(scim_group).where(scim_group.c.id.in_(left)).values(**values))
            connection.execute(delete(scim_member).where(scim_member.c.user_id == id_))
            connection.execute(delete(scim_mail).where(scim_mail.c.user_id == id_))
            connection.execute(delete(scim_user).where(scim_user.c.id == id_))

    def _keep_mails(self, id_: int, resource: Mapping[str, Any]) -> None:
        mails = {one["value"].casefold() for one in resource.get("emails", ()) if one.get("value")}
        if mails:
            with self._store.writing() as connection:
                connection.execute(insert(scim_mail), [{"user_id": id_, "mail": mail} for mail in sorted(mails)])


def canonical_id(text: str) -> str:
    """Return an id as we write it; empty for a text that can be none."""
    try:
        return str(UUID(text)) if len(text) == 36 else ""  # noqa: PLR2004 - other spellings of a UUID are other names
    except ValueError:
        return ""


def first_mail(resource: Mapping[str, Any]) -> str:
    """Return the primary address, the one of work, or the first."""
    mails = [one for one in resource.get("emails", ()) if one.get("value")]
    chosen = sorted(mails, key=lambda one: (not one.get("primary"), one.get("type") != "work"))
    return str(chosen[0]["value"]) if chosen else ""


def _row(resource: Mapping[str, Any]) -> dict[str, Any]:
    display = resource.get("displayName")
    return {
        "user_name": resource["userName"].casefold(),
        "external_id": resource.get("externalId"),
        "display_name": display.casefold() if display else None,
        "mail": first_mail(resource).casefold() or None,
        "active": resource["active"],
        "resource": dict(resource),
    }
