"""What the sync needs from outside, said here and brought by `sso_bridge.store` and `sso_bridge.jobs`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from mappings.desired import AccountState, Value
from mappings.people import Person, Unit

if TYPE_CHECKING:  # a step of the sync names these ports; only `plan` and later steps may know the plan itself
    from provisioners.sync.plan.change import Change, Kind, Plan

Clock = Callable[[], datetime]
Transaction = Callable[[], AbstractContextManager[object]]
"""Opens or joins a transaction: everything the ports write inside is kept or lost together (`Store.writing`)."""

Management = Literal["managed", "adopted", "unmanaged", "protected"]
"""managed: we created it, or it carries our external id; adopted: taken over by an explicit act; unmanaged: seen, not
ours; protected: never touched, whatever the rules say. Only the first two are ever changed (PR-06)."""

GroupState = Literal["live", "archived"]

OURS = frozenset({"managed", "adopted"})


@dataclass(frozen=True, slots=True)
class AccountShadow:
    """What we last knew of one account on a platform.

    `person_id` is 0 for an account that is nobody's. `fingerprint` is `fingerprint.of_account(state, attributes)`
    (references as UUIDs). `state_since` is when the account got its state by our hand: retention counts from it.
    A deleted account keeps its row with state `deleted`, so that nothing is created twice by mistake.
    """

    platform: str
    person_id: int
    remote_id: str
    state: AccountState = "active"
    management: Management = "managed"
    external_id: str = ""
    fingerprint: str = ""
    attributes: Mapping[str, Value] = field(default_factory=dict)
    state_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class GroupShadow:
    """What we last knew of one group; `key` is the text of its `GroupKey`, members and owners are person ids.

    `groups` are the keys of the groups inside it. A group behind which nothing stands any more is `archived`;
    `state_since` is when it was, by our hand: the days to its deletion count from it.
    """

    platform: str
    key: str
    remote_id: str
    name: str = ""
    management: Management = "managed"
    members: frozenset[int] = frozenset()
    owners: frozenset[int] = frozenset()
    groups: frozenset[str] = frozenset()
    description: str = ""
    state: GroupState = "live"
    state_since: datetime | None = None


class Stated(Protocol):
    """Somebody as HR stated them. `digest` is eight bytes that differ when anything said of the person does."""

    @property
    def id(self) -> int:
        """Return our dense id."""
        ...

    @property
    def uuid(self) -> str:
        """Return our public id."""
        ...

    @property
    def key(self) -> str:
        """Return HR's number."""
        ...

    @property
    def digest(self) -> bytes:
        """Return the digest of everything, also of being gone."""
        ...

    @property
    def part_of(self) -> int:
        """Return our id of the person whom this row is part of; 0 when it is a person of its own."""
        ...

    def person(self) -> Person:
        """Return the person, made anew; those who are gone have status `gone`."""
        ...


class Staff(Protocol):
    """The staff register, for reading everybody."""

    def everyone(self) -> Iterator[Stated]:
        """Yield everybody in the order of our ids, also those who are gone."""
        ...

    def units(self) -> Iterator[Unit]:
        """Yield every dated row of every unit."""
        ...

    def version(self) -> int:
        """Return the number of the organisation: it grows with every accepted change."""
        ...


class Remembered(Protocol):
    """What was derived for whom, packed per block of persons; a cache that may be lost at any time."""

    def blocks(self, platform: str, rules: str) -> Mapping[int, bytes]:
        """Return all blocks that were derived with these rules."""
        ...

    def keep(self, platform: str, rules: str, blocks: Mapping[int, bytes]) -> None:
        """Insert or replace these blocks."""
        ...


