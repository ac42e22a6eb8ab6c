"""The whole server without the web: each act on a kind of resource, for single requests and for Bulk alike."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from mappings.days import Day
from sso_bridge.audit.events import AuditTrail
from sso_bridge.clock import Clock
from sso_bridge.scim.bulk import Act, Done, carry_out
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.groups import GroupDesk
from sso_bridge.scim.nesting import Nesting
from sso_bridge.scim.people import Compared, PeopleDesk
from sso_bridge.scim.reading import Reader
from sso_bridge.scim.schema import GROUP_KIND, USERS, ResourceKind
from sso_bridge.scim.telling import version
from sso_bridge.scim.values import Json
from sso_bridge.store.engine import Store
from sso_bridge.store.sign_in.departures import Departures
from sso_bridge.store.staff.people import People
from sso_bridge.store.staff.pushed import Pushed
from sso_bridge.store.staff.scim_groups import ScimGroups
from sso_bridge.store.staff.scim_nesting import ScimNesting
from sso_bridge.store.staff.scim_pages import Found, ScimPages
from sso_bridge.store.staff.scim_users import ScimUsers
from sso_bridge.store.staff.touched import Beholder, Soon

_CREATED, _OK, _GONE = 201, 200, 204


@dataclass(frozen=True, slots=True)
class ScimDesk:
    """Reading, and writing to people and groups."""

    reader: Reader
    people: PeopleDesk
    groups: GroupDesk

    def writer(self, kind: ResourceKind) -> PeopleDesk | GroupDesk:
        """Return what changes resources of this kind."""
        return self.people if kind is USERS else self.groups

    def bulk(self, caller: Caller, body: Any) -> Json:
        """Carry out many operations, each in a transaction of its own."""
        return carry_out(body, self._act(caller))

    def _act(self, caller: Caller) -> Act:
        def act(method: str, endpoint: str, id_: str, data: Any, if_match: str) -> Done:
            kind = next(one for one in (USERS, GROUP_KIND) if one.endpoint == f"/{endpoint}")
            writer = self.writer(kind)
            if method == "DELETE":
                writer.delete(caller, id_, if_match)
                return Done(_GONE, f"{self.reader.base}/{endpoint}/{id_}")
            if method == "POST":
                return self._done(kind, writer.create(caller, data), _CREATED)
            write = writer.replace if method == "PUT" else writer.patch
            return self._done(kind, write(caller, id_, data, if_match), _OK)

        return act

    def _done(self, kind: ResourceKind, found: Found, status: int) -> Done:
        location = f"{self.reader.base}{kind.endpoint}/{found.uuid}"
        return Done(status, location, version(found.revision, found.created_at))


def build(
    store: Store,
    clock: Clock,
    audit: AuditTrail,
    today: Callable[[], Day],
    soon: Soon,
    base: str,
    compared: Compared = nullcontext,
) -> ScimDesk:
    """Return the server's inside; `soon` asks for a sync, `base` is the address of the server."""
    users, groups, pushed = ScimUsers(store), ScimGroups(store), Pushed(store, clock)
    nesting = ScimNesting(store)
    departures = Departures(store, clock, audit, today)
    beholder = Beholder(People(store, clock))
    people = PeopleDesk(store, users, groups, pushed, departures, audit, clock, today, soon, compared, beholder)
    desk = GroupDesk(store, groups, Nesting(nesting), pushed, audit, clock, soon)
    return ScimDesk(Reader(users, groups, nesting, ScimPages(store), base), people, desk)
