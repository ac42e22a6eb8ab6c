"""What a connector must be able to do, and what it may do besides.

Every verb is safe to repeat: creating what exists with our external id returns it, suspending a suspended
account changes nothing, adding a member twice is no error. "Already so" answers of a platform become success
here, inside the connector. Errors are those of `provisioners.errors`; anything else stops the run.
A connector keeps one pooled HTTP session, may be used by several threads, and never logs a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from mappings.desired import Account, Value


@dataclass(frozen=True, slots=True)
class RemoteAccount:
    """An account as the platform tells it. `external_id` is ours (a person's UUID) or empty."""

    remote_id: str
    external_id: str = ""
    active: bool = True
    attributes: Mapping[str, Value] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True, slots=True)
class RemoteGroup:
    """A group as the platform tells it; `external_id` is our group key or empty, members are remote account ids.

    `groups` are the remote ids of the groups inside it.
    """

    remote_id: str
    name: str
    external_id: str = ""
    members: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    description: str = ""


class Connector(Protocol):
    """The required part: accounts."""

    @property
    def platform(self) -> str:
        """Return the name of the platform in the configuration."""
        ...

    def check(self) -> str:
        """Return one sentence about the reachable service; raise NeedsAdmin or TryAgain. Reads only."""
        ...

    def accounts(self) -> Iterator[RemoteAccount]:
        """Yield every account, paged. Raises before the end rather than ending early: an error is never an absence."""
        ...

    def find(self, external_id: str) -> RemoteAccount | None:
        """Return the account that carries our external id; None only when the platform says there is none."""
        ...

    def create(self, account: Account) -> str:
        """Create the account, or return the one that already carries our external id; the platform's id for it."""
        ...

    def update(self, remote_id: str, account: Account) -> None:
        """Bring the attributes we manage to the wanted values; others are left alone.

        The account gets our mark where it has not: it was found to be this person's, and somebody has agreed.
        """
        ...

    def suspend(self, remote_id: str) -> None:
        """Take away sign-in and use, reversibly; sessions end where the platform can do that."""
        ...

    def reactivate(self, remote_id: str) -> None:
        """Give back what `suspend` took."""
        ...


@runtime_checkable
class HasDeletion(Protocol):
    """Optional: accounts can be deleted for good."""

    def delete(self, remote_id: str) -> None:
        """Delete; an account that is already gone is success."""
        ...


@runtime_checkable
class HasGroups(Protocol):
    """Optional: the platform has groups, rooms or communities that we may fill."""

    def groups(self) -> Iterator[RemoteGroup]:
        """Yield every group we can see, members included."""
        ...

    def create_group(self, key: str, name: str) -> str:
        """Create the group, or return the one that already carries our key; the platform's id for it."""
        ...

    def rename_group(self, remote_id: str, name: str) -> None:
        """Change the name people see."""
        ...

    def delete_group(self, remote_id: str) -> None:
        """Delete; a group that is already gone is success."""
        ...

    def change_members(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Add and remove remote account ids in as few calls as the platform allows.

        Returns the members that failed with the reason each; empty when all went well.
        """
        ...


@runtime_checkable
class HasOwners(Protocol):
    """Optional: groups have owners or moderators."""

    def change_owners(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Like `change_members`, for owners."""
        ...


@runtime_checkable
class HasNesting(Protocol):
    """Optional: groups can hold groups, and who is in an inner one counts as a member of the outer one."""

    def change_groups(
        self, remote_id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()
    ) -> Mapping[str, Exception]:
        """Like `change_members`, for the remote ids of groups."""
        ...


@runtime_checkable
class HasDescriptions(Protocol):
    """Optional: groups have a text that says what they are for."""

    def describe_group(self, remote_id: str, text: str) -> None:
        """Change the text; an empty one clears it."""
        ...