class Shadows(Protocol):
    """The last known state of all platforms. Written by the executor in the transaction of its result."""

    def account(self, platform: str, person_id: int) -> AccountShadow | None:
        """Return the shadow of this person's account, or None."""
        ...

    def account_of(self, platform: str, remote_id: str) -> AccountShadow | None:
        """Return the shadow of the account that the platform calls this, or None."""
        ...

    def some(self, platform: str, person_ids: Iterable[int]) -> Mapping[int, AccountShadow]:
        """Return the shadows that there are of these persons' accounts."""
        ...

    def accounts(self, platform: str) -> Iterator[AccountShadow]:
        """Yield all shadows of a platform by person id, those that are nobody's first."""
        ...

    def states(self, platform: str) -> Iterator[tuple[int, str, str, str]]:
        """Yield person id, fingerprint, state and management of a whole platform: what a plan compares first."""
        ...

    def sizes(self, platform: str, most: int | None = None) -> tuple[int, int]:
        """Return how many active accounts of ours and memberships there are; accounts are counted to `most`."""
        ...

    def unowned(self, platform: str) -> Iterator[AccountShadow]:
        """Yield the accounts that are nobody's we know."""
        ...

    def of_people(self, platform: str, person_ids: Iterable[int]) -> Mapping[int, AccountShadow]:
        """Return the shadows of these persons' accounts, those that there are."""
        ...

    def of_remote(self, platform: str, remote_ids: Iterable[str]) -> Mapping[str, AccountShadow]:
        """Return the shadows of the accounts that the platform calls these, those that there are."""
        ...

    def holders(self, platform: str, names: Iterable[str]) -> Mapping[str, frozenset[int]]:
        """Return who has an account there with one of these names (`plan.ownership.names_of`), those that there are."""
        ...

    def given(self, platform: str, attribute: str, values: Iterable[str]) -> Mapping[str, int]:
        """Return to whom these values of a unique attribute were ever given, those that were; capitals do not count."""
        ...

    def give(self, platform: str, attribute: str, value: str, person_id: int) -> bool:
        """Give a value to this person for ever; return False when it was ever given to somebody else."""
        ...

    def remote_ids(self, platform: str, person_ids: Iterable[int]) -> Mapping[int, str]:
        """Return the remote id of each of these persons who has an account that is not deleted."""
        ...

    def keep_account(self, shadow: AccountShadow) -> None:
        """Insert or replace: by (platform, person_id) when there is a person, else by (platform, remote_id)."""
        ...

    def keep_accounts(self, shadows: Iterable[AccountShadow]) -> None:
        """Insert or replace many, as `keep_account` does."""
        ...

    def group(self, platform: str, key: str) -> GroupShadow | None:
        """Return the shadow of this group, or None."""
        ...

    def groups(self, platform: str) -> Iterator[GroupShadow]:
        """Yield all groups of a platform by key."""
        ...

    def keep_group(self, shadow: GroupShadow) -> None:
        """Insert or replace by (platform, key)."""
        ...

    def forget_group(self, platform: str, key: str) -> None:
        """Forget a group that was deleted, also as one inside others."""
        ...

    def change_members(
        self, platform: str, key: str, *, add: Iterable[int] = (), remove: Iterable[int] = (), owners: bool = False
    ) -> None:
        """Add and remove members (or owners) of a known group."""
        ...

    def contacted(self, platform: str) -> bool:
        """Return whether the accounts of this platform have ever been read in full."""
        ...

    def mark_contacted(self, platform: str) -> None:
        """Remember that all accounts were read, now."""
        ...


class Plans(Protocol):
    """Immutable plans by digest."""

    def keep(self, plan: Plan) -> int:
        """Store the plan once and return its number; the same digest gives the same number."""
        ...

    def number(self, reference: str) -> int | None:
        """Return the number of the plan with this number, digest or unique beginning of a digest (8 digits or more)."""
        ...

    def load(self, number: int) -> Plan | None:
        """Return the plan, checked against its digest; raises `errors.Stale` when it was tampered with."""
        ...

    def changes(self, number: int) -> Iterator[tuple[int, Change]]:
        """Yield (position, change) in order, from 0, without loading the whole plan."""
        ...


class Ledger(Protocol):
    """What planning asks of the action ledger; the executor's own port adds leases and results."""

    def done_since(self, platform: str, kinds: Iterable[Kind], since: datetime) -> int:
        """Return how many single changes of these kinds were carried out since then, for guards with a window."""
        ...

    def still_open(self, platform: str, kinds: Iterable[Kind], besides: Iterable[int]) -> int:
        """Return how many single changes of these kinds are still to be made, but for the accounts of these people."""
        ...

    def small_since(self, platform: str, kinds: Iterable[Kind], since: datetime, besides: Iterable[int]) -> int:
        """Return how many accounts, but for these people's, or memberships plans after changes have moved since then.

        What is still to be moved counts too; what completes an account that the same run makes does not.
        """
        ...

    def small_updates(self, platform: str, since: datetime) -> Iterator[Change]:
        """Yield the updates of accounts that plans after changes have made since then, or are still to make."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One act for the audit; see `sso_bridge.audit.events.Event`. Never holds a secret."""

    what: str
    target: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    why: str = ""
    reference: str = ""


class Trail(Protocol):
    """Somewhere that remembers acts, in the open transaction."""

    def record(self, *entries: Entry) -> None:
        """Append the entries, in order."""
        ...
