"""What is done to people: each act in one transaction with the staff register, the end of access and the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from mappings.days import Day
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.errors import Changed, InvalidValue, Mutability, NotFound, Uniqueness
from sso_bridge.scim.facts import number_of, person_of, states_jobs
from sso_bridge.scim.limits import LONGEST_INDEXED
from sso_bridge.scim.operations import operations
from sso_bridge.scim.patching import patched
from sso_bridge.scim.schema import USERS
from sso_bridge.scim.telling import version
from sso_bridge.scim.values import Json, as_said, cleaned, complete, with_state
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.departures import Departures
from sso_bridge.store.staff.pushed import Pushed
from sso_bridge.store.staff.scim_groups import ScimGroups
from sso_bridge.store.staff.scim_pages import Found
from sso_bridge.store.staff.scim_users import ScimUsers
from sso_bridge.store.staff.touched import Beholder, Picture, Soon

Compared = Callable[[str], AbstractContextManager[object]]
"""Gets who is calling; what is written inside is compared with the people we know (`correlation.comparing`)."""
_INDEXED = ("userName", "externalId", "displayName")


@dataclass(frozen=True, slots=True)
class PeopleDesk:
    """Creates, replaces, patches and deletes. `soon` asks for a sync of whom the act touches, in the open transaction.

    `compared` compares what was written with the people we know.
    """

    store: Store
    users: ScimUsers
    groups: ScimGroups
    pushed: Pushed
    departures: Departures
    audit: AuditTrail
    clock: Clock
    today: Callable[[], Day]
    soon: Soon
    compared: Compared
    beholder: Beholder

    def create(self, caller: Caller, body: Any) -> Found:
        """Take a new person, or one who is back; InvalidValue, Uniqueness."""
        resource = _checked(cleaned(USERS, body))
        resource.setdefault("active", True)
        with self.store.writing(), self.compared(caller.actor):
            self.pushed.begin()
            was = self.beholder.with_id(0)
            if self.users.is_taken(caller.source, resource["userName"]):
                raise Uniqueness("somebody has this userName")
            uuid = self._id_for(caller, resource)
            id_ = self._register(caller, resource, uuid, ())
            made = self.users.add(id_, uuid, caller.source, resource, self._now())
            if self.groups.welcome(caller.source, uuid, id_):
                self.pushed.regroup(self.groups.groups_of([id_]))
            self._note(caller, "created", made, was, before=None, after=resource)
        return made

    def replace(self, caller: Caller, uuid: str, body: Any, if_match: str = "") -> Found:
        """Take a whole resource."""
        stated = _checked(cleaned(USERS, body))
        return self._changed(caller, uuid, if_match, lambda before: with_state(stated, before))

    def patch(self, caller: Caller, uuid: str, body: Any, if_match: str = "") -> Found:
        """Take the operations of a PATCH, all or none."""
        asked = operations(USERS, body)

        def after(before: Mapping[str, Any]) -> Json:
            return with_state(_checked(patched(as_said(before), asked)), before)

        return self._changed(caller, uuid, if_match, after)

    def delete(self, caller: Caller, uuid: str, if_match: str = "") -> None:
        """Forget the resource; the person becomes a tombstone and loses all access at once."""
        with self.store.writing(), self.compared(caller.actor):
            self.pushed.begin()
            found = self._owned(caller, uuid, if_match)
            was = self.beholder.with_id(found.id)
            self.users.remove(found.id, self._now())
            self.pushed.regroup([(found.id, ())])
            self.pushed.gone(found.id, self.today())
            self._note(caller, "deleted", found, was, before=found.resource, after=None)

    def _changed(self, caller: Caller, uuid: str, if_match: str, after: Callable[[Mapping[str, Any]], Json]) -> Found:
        with self.store.writing(), self.compared(caller.actor):
            self.pushed.begin()
            found = self._owned(caller, uuid, if_match)
            resource = after(found.resource)
            if resource == found.resource:
                return found
            if self.users.is_taken(caller.source, resource["userName"], but=found.id):
                raise Uniqueness("somebody else has this userName")
            if number_of(resource, found.uuid, caller) != self.users.number(caller.source, found.uuid):
                raise Mutability(
                    f"{caller.columns['employee_number']} is the HR number of this source: it never changes"
                )
            groups = dict(self.groups.groups_of([found.id]))
            was = self.beholder.with_id(found.id)
            self._register(caller, resource, found.uuid, groups[found.id])
            made = self.users.change(found, resource, self._now())
            self._note(caller, "changed", made, was, before=found.resource, after=resource)
        return made

    def _owned(self, caller: Caller, uuid: str, if_match: str) -> Found:
        found = self.users.get(caller.source, uuid, lock=True)
        if found is None:
            raise NotFound
        check_version(found, if_match)
        return found

    def _id_for(self, caller: Caller, resource: Json) -> str:
        """Return the id of the person: the known one for a known HR number, who must not be here already."""
        uuid = str(uuid4())
        known = self.pushed.known(caller.source, number_of(resource, uuid, caller))
        if known is None:
            return uuid
        if self.users.has(known[0]):
            raise Uniqueness(f"somebody has this {caller.columns['employee_number']}")
        return known[1]

    def _register(self, caller: Caller, resource: Json, uuid: str, groups: tuple[str, ...]) -> int:
        def numbered(named: str) -> str:
            return (self.users.number(caller.source, named) or named) if named else ""

        stated = person_of(resource, uuid, caller, numbered, groups)
        return self.pushed.put(stated, self.today(), whole=states_jobs(resource))

    def _note(
        self,
        caller: Caller,
        what: str,
        found: Found,
        was: Picture,
        *,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        self.departures.end_access(caller.actor, [found.id])
        self.soon(self.beholder.between(was, self.beholder.with_id(found.id), self.today()))
        old, new = before or {}, after or {}
        names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
        self.audit.record(
            Event(
                f"scim.user_{what}",
                caller.actor,
                f"person:{found.uuid}",
                before=None if before is None else {name: old[name] for name in names if name in old},
                after=None if after is None else {name: new[name] for name in names if name in new},
                address=caller.address,
                reference=caller.reference,
            )
        )

    def _now(self) -> datetime:
        return in_milliseconds(self.clock())


def in_milliseconds(moment: datetime) -> datetime:
    """Return the moment as precisely as it is told, so that what was told can be asked for."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def check_version(found: Found, if_match: str) -> None:
    """Raise Changed unless the header `If-Match` is empty, `*`, or names this version (RFC 7644 section 3.14)."""
    named = {one.strip().removeprefix("W/") for one in if_match.split(",")}
    if if_match and "*" not in named and version(found.revision, found.created_at).removeprefix("W/") not in named:
        raise Changed


def _checked(resource: Json) -> Json:
    complete(USERS, resource)
    mails = [str(one.get("value", "")) for one in resource.get("emails", ())]
    for text in (*(resource.get(name, "") for name in _INDEXED), *mails):
        if len(text) > LONGEST_INDEXED:
            raise InvalidValue(f"{', '.join(_INDEXED)} and emails have at most {LONGEST_INDEXED} characters")
    return resource
