"""The last known state of all platforms (`provisioners.ports.Shadows`)."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import Column, Row, bindparam, delete, func, select

from provisioners.ports import OURS, AccountShadow, GroupShadow
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.account_names import holders_of, keep_names
from sso_bridge.store.sync.given_values import Seal, give_value, given_to
from sso_bridge.store.tables.sync import account_shadow as accounts
from sso_bridge.store.tables.sync import contact
from sso_bridge.store.tables.sync import group_shadow as groups
from sso_bridge.store.upsert import upsert

CHUNK = 500
_FORGET_NOBODYS = delete(accounts).where(
    accounts.c.platform == bindparam("of"), accounts.c.remote_id == bindparam("called"), accounts.c.person_id.is_(None)
)


class StoredShadows:
    """Shadows in the database. Who gives values for ever needs `seal`, to know those of erased people."""

    def __init__(self, store: Store, clock: Clock, seal: Seal = bytes) -> None:
        self.store = store
        self.clock = clock
        self.seal = seal

    def account(self, platform: str, person_id: int) -> AccountShadow | None:
        """Return the shadow of this person's account, or None."""
        return self._account(accounts.c.platform == platform, accounts.c.person_id == person_id)

    def has_account(self, platform: str, person_id: int) -> bool:
        """Return whether this person has an active account of ours there."""
        known = self.account(platform, person_id)
        return known is not None and known.state == "active" and known.management in OURS

    def account_of(self, platform: str, remote_id: str) -> AccountShadow | None:
        """Return the shadow of the account that the platform calls this, or None."""
        return self._account(accounts.c.platform == platform, accounts.c.remote_id == remote_id)

    def some(self, platform: str, person_ids: Iterable[int]) -> Mapping[int, AccountShadow]:
        """Return the shadows that there are of these persons' accounts."""
        wanted = sorted(set(person_ids))
        found: dict[int, AccountShadow] = {}
        with self.store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(accounts).where(
                    accounts.c.platform == platform, accounts.c.person_id.in_(wanted[start : start + CHUNK])
                )
                found.update((row.person_id, _account(row)) for row in connection.execute(query))
        return found

    def of_people(self, platform: str, person_ids: Iterable[int]) -> Mapping[int, AccountShadow]:
        """Return the shadows of these persons' accounts, those that there are."""
        return {shadow.person_id: shadow for shadow in self._among(platform, accounts.c.person_id, person_ids)}

    def of_remote(self, platform: str, remote_ids: Iterable[str]) -> Mapping[str, AccountShadow]:
        """Return the shadows of the accounts that the platform calls these, those that there are."""
        return {shadow.remote_id: shadow for shadow in self._among(platform, accounts.c.remote_id, remote_ids)}

    def accounts(self, platform: str) -> Iterator[AccountShadow]:
        """Yield all shadows of a platform by person id, those that are nobody's first."""
        query = select(accounts).where(accounts.c.platform == platform)
        with self.store.reading() as connection:
            for row in connection.execute(query.where(accounts.c.person_id.is_(None)).order_by(accounts.c.id)):
                yield _account(row)
            held = query.where(accounts.c.person_id.is_not(None)).order_by(accounts.c.person_id)
            with connection.execute(held.execution_options(yield_per=2000)) as rows:
                for row in rows:
                    yield _account(row)

    def states(self, platform: str) -> Iterator[tuple[int, str, str, str]]:
        """Yield person id, fingerprint, state and management of a whole platform: what a plan compares first."""
        query = select(accounts.c.person_id, accounts.c.fingerprint, accounts.c.state, accounts.c.management).where(
            accounts.c.platform == platform, accounts.c.person_id.is_not(None)
        )
        with self.store.reading() as connection:
            rows: Iterable[tuple[int, str, str, str]] = cast("Any", connection.execute(query).cursor)
            yield from rows  # as the driver gives them, in half the time

    def sizes(self, platform: str, most: int | None = None) -> tuple[int, int]:
        """Return how many active accounts and how many memberships there are; accounts are counted up to `most`."""
        query = select(accounts.c.id).where(accounts.c.platform == platform, accounts.c.state == "active")
        query = query.where(accounts.c.management.in_(sorted(OURS)), accounts.c.person_id.is_not(None)).limit(most)
        total = func.coalesce(func.sum(func.length(groups.c.members)), 0)
        with self.store.reading() as connection:
            active = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
            bytes_ = connection.execute(select(total).where(groups.c.platform == platform)).scalar_one()
        return active, int(bytes_) // array("I").itemsize

    def unowned(self, platform: str) -> Iterator[AccountShadow]:
        """Yield the accounts that are nobody's we know."""
        query = select(accounts).where(accounts.c.platform == platform, accounts.c.person_id.is_(None))
        with self.store.reading() as connection:
            for row in connection.execute(query.order_by(accounts.c.id)):
                yield _account(row)

    def holders(self, platform: str, names: Iterable[str]) -> Mapping[str, frozenset[int]]:
        """Return who has an account there with one of these names, those that there are."""
        with self.store.reading() as connection:
            return holders_of(connection, platform, names)

    def given(self, platform: str, attribute: str, values: Iterable[str]) -> Mapping[str, int]:
        """Return to whom these values of a unique attribute were ever given, those that were."""
        with self.store.reading() as connection:
            return given_to(connection, platform, attribute, values, self.seal)

    def give(self, platform: str, attribute: str, value: str, person_id: int) -> bool:
        """Give a value to this person for ever; return False when it was ever given to somebody else."""
        with self.store.writing() as connection:
            return give_value(connection, platform, attribute, value, person_id, self.clock(), self.seal)

    def choose(self, platform: str, person_id: int, candidates: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
        """Return what this person has, or is given now, of values that nobody shares; a missing one has none left."""
        chosen: dict[str, str] = {}
        shadow = self.account(platform, person_id)
        has = shadow.attributes if shadow is not None and shadow.state != "deleted" else {}
        for name, options in candidates.items():
            if has.get(name) in options:
                chosen[name] = str(has[name])
                continue
            owners = self.given(platform, name, options)
            own = [option for option in options if owners.get(option) == person_id]
            free = [option for option in options if option not in owners]
            found = next((one for one in (*own, *free) if self.give(platform, name, one, person_id)), None)
            if found is not None:
                chosen[name] = found
        return chosen

    def remote_ids(self, platform: str, person_ids: Iterable[int]) -> Mapping[int, str]:
        """Return the remote id of each of these persons who has an account that is not deleted."""
        wanted = sorted(set(person_ids))
        found: dict[int, str] = {}
        with self.store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(accounts.c.person_id, accounts.c.remote_id).where(
                    accounts.c.platform == platform,
                    accounts.c.person_id.in_(wanted[start : start + CHUNK]),
                    accounts.c.state != "deleted",
                )
                found.update((row.person_id, row.remote_id) for row in connection.execute(query))
        return found

    def keep_account(self, shadow: AccountShadow) -> None:
        """Insert or replace: by (platform, person_id) when there is a person, else by (platform, remote_id)."""
        self.keep_accounts([shadow])

    def keep_accounts(self, shadows: Iterable[AccountShadow]) -> None:
        """Insert or replace many, as `keep_account` does."""
        owned: list[dict[str, Any]] = []
        nobodys: list[dict[str, Any]] = []
        for shadow in shadows:
            (owned if shadow.person_id else nobodys).append(self._row(shadow))
        with self.store.writing() as connection:
            if owned:
                connection.execute(
                    _FORGET_NOBODYS, [{"of": row["platform"], "called": row["remote_id"]} for row in owned]
                )
            upsert(connection, accounts, owned, keys=("platform", "person_id"))
            upsert(connection, accounts, nobodys, keys=("platform", "remote_id"))
            for platform in {row["platform"] for row in owned}:
                keep_names(connection, platform, [row for row in owned if row["platform"] == platform])

    def group(self, platform: str, key: str) -> GroupShadow | None:
        """Return the shadow of this group, or None."""
        query = select(groups).where(groups.c.platform == platform, groups.c.key == key)
        with self.store.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else _group(row)

    def groups(self, platform: str) -> Iterator[GroupShadow]:
        """Yield all groups of a platform by key."""
        query = select(groups).where(groups.c.platform == platform).order_by(groups.c.key)
        streamed = query.execution_options(yield_per=100)
        with self.store.reading() as connection, connection.execute(streamed) as rows:
            for row in rows:
                yield _group(row)

    def keep_group(self, shadow: GroupShadow) -> None:
        """Insert or replace by (platform, key)."""
        row = {
            "platform": shadow.platform,
            "key": shadow.key,
            "remote_id": shadow.remote_id,
            "name": shadow.name,
            "management": shadow.management,
            "members": packed(shadow.members),
            "owners": packed(shadow.owners),
            "groups": sorted(shadow.groups),
            "description": shadow.description,
            "state": shadow.state,
            "state_since": shadow.state_since,
            "changed_at": self.clock(),
        }
        with self.store.writing() as connection:
            upsert(connection, groups, row, keys=("platform", "key"))

    def change_members(
        self, platform: str, key: str, *, add: Iterable[int] = (), remove: Iterable[int] = (), owners: bool = False
    ) -> None:
        """Add and remove members (or owners) of a known group; an unknown group is left unknown."""
        with self.store.writing() as connection:
            query = select(groups).where(groups.c.platform == platform, groups.c.key == key).with_for_update()
            row = connection.execute(query).first()
            if row is None:
                return
            group = _group(row)
            if owners:
                self.keep_group(replace(group, owners=(group.owners | set(add)) - set(remove)))
            else:
                self.keep_group(replace(group, members=(group.members | set(add)) - set(remove)))

    def forget_group(self, platform: str, key: str) -> None:
        """Forget a group that was deleted, also as one inside others."""
        with self.store.writing() as connection:
            connection.execute(delete(groups).where(groups.c.platform == platform, groups.c.key == key))
            for group in [each for each in self.groups(platform) if key in each.groups]:
                self.keep_group(replace(group, groups=group.groups - {key}))

    def contacted(self, platform: str) -> bool:
        """Return whether the accounts of this platform have ever been read in full."""
        with self.store.reading() as connection:
            return connection.execute(select(contact).where(contact.c.platform == platform)).first() is not None

    def mark_contacted(self, platform: str) -> None:
        """Remember that all accounts were read, now."""
        with self.store.writing() as connection:
            upsert(connection, contact, {"platform": platform, "read_at": self.clock()}, keys=("platform",))

    def _among(self, platform: str, column: Column[Any], values: Iterable[Any]) -> Iterator[AccountShadow]:
        wanted = sorted(set(values))
        with self.store.reading() as connection:
            for start in range(0, len(wanted), CHUNK):
                query = select(accounts).where(
                    accounts.c.platform == platform, column.in_(wanted[start : start + CHUNK])
                )
                yield from map(_account, connection.execute(query))

    def _account(self, *conditions: Any) -> AccountShadow | None:
        with self.store.reading() as connection:
            row = connection.execute(select(accounts).where(*conditions)).first()
        return None if row is None else _account(row)

    def _row(self, shadow: AccountShadow) -> dict[str, Any]:
        return {
            "platform": shadow.platform,
            "person_id": shadow.person_id or None,
            "remote_id": shadow.remote_id,
            "external_id": shadow.external_id,
            "state": shadow.state,
            "management": shadow.management,
            "fingerprint": shadow.fingerprint,
            "attributes": dict(shadow.attributes),
            "state_since": shadow.state_since,
            "changed_at": self.clock(),
        }


def packed(ids: Iterable[int]) -> bytes:
    """Return sorted ids as 32-bit numbers, the form of the member columns."""
    return array("I", sorted(ids)).tobytes()


def unpacked(body: bytes) -> frozenset[int]:
    """Return the ids of a member column."""
    ids = array("I")
    ids.frombytes(body)
    return frozenset(ids)


def _account(row: Row[Any]) -> AccountShadow:
    attributes = {name: tuple(value) if isinstance(value, list) else value for name, value in row.attributes.items()}
    return AccountShadow(
        platform=row.platform,
        person_id=row.person_id or 0,
        remote_id=row.remote_id,
        state=row.state,
        management=row.management,
        external_id=row.external_id,
        fingerprint=row.fingerprint,
        attributes=attributes,
        state_since=row.state_since,
    )


def _group(row: Row[Any]) -> GroupShadow:
    return GroupShadow(
        row.platform, row.key, row.remote_id, row.name, row.management, unpacked(row.members), unpacked(row.owners),
        frozenset(row.groups), row.description, row.state, row.state_since,
    )  # fmt: skip
