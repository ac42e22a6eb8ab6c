"""What one administrator wants done with a signing key, until another one lets it happen (AD-08)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import ColumnElement, and_, insert, select, update

from provisioners.errors import Stale
from provisioners.sync.rollout.approval import APPROVED_FOR, NotApproved
from sso_bridge.clock import Clock
from sso_bridge.keys.rotation import KeyRecord
from sso_bridge.store.administration.hands import check_two_hands
from sso_bridge.store.administration.tokens import Tokens
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import equals, narrowed
from sso_bridge.store.tables.keys import key_proposal as table

Act = Literal["rotate", "replace", "retire"]
NONE: Final[Mapping[str, Any]] = {}


@dataclass(frozen=True, slots=True)
class KeyProposal:
    """One wish. `digest` names the act, the target and the state of all keys when it was made."""

    id: int
    act: Act
    target: str
    digest: str
    why: str
    made_by: str
    made_at: datetime
    until: datetime
    done_by: str | None = None
    done_at: datetime | None = None


class KeyProposals:
    """Proposals in the database; each can be approved once, within 24 hours, while the keys are as they were."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._tokens = Tokens(store, clock)

    def make(self, act: Act, target: str, keys: Iterable[KeyRecord], *, by: str, why: str = "") -> KeyProposal:
        """Keep a wish."""
        now = self._clock()
        values: dict[str, Any] = {
            "act": act, "target": target, "digest": state_of(act, target, keys), "why": why, "made_by": by,
            "made_at": now, "until": now + APPROVED_FOR,
        }  # fmt: skip
        with self._store.writing() as connection:
            number = connection.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()
        return KeyProposal(int(number), **values)

    def get(self, number: int) -> KeyProposal | None:
        """Return one, or None."""
        return next(iter(self._found(table.c.id == number)), None)

    def newest(
        self, limit: int, before: int | None = None, wanted: Mapping[str, Any] = NONE
    ) -> tuple[KeyProposal, ...]:
        """Return the newest that are wanted, those before that number when one is given."""
        return self._found(table.c.id < before if before is not None else table.c.id > 0, limit, wanted)

    def approve(self, proposal: KeyProposal, keys: Iterable[KeyRecord], *, by: str) -> None:
        """Note the approval; whoever calls carries it out in the same transaction.

        SecondPersonNeeded when the hand that made it approves, NotApproved when it has ended or was done before, Stale
        when a key has changed since.
        """
        now = self._clock()
        check_two_hands(self._tokens, proposal.made_by, by)
        if now >= proposal.until:
            raise NotApproved("the proposal has ended", hint="make it again; it holds for 24 hours")
        if state_of(proposal.act, proposal.target, keys) != proposal.digest:
            raise Stale("the keys have changed since it was made", hint="look at them, then make it again")
        still = update(table).where(table.c.id == proposal.id, table.c.done_at.is_(None))
        with self._store.writing() as connection:
            if not connection.execute(still.values(done_by=by, done_at=now)).rowcount:
                raise NotApproved("the proposal was carried out before", hint="look at the keys")

    def _in_state(self, state: str) -> ColumnElement[bool]:
        if state == "done":
            return table.c.done_at.is_not(None)
        over = table.c.until <= self._clock()
        return and_(table.c.done_at.is_(None), over if state == "ended" else ~over)

    def _found(
        self, condition: ColumnElement[bool], limit: int = 1, wanted: Mapping[str, Any] = NONE
    ) -> tuple[KeyProposal, ...]:
        ways = {"act": equals(table.c.act), "by": equals(table.c.made_by), "state": self._in_state}
        query = narrowed(select(table).where(condition), ways, wanted).order_by(table.c.id.desc()).limit(limit)
        with self._store.reading() as connection:
            return tuple(KeyProposal(*row) for row in connection.execute(query))


def state_of(act: Act, target: str, keys: Iterable[KeyRecord]) -> str:
    """Return what names an act on exactly these keys."""
    states = sorted((key.kid, key.state) for key in keys)
    return hashlib.sha256(json.dumps([act, target, states]).encode()).hexdigest()
