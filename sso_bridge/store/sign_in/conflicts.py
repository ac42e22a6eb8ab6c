"""Doubts about who somebody is, waiting for administrators. One row per subject, however often it is tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, select, update

from sso_bridge.login.asked import Subject
from sso_bridge.login.identify.doubt import Doubt
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import Way, during, equals, narrowed
from sso_bridge.store.tables.login import link_conflict as table
from sso_bridge.store.upsert import insert_new

WAYS: Final[Mapping[str, Way]] = {
    "state": equals(table.c.state), "workplace": equals(table.c.workplace), **during(table.c.last_at),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A doubt as it is kept. `proposed_person` is what one administrator wants, until a second one agrees."""

    id: int
    subject: Subject
    by: str
    claim: str
    people: tuple[int, ...]
    why: str
    state: str
    first_at: datetime
    last_at: datetime
    times: int
    reference: str
    proposed_person: int | None
    proposed_by: str
    decided_by: str


class Conflicts:
    """Fulfils `login.ports.Doubts`, and serves the admin API."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def queue(self, doubt: Doubt, reference: str, now: datetime) -> None:
        """Keep the doubt, or count it once more; one that was refused stays refused."""
        key = {"workplace": doubt.subject.workplace, "subject_key": doubt.subject.key}
        said = {"by": doubt.by, "claim": doubt.claim[:320], "people": list(doubt.people), "why": doubt.why[:300]}
        seen = {"last_at": now, "reference": reference}
        fresh = {"subject": asdict(doubt.subject), "state": "open", "first_at": now, "times": 0}
        with self.store.writing() as connection:
            insert_new(connection, table, key | said | seen | fresh | _NOTHING)
            mine = (table.c.workplace == doubt.subject.workplace) & (table.c.subject_key == doubt.subject.key)
            connection.execute(update(table).where(mine).values(**seen, times=table.c.times + 1))
            # What is claimed may have changed: a proposal was for what was claimed then.
            other = mine & (table.c.claim != said["claim"])
            connection.execute(update(table).where(other).values(**said, **_NOTHING, state="open"))
            again = mine & (table.c.state == "linked")
            connection.execute(update(table).where(again).values(**said, **_NOTHING, state="open"))

    def page(self, limit: int, before: int | None, wanted: Mapping[str, Any]) -> Sequence[Waiting]:
        """Return the newest ones that are wanted."""
        query = select(table).order_by(table.c.id.desc()).limit(limit)
        query = query if before is None else query.where(table.c.id < before)
        query = narrowed(query, WAYS, wanted)
        with self.store.reading() as connection:
            return [_waiting(row) for row in connection.execute(query)]

    def waiting(self) -> int:
        """Return how many nobody has decided."""
        query = select(func.count()).select_from(table).where(table.c.state.in_(("open", "proposed")))
        with self.store.reading() as connection:
            return connection.execute(query).scalar_one()

    def undecided(self, limit: int) -> Sequence[Waiting]:
        """Return the newest ones that nobody has decided."""
        query = select(table).where(table.c.state.in_(("open", "proposed"))).order_by(table.c.id.desc()).limit(limit)
        with self.store.reading() as connection:
            return [_waiting(row) for row in connection.execute(query)]

    def get(self, number: int) -> Waiting | None:
        """Return one."""
        with self.store.reading() as connection:
            row = connection.execute(select(table).where(table.c.id == number)).first()
        return None if row is None else _waiting(row)

    def propose(self, number: int, person: int, by: str) -> None:
        """Keep what one administrator wants."""
        self._set(number, state="proposed", proposed_person=person, proposed_by=by)

    def decide(self, number: int, state: str, by: str, now: datetime) -> None:
        """Close it."""
        self._set(number, state=state, decided_by=by, decided_at=now)

    def _set(self, number: int, **values: Any) -> None:
        with self.store.writing() as connection:
            connection.execute(update(table).where(table.c.id == number).values(**values))


_NOTHING: dict[str, Any] = {"proposed_person": None, "proposed_by": "", "decided_by": "", "decided_at": None}


def _waiting(row: Row[*tuple[Any, ...]]) -> Waiting:
    return Waiting(
        id=row.id,
        subject=Subject(**row.subject),
        by=row.by,
        claim=row.claim,
        people=tuple(row.people),
        why=row.why,
        state=row.state,
        first_at=row.first_at,
        last_at=row.last_at,
        times=row.times,
        reference=row.reference,
        proposed_person=row.proposed_person,
        proposed_by=row.proposed_by,
        decided_by=row.decided_by,
    )
