"""Groups on a SCIM 2.0 service: found by our key in `externalId`, never by name; members changed in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from provisioners.errors import NeedsAdmin, SkipAccount
from provisioners.platforms.contract import RemoteGroup
from provisioners.platforms.http import Call, Http
from provisioners.platforms.scim2.listing import Listing
from provisioners.platforms.scim2.writing import Writing

Json = dict[str, Any]
GROUPS = "/Groups"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
CONFLICT = 409


class ScimGroups:
    """The group half of the connector."""

    def __init__(self, http: Http, listing: Listing, writing: Writing, *, members_per_call: int) -> None:
        self._http = http
        self._listing = listing
        self._writing = writing
        self._members_per_call = members_per_call

    def groups(self) -> Iterator[RemoteGroup]:
        """Yield every group with its members; a list that leaves members out is filled up group by group."""
        for resource in self._listing.every(GROUPS):
            whole = resource if "members" in resource else self._writing.read(_path(str(resource["id"])), "read group")
            yield RemoteGroup(
                remote_id=str(resource["id"]),
                name=str(whole.get("displayName") or ""),
                external_id=str(whole.get("externalId") or ""),
                members=_members(whole),
                groups=_groups(whole),
            )

    def create_group(self, key: str, name: str) -> str:
        """Create, or return the one that carries our key. A group of that name without our key stays alone (PR-07)."""
        if known := self._listing.one(GROUPS, "externalId", key):
            return str(known["id"])
        body = {"schemas": [GROUP], "externalId": key, "displayName": name}
        reply = self._http.send(Call("POST", GROUPS, "create group", body, accept=(CONFLICT,)))
        if reply.status != CONFLICT and reply.fields.get("id"):
            return str(reply.fields["id"])
        if known := self._listing.one(GROUPS, "externalId", key):
            return str(known["id"])
        if reply.status == CONFLICT:
            raise SkipAccount(
                "create group: the platform has a group of that name, without our mark",
                hint="rename that group, or adopt it by hand",
            )
        raise NeedsAdmin("create group: the answer has no id", hint="this is no SCIM 2.0 service")

    def rename_group(self, remote_id: str, name: str) -> None:
        """Change `displayName`."""
        before = self._writing.read(_path(remote_id), "rename group")
        self._writing.bring(_path(remote_id), before, {**before, "displayName": name}, "rename group")

    def delete_group(self, remote_id: str) -> None:
        """Delete; one that is gone is success."""
        self._http.send(Call("DELETE", _path(remote_id), "delete group", accept=(404,)))

    def change_members(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Add and remove in chunks; a refused chunk is halved until the refused members are known."""
        path = _path(remote_id)
        changes = [(member, True) for member in dict.fromkeys(add)]
        changes += [(member, False) for member in dict.fromkeys(remove)]
        return self._apply(path, changes, "User")

    def change_groups(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Add and remove groups inside, as members of the type Group (RFC 7643 section 4.2)."""
        changes = [(inner, True) for inner in dict.fromkeys(add)]
        changes += [(inner, False) for inner in dict.fromkeys(remove)]
        return self._apply(_path(remote_id), changes, "Group")

    def _apply(self, path: str, changes: list[tuple[str, bool]], kind: str) -> Mapping[str, Exception]:
        if not self._writing.abilities.can("patch", unless_told=True):
            self._replace_members(path, changes, kind)
            return {}
        failures: dict[str, Exception] = {}
        for start in range(0, len(changes), self._members_per_call):
            failures.update(self._change(path, changes[start : start + self._members_per_call], kind))
        return failures

    def _change(self, path: str, changes: list[tuple[str, bool]], kind: str) -> dict[str, Exception]:
        try:
            self._writing.patch(path, _operations(changes, kind), "change members")
        except SkipAccount as refusal:
            if len(changes) > 1:
                middle = len(changes) // 2
                return self._change(path, changes[:middle], kind) | self._change(path, changes[middle:], kind)
            member, wanted = changes[0]
            present = member in _inside(self._writing.read(path, "read group"), kind)
            return {} if present == wanted else {member: refusal}
        return {}

    def _replace_members(self, path: str, changes: list[tuple[str, bool]], kind: str) -> None:
        before = self._writing.read(path, "read group")
        gone = {member for member, wanted in changes if not wanted}
        present = _inside(before, kind)
        kept = [item for item in before.get("members") or () if str(item.get("value")) not in gone]
        new = [_member(member, kind) for member, wanted in changes if wanted and member not in present]
        self._writing.bring(path, before, {**before, "members": kept + new}, "change members")


def _operations(changes: list[tuple[str, bool]], kind: str) -> list[Json]:
    """Return one add for all newcomers, and one remove with a value filter each (RFC 7644 section 3.5.2)."""
    joiners = [_member(member, kind) for member, wanted in changes if wanted]
    added: list[Json] = [{"op": "add", "path": "members", "value": joiners}] if joiners else []
    return added + [
        {"op": "remove", "path": f'members[value eq "{_literal(member)}"]'} for member, wanted in changes if not wanted
    ]


def _member(value: str, kind: str) -> Json:
    """Return a member as it is written: many services know no `type`, so a person is sent without one."""
    return {"value": value} if kind == "User" else {"value": value, "type": kind}


def _members(resource: Mapping[str, Any]) -> frozenset[str]:
    return _inside(resource, "User")


def _groups(resource: Mapping[str, Any]) -> frozenset[str]:
    return _inside(resource, "Group")


def _inside(resource: Mapping[str, Any], kind: str) -> frozenset[str]:
    """Return the members of one type; what has no type, and no address of a group, is a person."""
    items = [item for item in resource.get("members") or () if isinstance(item, dict) and item.get("value")]
    return frozenset(str(item["value"]) for item in items if (kind == "Group") == _is_group(item))


def _is_group(item: Json) -> bool:
    said = str(item.get("type") or "").lower()
    return said == "group" or (not said and "/groups/" in str(item.get("$ref") or "").lower())


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _path(remote_id: str) -> str:
    return f"{GROUPS}/{quote(remote_id, safe='')}"
