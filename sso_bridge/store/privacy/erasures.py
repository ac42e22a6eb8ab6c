"""Erasures that one owner proposed, until another one agrees (AD-08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, insert, select, update

from provisioners.sync.rollout.approval import APPROVED_FOR, NotApproved
from sso_bridge.clock import Clock
from sso_bridge.store.administration.hands import check_two_hands
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import equals, narrowed
from sso_bridge.store.tables.privacy import erasure as table

NONE: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class Erasure:
    """One wish. `forced` also when she works here or left lately."""

    id: int
    person_id: int
    why: str
    forced: bool
    made_by: str
    made_at: datetime
    until: datetime
    done_by: str | None = None
    done_at: datetime | None = None


class Erasures:
    """Wishes in the database; each can be agreed to once, within 24 hours, by another hand."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self._clock = clock
        self._tokens = Tokens(store, clock)

    def propose(self, person_id: int, *, by: str, why: str, forced: bool) -> Erasure:
        """Keep a wish."""
        now = self._clock()
        values: dict[str, Any] = {
            "person_id": person_id, "why": why, "forced": forced, "made_by": by, "made_at": now,
            "until": now + APPROVED_FOR,
        }  # fmt: skip
        with self.store.writing() as connection:
            number = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return Erasure(int(number), **values)

    def agree(self, one: Erasure, *, by: str) -> Erasure:
        """Note that somebody else agrees; SecondPersonNeeded for the same hand, NotApproved when it is over."""
        now = self._clock()
        check_two_hands(self._tokens, one.made_by, by)
        if now >= one.until:
            raise NotApproved("the proposal has ended", hint="make it again; it holds for 24 hours")
        still = update(table).where(table.c.id == one.id, table.c.done_at.is_(None))
        with self.store.writing() as connection:
            if not connection.execute(still.values(done_by=by, done_at=now)).rowcount:
                raise NotApproved("somebody has agreed to it before", hint="look at the job")
        return Erasure(one.id, one.person_id, one.why, one.forced, one.made_by, one.made_at, one.until, by, now)

    def get(self, number: int) -> Erasure | None:
        """Return one."""
        return next(iter(self._found(table.c.id == number, 1)), None)

    def newest(self, limit: int, before: int | None = None, wanted: Mapping[str, Any] = NONE) -> tuple[Erasure, ...]:
        """Return the newest that are wanted, those before that number when one is given."""
        return self._found(table.c.id < before if before is not None else table.c.id > 0, limit, wanted)

    def _found(
        self, condition: ColumnElement[bool], limit: int, wanted: Mapping[str, Any] = NONE
    ) -> tuple[Erasure, ...]:
        ways = {"person_id": equals(table.c.person_id), "by": equals(table.c.made_by), "state": self._in_state}
        query = narrowed(select(table).where(condition), ways, wanted).order_by(table.c.id.desc()).limit(limit)
        with self.store.reading() as connection:
            return tuple(Erasure(*row) for row in connection.execute(query))

    def _in_state(self, state: str) -> ColumnElement[bool]:
        if state == "agreed":
            return table.c.done_at.is_not(None)
        over = table.c.until <= self._clock()
        return and_(table.c.done_at.is_(None), over if state == "ended" else ~over)
