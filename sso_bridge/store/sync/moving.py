"""Accounts that turn out to be somebody else's than we thought: what we know moves, the platform is not touched.

An account that has moved has no fingerprint: the next plan changes it, gives it the person's id, and shows that first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, exists, select, update

from provisioners.ports import AccountShadow
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables.login import link
from sso_bridge.store.tables.sync import account_name, given_value
from sso_bridge.store.tables.sync import account_shadow as accounts

LIVING = ("active", "suspended")


@dataclass(frozen=True, slots=True)
class Moved:
    """One account that has moved, by what its platform calls it."""

    platform: str
    remote_id: str


class Moving:
    """Every method joins the open transaction."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._shadows = StoredShadows(store, clock)
        self._clock = clock

    def holds(self, connection: Connection, person_id: int) -> tuple[bool, bool]:
        """Return whether this person has accounts that live, and ways to sign in."""
        living = exists().where(accounts.c.person_id == person_id, accounts.c.state.in_(LIVING))
        linked = exists().where(link.c.person_id == person_id)
        found = connection.execute(select(living, linked)).one()
        return bool(found[0]), bool(found[1])

    def platforms(self, connection: Connection, person_id: int) -> tuple[str, ...]:
        """Return where this person has an account that lives."""
        query = select(accounts.c.platform).where(accounts.c.person_id == person_id, accounts.c.state.in_(LIVING))
        return tuple(connection.execute(query.order_by(accounts.c.platform)).scalars())

    def move(self, connection: Connection, from_: int, to: int, only: Iterable[Moved] | None = None) -> list[Moved]:
        """Move the accounts of one person to another who has none there; return which. The others stay."""
        chosen = None if only is None else set(only)
        query = select(accounts.c.platform, accounts.c.remote_id, accounts.c.state, accounts.c.person_id)
        rows = connection.execute(query.where(accounts.c.person_id.in_([from_, to]))).all()
        busy = {row.platform for row in rows if row.person_id == to and row.state in LIVING}
        moved = []
        for row in rows:
            one = Moved(row.platform, row.remote_id)
            mine = row.person_id == from_ and row.state in LIVING and row.platform not in busy
            if mine and (chosen is None or one in chosen):
                self._move(connection, one, from_, to)
                moved.append(one)
        return moved

    def adopt(self, connection: Connection, shadow: AccountShadow, to: int) -> None:
        """Take over an account that was nobody's; ValueError when the person has one there."""
        mine = (accounts.c.platform == shadow.platform, accounts.c.person_id == to)
        state = connection.execute(select(accounts.c.state).where(*mine)).scalar()
        if state in LIVING:
            raise ValueError("this person has an account there")
        connection.execute(delete(accounts).where(*mine))
        now = self._clock()
        self._shadows.keep_account(replace(shadow, person_id=to, management="adopted", fingerprint="", state_since=now))

    def let_go(self, connection: Connection, moved: Moved, from_: int) -> bool:
        """Undo `adopt`: the account is nobody's, and left alone; False when it is not this person's any more."""
        mine = (accounts.c.platform == moved.platform, accounts.c.remote_id == moved.remote_id)
        held = (*mine, accounts.c.person_id == from_)
        if connection.execute(select(accounts.c.id).where(*held)).first() is None:
            return False
        connection.execute(update(accounts).where(*held).values(person_id=None, management="unmanaged"))
        self._forget_names(connection, moved.platform, from_)
        self._regroup(moved.platform, from_, None)
        return True

    def _move(self, connection: Connection, one: Moved, from_: int, to: int) -> None:
        target = (accounts.c.platform == one.platform, accounts.c.person_id == to)
        connection.execute(delete(accounts).where(*target))
        mine = (accounts.c.platform == one.platform, accounts.c.person_id == from_)
        connection.execute(update(accounts).where(*mine).values(person_id=to, fingerprint=""))
        self._forget_names(connection, one.platform, to)
        names = (account_name.c.platform == one.platform, account_name.c.person_id == from_)
        connection.execute(update(account_name).where(*names).values(person_id=to))
        given = (given_value.c.platform == one.platform, given_value.c.person_id == from_)
        connection.execute(update(given_value).where(*given).values(person_id=to))
        self._regroup(one.platform, from_, to)

    def _forget_names(self, connection: Connection, platform: str, person_id: int) -> None:
        mine = (account_name.c.platform == platform, account_name.c.person_id == person_id)
        connection.execute(delete(account_name).where(*mine))

    def _regroup(self, platform: str, from_: int, to: int | None) -> None:
        """Let the known groups name the account's new holder."""
        new = frozenset[int]() if to is None else frozenset({to})
        for group in list(self._shadows.groups(platform)):
            members, owners = (self._renamed(known, from_, new) for known in (group.members, group.owners))
            if (members, owners) != (group.members, group.owners):
                self._shadows.keep_group(replace(group, members=members, owners=owners))

    @staticmethod
    def _renamed(known: frozenset[int], from_: int, new: frozenset[int]) -> frozenset[int]:
        return (known - {from_}) | new if from_ in known else known
