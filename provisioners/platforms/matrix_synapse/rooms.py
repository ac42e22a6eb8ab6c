"""Rooms as groups, moderators as owners.

The alias tells the key of a room, and only rooms that our bot made count as ours: an alias that somebody else took
first is never filled (PR-07).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from provisioners.errors import NeedsAdmin, SkipAccount
from provisioners.platforms.contract import RemoteGroup
from provisioners.platforms.http import Reply
from provisioners.platforms.matrix_synapse.homeserver import MISSING, Homeserver, segment

Json = dict[str, Any]
FORBIDDEN = 403
REFUSED = 400
LONGEST_ALIAS = 255
PLAIN = re.compile(r"[A-Za-z0-9._-]")


class SynapseRooms:
    """The group half of the connector."""

    def __init__(self, server: Homeserver, *, alias_prefix: str, owner_level: int, federate: bool) -> None:
        self._server = server
        self._prefix = alias_prefix
        self._owner_level = owner_level
        self._federate = federate

    def groups(self) -> Iterator[RemoteGroup]:
        """Yield every room that our bot made and is in, with members and owners; the bot is neither."""
        bot = self._server.bot
        for row in self._server.pages("/v1/rooms", "rooms", "list rooms"):
            room = str(row["room_id"])
            if row.get("creator") != bot:
                continue
            members = self._members(room)
            if bot in members:
                yield RemoteGroup(
                    remote_id=room,
                    name=str(row.get("name") or ""),
                    external_id=key_of(str(row.get("canonical_alias") or ""), self._prefix),
                    members=members - {bot},
                    owners=self._owners(self._power(room)),
                )

    def create_group(self, key: str, name: str) -> str:
        """Create a private room, or return the one of ours that has the alias of the key."""
        localpart = alias_of(key, self._prefix)
        alias = f"#{localpart}:{self._server.server_name}"
        if len(alias.encode()) > LONGEST_ALIAS:
            raise SkipAccount("create room: the key is too long for an alias", hint="give the group a shorter name")
        if room := self._ours(alias):
            return room
        body = {
            "name": name,
            "preset": "private_chat",
            "visibility": "private",
            "room_alias_name": localpart,
            "creation_content": {"m.federate": self._federate},
            "power_level_content_override": {"invite": 50},
        }
        reply = self._server.client("POST", "/createRoom", "create room", body, accept=(REFUSED,))
        if room := str(reply.fields.get("room_id") or ""):
            return room
        if reply.fields.get("errcode") == "M_ROOM_IN_USE" and (room := self._ours(alias)):
            return room
        raise SkipAccount("create room: refused by the homeserver", hint="see room_list and alias rules of Synapse")

    def rename_group(self, remote_id: str, name: str) -> None:
        """Change the name of the room."""
        path = f"/rooms/{segment(remote_id)}/state/m.room.name"
        self._server.client("PUT", path, "rename room", {"name": name})

    def delete_group(self, remote_id: str) -> None:
        """Give the alias free and send everybody out; what was written stays in the database for the administrator."""
        row = self._server.admin("GET", f"/v1/rooms/{segment(remote_id)}", "look at the room", accept=(MISSING,))
        if row.status == MISSING:
            return
        if alias := str(row.fields.get("canonical_alias") or ""):
            self._server.client(
                "DELETE", f"/directory/room/{segment(alias)}", "free the alias", accept=(MISSING, FORBIDDEN)
            )
        body = {"block": False, "purge": False}
        self._server.admin("DELETE", f"/v2/rooms/{segment(remote_id)}", "delete room", body, accept=(REFUSED, MISSING))

    def change_members(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Join and kick one by one (Synapse has no other way); who is in or out already is success."""
        failures: dict[str, Exception] = {}
        for member in dict.fromkeys(add):
            failures |= self._one(remote_id, member, self._join, wanted=True)
        for member in dict.fromkeys(remove):
            if member != self._server.bot:
                failures |= self._one(remote_id, member, self._kick, wanted=False)
        return failures

    def change_owners(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Give and take the level of an owner in one change of the power levels; other levels stay, the bot's too."""
        bot = self._server.bot
        power = self._power(remote_id)
        users = dict(power.get("users") or {})
        users |= {member: self._owner_level for member in add if member != bot}
        for member in remove:
            if member != bot:
                users.pop(member, None)
        if users != (power.get("users") or {}):
            path = f"/rooms/{segment(remote_id)}/state/m.room.power_levels"
            self._server.client("PUT", path, "change owners", {**power, "users": users})
        return {}

    def _one(self, room: str, member: str, act: Callable[[str, str], Reply], *, wanted: bool) -> dict[str, Exception]:
        try:
            reply = act(room, member)
        except SkipAccount as refusal:
            return {member: refusal}
        if reply.status == FORBIDDEN and (member in self._members(room)) != wanted:
            self._refuse_outsider(room)
            return {member: SkipAccount("change members: the homeserver does not allow it for this account")}
        return {}

    def _join(self, room: str, member: str) -> Reply:
        return self._server.admin("POST", f"/v1/join/{segment(room)}", "add member", {"user_id": member}, accept=(403,))

    def _kick(self, room: str, member: str) -> Reply:
        path = f"/rooms/{segment(room)}/kick"
        return self._server.client("POST", path, "remove member", {"user_id": member}, accept=(FORBIDDEN,))

    def _refuse_outsider(self, room: str) -> None:
        """Raise NeedsAdmin when the bot itself was thrown out, which would refuse everybody."""
        if self._server.bot not in self._members(room):
            raise NeedsAdmin("change members: our bot is not in the room", hint="let it join again as room admin")

    def _members(self, room: str) -> frozenset[str]:
        path = f"/v1/rooms/{segment(room)}/members"
        return frozenset(self._server.admin("GET", path, "list members").fields.get("members") or ())

    def _power(self, room: str) -> Mapping[str, Any]:
        path = f"/rooms/{segment(room)}/state/m.room.power_levels"
        return self._server.client("GET", path, "read owners").fields

    def _owners(self, power: Mapping[str, Any]) -> frozenset[str]:
        users = power.get("users") or {}
        return frozenset(
            str(user) for user, level in users.items() if user != self._server.bot and int(level) >= self._owner_level
        )

    def _ours(self, alias: str) -> str:
        reply = self._server.client("GET", f"/directory/room/{segment(alias)}", "look up the alias", accept=(MISSING,))
        room = str(reply.fields.get("room_id") or "")
        if not room:
            return ""
        details = self._server.admin("GET", f"/v1/rooms/{segment(room)}", "look at the room").fields
        if details.get("creator") != self._server.bot:
            raise SkipAccount("create room: its alias leads to a room of somebody else", hint="remove that alias")
        return room


def alias_of(key: str, prefix: str) -> str:
    """Return the local part of the alias that stands for a group key; every key has its own."""
    return prefix + "".join(chr(byte) if PLAIN.fullmatch(chr(byte)) else f"={byte:02x}" for byte in key.encode())


def key_of(alias: str, prefix: str) -> str:
    """Return the group key an alias stands for, empty when it is none of ours."""
    localpart = alias.removeprefix("#").rsplit(":", 1)[0] if ":" in alias else ""
    if not localpart.startswith(prefix):
        return ""
    text = localpart.removeprefix(prefix)
    try:
        return re.sub(rb"=([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), text.encode()).decode()
    except UnicodeDecodeError:
        return ""
