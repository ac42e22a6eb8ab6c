"""What is done to groups: only those who come or go are touched, however many are in it; a new name touches nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.scim.caller import Caller
from sso_bridge.scim.errors import InvalidValue, NotFound, Uniqueness
from sso_bridge.scim.limits import LONGEST_INDEXED, MOST_STRANGERS
from sso_bridge.scim.memberships import MemberChange, parted, renamed, stated
from sso_bridge.scim.nesting import Nesting
from sso_bridge.scim.people import check_version, in_milliseconds
from sso_bridge.scim.values import Json
from sso_bridge.store.engine import Store
from sso_bridge.store.staff.pushed import Pushed
from sso_bridge.store.staff.scim_groups import ScimGroups
from sso_bridge.store.staff.scim_pages import Found
from sso_bridge.store.staff.touched import Soon, Touched

TOLD = 100
"""Ids of members that one audit record names; the counts tell the rest."""


@dataclass(slots=True)
class _Moved:
    """Who came and who went in one act, by our ids."""

    joined: set[int] = field(default_factory=set)
    left: set[int] = field(default_factory=set)
    groups_joined: set[int] = field(default_factory=set)
    groups_left: set[int] = field(default_factory=set)
    strangers: bool = False

    def note(self, joined: Iterable[int], left: Iterable[int]) -> None:
        """Take both in; whoever comes and goes again has not moved."""
        came, went = set(joined), set(left)
        self.joined, self.left = (self.joined | came) - went, (self.left | went) - came

    def note_groups(self, joined: Iterable[int], left: Iterable[int]) -> None:
        """Take in the groups that came and went."""
        came, went = set(joined), set(left)
        self.groups_joined, self.groups_left = (self.groups_joined | came) - went, (self.groups_left | went) - came

    @property
    def anything(self) -> bool:
        """Return whether there is any change."""
        return bool(self.joined or self.left or self.nested or self.strangers)

    @property
    def nested(self) -> bool:
        """Return whether groups came or went."""
        return bool(self.groups_joined or self.groups_left)


@dataclass(frozen=True, slots=True)
class GroupDesk:
    """Creates, replaces, patches and deletes. `soon` asks for a sync, in the open transaction."""

    store: Store
    groups: ScimGroups
    nesting: Nesting
    pushed: Pushed
    audit: AuditTrail
    clock: Clock
    soon: Soon

    def create(self, caller: Caller, body: Any) -> Found:
        """Take a new group; InvalidValue, Uniqueness."""
        new = stated(body)
        with self.store.writing():
            self.pushed.begin()
            self._check_name(caller, new.resource)
            made = self.groups.add(caller.source, new.resource, self._now())
            moved = self._carry_out(caller, made, [new.members])
            self._note(caller, "created", made, None, new.resource, moved)
        return made

    def replace(self, caller: Caller, uuid: str, body: Any, if_match: str = "") -> Found:
        """Take a whole group: those it names are its members, all others leave."""
        new = stated(body)
        return self._changed(caller, uuid, if_match, lambda _: new.resource, [new.members])

    def patch(self, caller: Caller, uuid: str, body: Any, if_match: str = "") -> Found:
        """Take the operations of a PATCH, all or none."""
        own, changes = parted(body)
        return self._changed(caller, uuid, if_match, lambda before: renamed(before, own), changes)

    def delete(self, caller: Caller, uuid: str, if_match: str = "") -> None:
        """Forget the group."""
        with self.store.writing():
            self.pushed.begin()
            found = self._owned(caller, uuid, if_match)
            left = self.groups.everybody(found.id)
            self.nesting.groups.forget(found.id, self._now())
            self.groups.remove(found.id)
            self.pushed.regroup(self.groups.groups_of(left))
            self.pushed.renamed()
            self._note(caller, "deleted", found, found.resource, None, _Moved(left=set(left)))

    def _changed(
        self,
        caller: Caller,
        uuid: str,
        if_match: str,
        after: Callable[[Mapping[str, Any]], Json],
        changes: list[MemberChange],
    ) -> Found:
        with self.store.writing():
            self.pushed.begin()
            found = self._owned(caller, uuid, if_match)
            resource = after(found.resource)
            self._check_name(caller, resource, but=found.id)
            moved = self._carry_out(caller, found, changes)
            if resource == found.resource and not moved.anything:
                return found
            made = self.groups.change(found, resource, self._now())
            if resource["displayName"] != found.resource["displayName"]:
                self.pushed.renamed()
            self._note(caller, "changed", made, found.resource, resource, moved)
        return made

    def _carry_out(self, caller: Caller, found: Found, changes: list[MemberChange]) -> _Moved:
        moved = _Moved()
        for change in changes:
            known = self.groups.known(caller.source, change.members)
            groups = self.nesting.known(caller.source, change, known)
            people = set(known.values())
            strangers = {one for one in change.members if one not in known and one not in groups}
            moved.strangers |= self._strangers(found, change, strangers)
            moved.note_groups(*self.nesting.carry_out(found.id, change, groups.values()))
            if change.how == "join":
                moved.note(self.groups.join(found.id, people), ())
            elif change.how == "leave":
                leaving = self.groups.everybody(found.id) if change.everybody else people
                moved.note((), self.groups.leave(found.id, leaving))
            else:
                left = self.groups.leave(found.id, set(self.groups.everybody(found.id)) - people)
                moved.note(self.groups.join(found.id, people), left)
        self.pushed.regroup(self.groups.groups_of(moved.joined | moved.left))
        if moved.nested:
            self.pushed.renamed()
        return moved

    def _strangers(self, found: Found, change: MemberChange, named: set[str]) -> bool:
        """Do the same to members that are nobody, or nobody yet; return whether that changes anything."""
        before = set(self.groups.strangers(found.id))
        if change.how == "leave":
            after = set() if change.everybody else before - named
        else:
            after = named | (before if change.how == "join" else set())
        if len(after) > MOST_STRANGERS or any(len(one) > LONGEST_INDEXED for one in after):
            raise InvalidValue(f"at most {MOST_STRANGERS} members may be unknown here, with ids of the usual length")
        self.groups.drop_strangers(found.id, before - after)
        self.groups.note_strangers(found.id, after - before)
        return before != after

    def _owned(self, caller: Caller, uuid: str, if_match: str) -> Found:
        found = self.groups.get(caller.source, uuid, lock=True)
        if found is None:
            raise NotFound
        check_version(found, if_match)
        return found

    def _check_name(self, caller: Caller, resource: Json, *, but: int = 0) -> None:
        if max(len(str(resource.get(name, ""))) for name in ("displayName", "externalId")) > LONGEST_INDEXED:
            raise InvalidValue(f"displayName and externalId have at most {LONGEST_INDEXED} characters")
        if self.groups.is_taken(caller.source, resource["displayName"], but=but):
            raise Uniqueness("another group has this displayName")

    def _note(
        self,
        caller: Caller,
        what: str,
        found: Found,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
        moved: _Moved,
    ) -> None:
        same_name = before is not None and after is not None and before["displayName"] == after["displayName"]
        by_name = moved.nested or not (same_name or what == "created")
        whom = frozenset(moved.joined | moved.left)
        self.soon(None if by_name else Touched(whom, whom))
        told = {"joined": sorted(moved.joined)[:TOLD], "left": sorted(moved.left)[:TOLD]}
        counts: dict[str, object] = {"joined_count": len(moved.joined), "left_count": len(moved.left)}
        if moved.nested:
            counts |= {"groups_joined": sorted(moved.groups_joined)[:TOLD]}
            counts |= {"groups_left": sorted(moved.groups_left)[:TOLD]}
        event = Event(
            f"scim.group_{what}",
            caller.actor,
            f"scim_group:{found.uuid}",
            before=before if before != after else None,
            after={**((after or {}) if before != after else {}), **told, **counts},
            address=caller.address,
            reference=caller.reference,
        )
        self.audit.record(event)

    def _now(self) -> datetime:
        return in_milliseconds(self.clock())
