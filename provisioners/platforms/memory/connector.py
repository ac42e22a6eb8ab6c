"""Accounts and groups in dicts, with the manners of a real platform: own ids, unique names, unknown members refused."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count

from mappings.desired import Account
from provisioners.errors import SkipAccount, SyncError
from provisioners.platforms.contract import RemoteAccount, RemoteGroup


class Memory:
    """All abilities. `writes` counts what really changed something."""

    def __init__(self, platform: str) -> None:
        self.platform = platform
        self.people: dict[str, RemoteAccount] = {}
        self.rooms: dict[str, RemoteGroup] = {}
        self.writes = 0
        self._ids = count(1)
        self._changing = threading.RLock()

    def check(self) -> str:
        """Return how much it holds."""
        return f"memory: {len(self.people)} accounts, {len(self.rooms)} groups"

    def accounts(self) -> Iterator[RemoteAccount]:
        """Yield every account as it is now."""
        yield from tuple(self.people.values())

    def find(self, external_id: str) -> RemoteAccount | None:
        """Return the account with our external id."""
        return next((found for found in self.accounts() if found.external_id == external_id), None)

    def create(self, account: Account) -> str:
        """Create, or return the one with our external id; a user name is given out once."""
        with self._changing:
            if found := self.find(account.person_uuid):
                return found.remote_id
            name = str(account.attributes.get("userName", ""))
            if name and any(other.attributes.get("userName") == name for other in self.people.values()):
                raise SkipAccount("create account: the user name is taken", hint="map another userName")
            remote_id = f"m{next(self._ids)}"
            active = account.state == "active"
            self._keep(RemoteAccount(remote_id, account.person_uuid, active, dict(account.attributes)))
            return remote_id

    def update(self, remote_id: str, account: Account) -> None:
        """Set the managed attributes, and our mark."""
        with self._changing:
            old = self._account(remote_id)
            attributes = {**old.attributes, **account.attributes}
            self._keep(replace(old, external_id=account.person_uuid, attributes=attributes))

    def suspend(self, remote_id: str) -> None:
        """Set inactive."""
        with self._changing:
            self._keep(replace(self._account(remote_id), active=False))

    def reactivate(self, remote_id: str) -> None:
        """Set active."""
        with self._changing:
            self._keep(replace(self._account(remote_id), active=True))

    def delete(self, remote_id: str) -> None:
        """Forget the account and its memberships."""
        with self._changing:
            if self.people.pop(remote_id, None) is not None:
                self.writes += 1
            for group in tuple(self.rooms.values()):
                self._keep_group(replace(group, members=group.members - {remote_id}, owners=group.owners - {remote_id}))

    def groups(self) -> Iterator[RemoteGroup]:
        """Yield every group as it is now."""
        yield from tuple(self.rooms.values())

    def create_group(self, key: str, name: str) -> str:
        """Create, or return the one with our key."""
        with self._changing:
            known = next((group for group in self.rooms.values() if group.external_id == key), None)
            if known:
                return known.remote_id
            remote_id = f"g{next(self._ids)}"
            self._keep_group(RemoteGroup(remote_id, name, key))
            return remote_id

    def rename_group(self, remote_id: str, name: str) -> None:
        """Change the name."""
        with self._changing:
            self._keep_group(replace(self._group(remote_id), name=name))

    def delete_group(self, remote_id: str) -> None:
        """Forget the group."""
        with self._changing:
            if self.rooms.pop(remote_id, None) is not None:
                self.writes += 1
            for group in tuple(self.rooms.values()):
                self._keep_group(replace(group, groups=group.groups - {remote_id}))

    def describe_group(self, remote_id: str, text: str) -> None:
        """Change the description."""
        with self._changing:
            self._keep_group(replace(self._group(remote_id), description=text))

    def change_groups(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Add and remove; unknown groups, and such as would hold themselves, are reported, the others are done."""
        with self._changing:
            group, asked = self._group(remote_id), frozenset(add)
            known = frozenset(each for each in asked if each in self.rooms and remote_id not in self._inside(each))
            self._keep_group(replace(group, groups=(group.groups | known) - frozenset(remove)))
            return {each: SkipAccount("change group: no such group, or a loop") for each in asked - known}

    def change_members(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Add and remove; unknown accounts are reported, the others are done."""
        with self._changing:
            group = self._group(remote_id)
            known, failures = self._known(add)
            self._keep_group(replace(group, members=(group.members | known) - frozenset(remove)))
            return failures

    def change_owners(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Add and remove; unknown accounts are reported, the others are done."""
        with self._changing:
            group = self._group(remote_id)
            known, failures = self._known(add)
            self._keep_group(replace(group, owners=(group.owners | known) - frozenset(remove)))
            return failures

    def _inside(self, remote_id: str) -> set[str]:
        """Return this group and all groups inside it."""
        found, ahead = set[str](), [remote_id]
        while ahead:
            if (each := ahead.pop()) not in found:
                found.add(each)
                ahead += self.rooms[each].groups
        return found

    def _known(self, wanted: Iterable[str]) -> tuple[frozenset[str], Mapping[str, SyncError]]:
        asked = frozenset(wanted)
        unknown = asked - frozenset(self.people)
        return asked - unknown, {member: SkipAccount("change group: no such account") for member in unknown}

    def _account(self, remote_id: str) -> RemoteAccount:
        if remote_id not in self.people:
            raise SkipAccount("the account is not there any more")
        return self.people[remote_id]

    def _group(self, remote_id: str) -> RemoteGroup:
        if remote_id not in self.rooms:
            raise SkipAccount("the group is not there any more")
        return self.rooms[remote_id]

    def _keep(self, account: RemoteAccount) -> None:
        if self.people.get(account.remote_id) != account:
            self.people[account.remote_id] = account
            self.writes += 1

    def _keep_group(self, group: RemoteGroup) -> None:
        if self.rooms.get(group.remote_id) != group:
            self.rooms[group.remote_id] = group
            self.writes += 1
