"""How far the drift reader has come with a platform."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from sqlalchemy import func, select, update

from provisioners.ports import OURS, AccountShadow
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables.sync import account_shadow as accounts
from sso_bridge.store.tables.sync import contact


class DriftRound:
    """The accounts of one platform that are ours, in the order of person ids, again and again."""

    def __init__(self, store: Store, platform: str) -> None:
        self._store = store
        self._platform = platform
        self._mine = (
            accounts.c.platform == platform,
            accounts.c.person_id.is_not(None),
            accounts.c.state != "deleted",
            accounts.c.management.in_(sorted(OURS)),
            accounts.c.fingerprint != "",  # found to be somebody's, and not brought to what is wanted yet
        )

    def left(self, part: int, nights: int, at_once: int) -> int:
        """Return how many accounts are left of a night's share after so many parts; 0 for a platform never met."""
        known = select(contact.c.platform).where(contact.c.platform == self._platform)
        with self._store.reading() as connection:
            if connection.execute(known).first() is None:
                return 0
            count = connection.execute(select(func.count()).select_from(accounts).where(*self._mine)).scalar_one()
        return max(0, ceil(count / nights) - part * at_once)

    def following(self, shadows: StoredShadows, limit: int) -> Sequence[AccountShadow]:
        """Return the next accounts; fewer than the limit when the round ends with them."""
        after = select(contact.c.drift_after).where(contact.c.platform == self._platform)
        with self._store.reading() as connection:
            place = connection.execute(after).scalar_one_or_none() or 0
            query = select(accounts.c.person_id).where(*self._mine, accounts.c.person_id > place)
            ids = connection.execute(query.order_by(accounts.c.person_id).limit(limit)).scalars().all()
        found = shadows.some(self._platform, ids)
        return [found[one] for one in ids if one in found]

    def read(self, last: int) -> None:
        """Remember the last person whose account was read; 0 begins a new round."""
        with self._store.writing() as connection:
            connection.execute(update(contact).where(contact.c.platform == self._platform).values(drift_after=last))
