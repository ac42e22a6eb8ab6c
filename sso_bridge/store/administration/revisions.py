"""The configuration over time: drafts, applied revisions, and which one holds now."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, func, insert, select, update

from sso_bridge.clock import Clock
from sso_bridge.store.engine import Store
from sso_bridge.store.narrowing import Way, during, equals, narrowed
from sso_bridge.store.tables.configuration import configuration_revision as revision
from sso_bridge.store.tables.configuration import configuration_state as state
from sso_bridge.store.upsert import insert_new

APPLIED: Final[Mapping[str, Way]] = {"by": equals(revision.c.applied_by), **during(revision.c.applied_at)}
DRAFTED: Final[Mapping[str, Way]] = {"by": equals(revision.c.made_by), **during(revision.c.made_at)}
NONE: Final[Mapping[str, Any]] = {}


class RevisionMoved(Exception):
    """Somebody else applied another revision meanwhile; look at the difference again."""

    code = "revision_moved"


class NoSuchRevision(Exception):
    """There is no revision or draft with this number."""

    code = "no_such_revision"


@dataclass(frozen=True, slots=True)
class Revision:
    """One draft or applied revision. `number` is 0 for a draft; `base` is the number it was made from."""

    id: int
    number: int
    base: int
    text: str
    digest: str
    why: str
    made_by: str
    made_at: datetime
    applied_by: str = ""
    applied_at: datetime | None = None

    @property
    def document(self) -> dict[str, Any]:
        """Return the document."""
        made: dict[str, Any] = json.loads(self.text)
        return made


def content_digest(document: Mapping[str, Any]) -> str:
    """Return what names the content of a document, in whatever order its keys were written."""
    return hashlib.sha256(json.dumps(document, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


_NUMBER = select(state.c.number).where(state.c.id == 1)


class Revisions:
    """Applied revisions have numbers 1, 2, 3 ...; number 0 is the empty configuration of a new bridge."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def number(self) -> int:
        """Return the number of the revision that holds now; one cheap query."""
        with self.store.reading() as connection:
            return connection.execute(_NUMBER).scalar() or 0

    def current(self) -> Revision | None:
        """Return the revision that holds now, None before the first."""
        number = self.number()
        return self.get(number) if number else None

    def get(self, number: int) -> Revision:
        """Return an applied revision; NoSuchRevision."""
        return self._one(revision.c.number == number)

    def draft(self, id_: int) -> Revision:
        """Return a draft or applied revision by its id; NoSuchRevision."""
        return self._one(revision.c.id == id_)

    def history(
        self, limit: int = 100, before: int | None = None, wanted: Mapping[str, Any] = NONE
    ) -> tuple[Revision, ...]:
        """Return applied revisions that are wanted, newest first, those before that number when one is given."""
        query = select(revision).where(revision.c.number.is_not(None)).order_by(revision.c.number.desc()).limit(limit)
        if before is not None:
            query = query.where(revision.c.number < before)
        with self.store.reading() as connection:
            return tuple(map(_revision, connection.execute(narrowed(query, APPLIED, wanted))))

    def drafts(
        self, limit: int = 100, before: int | None = None, wanted: Mapping[str, Any] = NONE
    ) -> tuple[Revision, ...]:
        """Return what was drafted after the revision that holds and is not applied, newest first."""
        query = select(revision).where(revision.c.number.is_(None), revision.c.base == self.number())
        if before is not None:
            query = query.where(revision.c.id < before)
        query = narrowed(query, DRAFTED, wanted)
        with self.store.reading() as connection:
            return tuple(map(_revision, connection.execute(query.order_by(revision.c.id.desc()).limit(limit))))

    def keep_draft(self, text: str, *, by: str, why: str) -> Revision:
        """Keep a document that was checked; returns it with its id and the number it was made from."""
        values = {
            "base": self.number(),
            "document": text,
            "digest": hashlib.sha256(text.encode()).hexdigest(),
            "why": why[:500],
            "made_by": by,
            "made_at": self.clock(),
        }
        with self.store.writing() as connection:
            made = connection.execute(insert(revision).values(**values)).inserted_primary_key
        return self.draft(made[0] if made else 0)

    def apply(self, id_: int, *, by: str) -> Revision:
        """Make a draft the revision that holds; RevisionMoved when another was applied since it was made."""
        with self.store.writing() as connection:
            draft = self.draft(id_)
            insert_new(connection, state, {"id": 1, "number": 0})
            moved = update(state).where(state.c.id == 1, state.c.number == draft.base)
            newest = connection.execute(select(func.max(revision.c.number))).scalar() or 0
            if draft.number or not connection.execute(moved.values(number=newest + 1)).rowcount:
                raise RevisionMoved(f"draft {id_} was made from revision {draft.base}, which is not the one that holds")
            applied = {"number": newest + 1, "applied_by": by, "applied_at": self.clock()}
            connection.execute(update(revision).where(revision.c.id == id_).values(**applied))
            return self.draft(id_)

    def _one(self, condition: Any) -> Revision:
        with self.store.reading() as connection:
            row = connection.execute(select(revision).where(condition)).first()
        if row is None:
            raise NoSuchRevision("there is no such revision of the configuration")
        return _revision(row)


def _revision(row: Row[*tuple[Any, ...]]) -> Revision:
    return Revision(
        id=row.id, number=row.number or 0, base=row.base, text=row.document, digest=row.digest, why=row.why,
        made_by=row.made_by, made_at=row.made_at, applied_by=row.applied_by or "", applied_at=row.applied_at,
    )  # fmt: skip
