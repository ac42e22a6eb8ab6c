"""Steps of leavers that were due five minutes ago and are not confirmed: seen, counted, told once (PR-09).

The ledger says what was to be done and what came of it, the shadows whether it is so by now. A suspension is confirmed
when we know the account as suspended or gone; a group when we know nobody in it who was to leave it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, and_, literal_column, or_, select, update

from provisioners.ports import OURS, AccountShadow
from provisioners.sync.plan.change import from_canonical
from sso_bridge.audit.events import AuditTrail, Event
from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.sync.shadows import StoredShadows
from sso_bridge.store.tables.ledger import LEAVER_STEP, action, run

log = structlog.get_logger(__name__)

PATIENCE = timedelta(minutes=5)
LOOKED_BACK = timedelta(days=30)
"""Every sync plans anew what is still not done; older rows tell nothing more."""
EVERY = timedelta(minutes=1)
MOST = 10_000
FINE = ("stale", "left_alone")
"""Skipped for a good reason: HR says something else by now, or the account is not ours to touch."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """One step of one leaver. `action` is its row in the ledger, `since` when its run was opened."""

    action: int
    run: int
    platform: str
    person_id: int
    person_uuid: str
    kind: str
    state: str
    why: str
    since: datetime


HasLeft = Callable[[AccountShadow], bool]
"""Whether HR and the rules still say that this account, or what is left of it, is to be taken away."""


class LeaverSteps:
    """The steps of all runs. `tick` tells of new ones; any number of workers may ask as often as they like."""

    def __init__(self, store: Store, clock: Clock, audit: AuditTrail, has_left: HasLeft) -> None:
        self._store = store
        self._clock = clock
        self._audit = audit
        self._has_left = has_left
        self._looked_at: datetime | None = None

    def stuck(self) -> tuple[Stuck, ...]:
        """Return every step that is not confirmed, each once, of people who still are to leave."""
        newest: dict[tuple[str, int, str], Stuck] = {}
        left: dict[tuple[str, int], bool] = {}
        for one, shadow in unconfirmed(self._store, self._clock()):
            who = one.platform, one.person_id
            if who not in left:
                left[who] = self._has_left(shadow)
            if left[who]:
                newest[*who, one.kind] = one
        return tuple(newest.values())

    def tick(self) -> None:
        """Write what is newly stuck into the audit and the log, once for each step of each run."""
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < EVERY:
            return
        self._looked_at = now
        for one in self.stuck():
            with self._store.writing() as connection:
                first = update(action).where(action.c.id == one.action, action.c.told_at.is_(None)).values(told_at=now)
                if not connection.execute(first).rowcount:
                    continue
                target, why = f"{one.platform}/{one.person_uuid}", f"{one.kind}: {one.state}, {one.why}"
                self._audit.record(Event("leaver.stuck", "worker", target, why=why, reference=f"run:{one.run}"))
            log.error("leaver.stuck", platform=one.platform, run=one.run, step=one.kind, state=one.state, why=one.why)


def unconfirmed(store: Store, now: datetime, *, of: int | None = None) -> Iterator[tuple[Stuck, AccountShadow]]:
    """Yield the steps, oldest first, with the account as we know it; of all runs, or of one."""
    due = [literal_column(LEAVER_STEP), run.c.opened_at < now - PATIENCE, run.c.opened_at > now - LOOKED_BACK]
    due.append(or_(action.c.code.is_(None), action.c.code.not_in(FINE)))
    if of is not None:
        due.append(run.c.id == of)
    columns = (action.c.id, action.c.run, action.c.platform, action.c.kind, action.c.state, action.c.change)
    query = select(*columns, action.c.error, run.c.opened_at).join_from(action, run, run.c.id == action.c.run)
    with store.reading() as connection:
        rows = connection.execute(query.where(and_(*due)).order_by(action.c.id).limit(MOST)).all()
    shadows = StoredShadows(store, lambda: now)
    for row in rows:
        yield from _steps(row, shadows)


def _steps(row: Row[*tuple[Any, ...]], shadows: StoredShadows) -> Iterator[tuple[Stuck, AccountShadow]]:
    change = from_canonical(row.change)
    why = row.error or "not done yet"
    step = Stuck(row.id, row.run, row.platform, 0, "", row.kind, row.state, why, row.opened_at)
    if change.person_id:
        people: Iterable[int] = [change.person_id]
        wanted = "active"
    else:
        group = shadows.group(row.platform, change.group)
        present = frozenset[int]() if group is None else group.owners | group.members
        people, wanted = present.intersection(change.members), "suspended"
    for person_id, shadow in sorted(shadows.of_people(row.platform, people).items()):
        if shadow.state == wanted and shadow.management in OURS:
            yield replace(step, person_id=person_id, person_uuid=shadow.external_id), shadow
