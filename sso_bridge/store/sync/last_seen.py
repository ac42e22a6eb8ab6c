"""What was last planned and done for one person on one platform: why an account is not as the rules want it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from provisioners.ports import AccountShadow
from provisioners.sync.plan.change import from_canonical
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.nearby import StoredNearby
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables.ledger import action, run
from sso_bridge.store.tables.sync import plan, plan_item

MOST_PLANS = 50


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The account as last known, and in words what the newest plan and its run said about this person there."""

    account: AccountShadow | None = None
    member_of: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()


class History:
    """Reads it from shadows, plans and the ledger; of all groups only those the person is in."""

    def __init__(self, store: Store, shadows: StoredShadows, nearby: StoredNearby) -> None:
        self._store = store
        self._shadows = shadows
        self._nearby = nearby

    def of(self, platform: str, person_id: int) -> LastSeen:
        """Return what is known."""
        hers = self._nearby.shadows(frozenset({person_id}))
        groups = (one.key for one in hers.groups(platform) if person_id in one.members)
        return LastSeen(
            self._shadows.account(platform, person_id), frozenset(groups), tuple(self._said(platform, person_id))
        )

    def _said(self, platform: str, person_id: int) -> list[str]:
        newest = select(plan.c.id, plan.c.findings, plan.c.held, plan.c.scope).order_by(plan.c.id.desc())
        with self._store.reading() as connection:
            found = connection.execute(newest.limit(MOST_PLANS)).all()
        for row in found:
            if platform not in str(row.scope.get("platforms", "")).split(",") and not row.findings:
                continue
            said = [
                f"plan {row.id} left the account alone: {one['what']}, {one['detail']}"
                for one in row.findings
                if one["platform"] == platform and one["person_id"] in {person_id, 0} and one["what"] != "oddity"
            ]
            held = {one["guard"]: one for one in row.held if one["platform"] == platform}
            said += self._changes(row.id, platform, person_id)
            said += [
                f"plan {row.id} holds {one['count']} changes of memberships, agreed are {one['limit']} (guard {name})"
                for name, one in held.items()
                if name.startswith("member_")
            ]
            if said:
                return said
        return []

    def _changes(self, number: int, platform: str, person_id: int) -> list[str]:
        query = select(plan_item.c.position, plan_item.c.body).where(
            plan_item.c.plan_id == number, plan_item.c.person_id == person_id
        )
        with self._store.reading() as connection:
            items = [(row.position, from_canonical(row.body)) for row in connection.execute(query)]
        said = []
        for position, change in items:
            if change.platform != platform:
                continue
            told = f"plan {number} has {change.kind.replace('_', ' ')}: {change.reason}"
            held = f"; the guard {change.held} holds it" if change.held else ""
            said.append(told + held + self._done(number, position))
        return said

    def _done(self, number: int, position: int) -> str:
        query = select(action.c.run, action.c.state, action.c.code, action.c.error).join(run, run.c.id == action.c.run)
        mine = query.where(run.c.plan == number, action.c.seq == position).order_by(action.c.run.desc()).limit(1)
        with self._store.reading() as connection:
            row = connection.execute(mine).first()
        if row is None:
            return "; it is not rolled out"
        why = f" ({row.code})" if row.code else ""
        return f"; run {row.run}: {row.state}{why}"
